// node --require signalbox/register send.cjs natural|exit|throw|SIGTERM|stay
require('./send.app.cjs')(require('@opentelemetry/api'), require('signalbox/alerts'));
