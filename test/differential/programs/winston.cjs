// The public API of winston: loggers, children, formats, transports, handlers of exceptions, and how they fail and end.
// node [--require signalbox/register] test/differential/programs/winston.cjs
require('./winston.app.cjs')(require('winston'));
