// node --require signalbox/register test/e2e/programs/workers/ends-cjs.cjs 'ends by itself'
require('./ends.cjs')(__filename);
