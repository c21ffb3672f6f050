// The same by `import`. node [--import signalbox/register] test/differential/programs/bunyan.mjs
import bunyan from 'bunyan';
import run from './bunyan.app.cjs';

run(bunyan);
