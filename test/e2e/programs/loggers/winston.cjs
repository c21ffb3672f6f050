// node --require signalbox/register test/e2e/programs/loggers/winston.cjs
require('./winston.app.cjs')(require('winston'));
