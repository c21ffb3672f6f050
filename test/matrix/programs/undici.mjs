// SERVICE=… node --import signalbox/register test/matrix/programs/undici.mjs
import * as undici from 'undici';
import run from './undici.app.cjs';

run(undici);
