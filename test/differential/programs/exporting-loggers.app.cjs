// Loggers with the transports that are published for exporting their lines by OpenTelemetry, in spans of 20 requests at once.
const { trace } = require('@opentelemetry/api');

const REQUESTS = 20;
const exporter = { target: 'pino-opentelemetry-transport', options: { loggerName: 'theirs', resourceAttributes: { by: 'transport' } } };
const file = { target: 'pino/file', options: { destination: '/dev/null' } };

/** By the first argument: what they log by. */
const LOGGERS = {
  pino: ({ pino }) => pino({ transport: exporter }),
  'pino, targets': ({ pino }) => pino({ transport: { targets: [exporter, file] } }),
  'pino, multistream': ({ pino }) => pino({}, pino.multistream([{ stream: pino.transport(exporter) }, { stream: { write() {} } }])),
  'pino, a stream of its own': ({ pino }) => pino(pino.transport(exporter)),
  winston: (winston, { OpenTelemetryTransportV3 }) => winston.createLogger({ transports: [new OpenTelemetryTransportV3()] }),
  'winston, and the console': (winston, { OpenTelemetryTransportV3 }) =>
    winston.createLogger({ transports: [new winston.transports.Console({ silent: true }), new OpenTelemetryTransportV3()] }),
  'winston, added later': (winston, { OpenTelemetryTransportV3 }) =>
    winston.createLogger({ transports: [new winston.transports.Console({ silent: true })] }).add(new OpenTelemetryTransportV3()),
};

module.exports = async function run(library, exporting) {
  const logger = LOGGERS[process.argv[2]](library, exporting);
  await Promise.all(
    Array.from({ length: REQUESTS }, (_, i) =>
      trace.getTracer('program').startActiveSpan(`request ${i}`, async (span) => {
        await new Promise(setImmediate);
        logger.child({ request: i }).info(`line ${i}`);
        span.end();
      }),
    ),
  );
};
