// The public API of bunyan. node [--require signalbox/register] test/differential/programs/bunyan.cjs
require('./bunyan.app.cjs')(require('bunyan'));
