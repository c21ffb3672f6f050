// node --import signalbox/register test/differential/programs/http2.mjs
import * as http2 from 'node:http2';
import run from './http2.app.cjs';

await run(http2);
