// The public API of pino: loggers, children, destinations, transports, hooks, and how they flush and end.
// node [--require signalbox/register] test/differential/programs/pino.cjs
require('./pino.app.cjs')(require('pino'));
