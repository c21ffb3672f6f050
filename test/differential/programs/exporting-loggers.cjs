// node --require signalbox/register test/differential/programs/exporting-loggers.cjs pino
require('./exporting-loggers.app.cjs')(require(process.argv[2].split(',')[0]), require('@opentelemetry/winston-transport'));
