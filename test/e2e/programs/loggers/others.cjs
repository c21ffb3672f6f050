// node --require signalbox/register test/e2e/programs/loggers/others.cjs
require('./others.app.cjs')(require('pino'), require('bunyan'));
