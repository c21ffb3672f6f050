// pino and bunyan: two lines each, one of them in a span, one with an error, and one below the level.
const { trace } = require('@opentelemetry/api');
module.exports = function run(pino, bunyan) {
  const lines = pino({ level: 'info' }, pino.destination({ sync: true }));
  const old = bunyan.createLogger({ name: 'old' });
  trace.getTracer('program').startActiveSpan('work', (span) => {
    lines.info({ step: 'pino' }, 'by pino');
    lines.child({ part: 'p1' }).error({ step: 'pino-error', err: new TypeError('it broke') }, 'error by pino');
    lines.debug({ step: 'pino-disabled' }, 'disabled');
    old.info({ step: 'bunyan' }, 'by bunyan');
    old.child({ part: 'p1' }).error({ step: 'bunyan-error', err: new TypeError('it broke') }, 'error by bunyan');
    old.debug({ step: 'bunyan-disabled' }, 'disabled');
    span.end();
  });
};
