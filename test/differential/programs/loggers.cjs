// Lines of pino and bunyan by 20 requests at once, each within a span of its own.
// node --require signalbox/register test/differential/programs/loggers.cjs
const { trace } = require('@opentelemetry/api');
const bunyan = require('bunyan');
const pino = require('pino');

const hooks = { streamWrite: (line) => line.replaceAll('hidden', '***') };
const loggers = {
  pino: pino({ redact: { paths: ['nickname'], censor: '****' }, hooks }, pino.destination(1)),
  bunyan: bunyan.createLogger({ name: 'program', serializers: { nickname: () => '****' } }),
};
const requests = Array.from({ length: 20 }, (_, request) =>
  trace.getTracer('program').startActiveSpan(`request ${request}`, async (span) => {
    for (const [by, logger] of Object.entries(loggers)) {
      await new Promise(setImmediate);
      logger.child({ request }).warn({ by, nickname: 'ann' }, `line ${request}`);
    }
    span.end();
  }),
);
void Promise.all(requests).then(() => {
  loggers.pino.info({ by: 'pino' }, 'hidden outside');
  loggers.pino.child({ by: 'pino' }).error(new RangeError('declined'));
  loggers.bunyan.fatal({ by: 'bunyan', err: new TypeError('broken') }, 'outside');
  loggers.pino.debug('below the level');
  loggers.bunyan.debug('below the level');
});
