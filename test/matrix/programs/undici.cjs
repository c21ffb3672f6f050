// SERVICE=… node --require signalbox/register test/matrix/programs/undici.cjs
const undici = require('undici');
require('./undici.app.cjs')(undici);
