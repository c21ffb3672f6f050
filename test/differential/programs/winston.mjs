// The same by `import`. node [--import signalbox/register] test/differential/programs/winston.mjs
import winston from 'winston';
import run from './winston.app.cjs';

run(winston);
