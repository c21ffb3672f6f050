// node --require signalbox/register test/differential/programs/http2.cjs : servers of `node:http2`, by streams and by requests.
require('./http2.app.cjs')(require('node:http2'));
