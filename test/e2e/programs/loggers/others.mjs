// node --import signalbox/register test/e2e/programs/loggers/others.mjs
import pino from 'pino';
import bunyan from 'bunyan';
import run from './others.app.cjs';
run(pino, bunyan);
