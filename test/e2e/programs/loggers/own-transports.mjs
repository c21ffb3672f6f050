// node --import signalbox/register test/e2e/programs/loggers/own-transports.mjs winston
import pino from 'pino';
import winston from 'winston';
import run from './own-transports.app.cjs';

await run({ pino, winston });
