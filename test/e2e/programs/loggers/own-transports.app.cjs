// Loggers that have a transport which exports by OpenTelemetry already, in spans of 60 requests at once.
const path = require('node:path');
const { context, trace } = require('@opentelemetry/api');

const target = path.join(__dirname, 'pino-opentelemetry-transport/index.cjs');
const CONTEXT = Symbol.for('opentelemetry.js.contrib.winston.context');

/** What they log by, for the logger that the first argument names. */
function makeLoggers({ pino, winston }) {
  // As the official one does it: by the older API, in the context that stands on the line.
  class OpenTelemetryTransportV3 extends winston.Transport {
    log(info, done) {
      const logger = globalThis[Symbol.for('io.opentelemetry.js.api.logs')](1).getLogger('own transport');
      logger.emit({
        severityNumber: 9,
        severityText: info.level,
        body: info.message,
        attributes: { i: info.i },
        context: info[CONTEXT] ?? context.active(),
      });
      done();
    }
  }
  class Below extends OpenTelemetryTransportV3 {}
  class Slow extends winston.Transport {
    log(_info, done) {
      setImmediate(done);
    }
  }
  const byPino = (logger) => (i) => logger.info({ i }, `line ${i}`);
  const byWinston = (transports) => {
    const logger = winston.createLogger({ transports });
    return (i) => logger.info(`line ${i}`, { i });
  };
  return {
    'pino, one target': () => byPino(pino({ transport: { target } })),
    'pino, targets': () =>
      byPino(pino({ transport: { targets: [{ target }, { target: 'pino/file', options: { destination: '/dev/null' } }] } })),
    'pino, a pipeline': () => byPino(pino({ transport: { pipeline: [{ target }] } })),
    'pino, multistream': () => byPino(pino({}, pino.multistream([{ stream: pino.transport({ target }) }, { stream: { write() {} } }]))),
    'pino, none': () => byPino(pino({ transport: { target: 'pino/file', options: { destination: '/dev/null' } } })),
    winston: () => byWinston([new OpenTelemetryTransportV3()]),
    'winston, a class below, and one that is slow': () => byWinston([new Below(), new Slow()]),
  };
}

module.exports = async function run(modules) {
  const log = makeLoggers(modules)[process.argv[2]]();
  await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      trace.getTracer('program').startActiveSpan(`request ${i}`, async (span) => {
        await new Promise(setImmediate);
        log(i);
        span.end();
      }),
    ),
  );
};
