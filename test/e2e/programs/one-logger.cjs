// node --require signalbox/register test/e2e/programs/one-logger.cjs winston|pino|bunyan|fastify [at-once]
// Logs a line with that library, to nowhere, or only has it loaded by Fastify. Then ends, at once or when it is told to.
const { Writable } = require('node:stream');

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
const LOGGERS = {
  winston: () => {
    const winston = require('winston');
    winston.createLogger({ transports: [new winston.transports.Stream({ stream: nowhere })] }).info('work');
  },
  pino: () => require('pino')(nowhere).info('work'),
  bunyan: () => require('bunyan').createLogger({ name: 'shop', stream: nowhere }).info('work'),
  fastify: () => void require('fastify')({ logger: false }),
};
LOGGERS[process.argv[2]]();
require('@opentelemetry/api').trace.getTracer('one').startSpan('work').end();
console.log('recorded');

if (process.argv[3] === 'at-once') process.disconnect?.();
else process.on('message', () => process.disconnect());
