// node --require signalbox/register test/differential/programs/undici.cjs
require('./undici.app.cjs')(require('undici'));
