// The same by `import`. node [--import signalbox/register] test/differential/programs/openai.mjs
import * as openai from 'openai';
import run from './openai.app.cjs';

run(openai);
