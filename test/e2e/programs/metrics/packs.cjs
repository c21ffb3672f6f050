// node --require signalbox/register test/e2e/programs/metrics/packs.cjs
require('./packs.app.cjs')(require('signalbox/metrics'));
