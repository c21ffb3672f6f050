// The same by `import`. node [--import signalbox/register] test/differential/programs/pino.mjs
import pino, { pino as named } from 'pino';
import run from './pino.app.cjs';

if (named !== pino) console.log('pino is two functions');
run(pino);
