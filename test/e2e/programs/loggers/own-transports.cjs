// node --require signalbox/register test/e2e/programs/loggers/own-transports.cjs winston
require('./own-transports.app.cjs')({ pino: require('pino'), winston: require('winston') });
