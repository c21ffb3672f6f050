// node --import signalbox/register test/e2e/programs/workers/ends-esm.mjs 'ends by itself'
import { fileURLToPath } from 'node:url';
import run from './ends.cjs';

run(fileURLToPath(import.meta.url));
