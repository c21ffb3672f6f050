// node --import signalbox/register test/differential/programs/undici.mjs
import * as undici from 'undici';
import run from './undici.app.cjs';

await run(undici);
