// SIGNALBOX_ON_ALERT_TOKEN=… SIGNALBOX_OPS_PORT=0 node --require signalbox/register handle.cjs
require('./handle.app.cjs')(require('@opentelemetry/api'), require('signalbox/alerts'));
