// node --import signalbox/register test/e2e/programs/loggers/winston.mjs
import winston from 'winston';
import run from './winston.app.cjs';
run(winston);
