// The same in a process that is preloaded, with SIGNALBOX_EXTENSIONS=./vendors.cjs
const { printMemory } = require('./vendors.cjs');

process.once('beforeExit', () => setImmediate(printMemory));
require('./work.cjs').work();
