// Every way to log a line; each line's `step` tells which it is. The lines go to stdout as JSON.
const { trace } = require('@opentelemetry/api');
const tracer = trace.getTracer('program');

module.exports = async function run(winston) {
  const { format } = winston;
  const mask = format((info) => (info.dropped ? false : Object.assign(info, info.nickname === undefined ? {} : { nickname: '****' })));
  const logger = winston.createLogger({
    level: 'http',
    format: format.combine(format.splat(), mask(), format.json()),
    transports: [new winston.transports.Console({ forceConsole: false })],
    defaultMeta: { app: 'program' },
  });
  logger.info('outside', { step: 'outside' });
  await tracer.startActiveSpan('work', async (span) => {
    logger.info('plain', { step: 'plain', count: 3, nested: { deep: [1, 'two'] } });
    logger.log('warn', 'by name', { step: 'by-name' });
    logger.log({ level: 'error', message: 'one object', step: 'one-object' });
    logger.debug('disabled', { step: 'disabled' });
    logger.info('dropped by a format', { step: 'dropped', dropped: true });
    logger.info('masked by a format', { step: 'masked', nickname: 'bob' });
    logger.info('%s and %d', 'words', 7, { step: 'splat' });
    logger.error('beside', Object.assign(new TypeError('it broke'), { step: 'error-beside' }));
    logger.error(Object.assign(new RangeError('out of range'), { step: 'error-alone' }));
    const child = logger.child({ request: 'r1' });
    child.info('of a child', { step: 'child' });
    child.child({ part: 'p1' }).warn('of a grandchild', { step: 'grandchild' });
    child.error(Object.assign(new SyntaxError('in a child'), { step: 'child-error' }));
    span.end();
  });

  const again = { message: 'logged twice', step: 'twice' };
  for (const name of ['first', 'second']) tracer.startActiveSpan(name, (span) => (logger.info(again), span.end()));

  // A transport that takes its time makes the stream hold lines back until other spans are active.
  class Slow extends winston.Transport {
    log(_info, done) {
      setImmediate(done);
    }
  }
  const slow = winston.createLogger({ transports: [new Slow({ highWaterMark: 1 })] });
  await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      tracer.startActiveSpan(`request ${i}`, async (span) => {
        await Promise.resolve();
        slow.info('slow', { step: 'slow', request: `request ${i}` });
        await new Promise(setImmediate);
        span.end();
      }),
    ),
  );
  await new Promise((resolve) => {
    slow.on('finish', resolve);
    slow.end();
  });
};
