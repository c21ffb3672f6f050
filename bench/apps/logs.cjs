// Writes correlated lines to stdout by the logger that the first argument names, and sends the nanoseconds of processor time of one line.
const { writeSync } = require('node:fs');
const LINES = 20_000;
const ROUNDS = 12;

const makers = {
  'signalbox, each line at once': () => signalbox('true'),
  'signalbox, buffered': () => signalbox('false'),
  'winston, JSON': () => winston(),
  'winston + instrumentation-winston': () => {
    const { createRequire } = require('node:module');
    const bundled = createRequire(require.resolve('@opentelemetry/auto-instrumentations-node'));
    const { WinstonInstrumentation } = bundled('@opentelemetry/instrumentation-winston');
    new WinstonInstrumentation({ disableLogSending: true }).enable();
    return winston();
  },
  'pino + mixin, each line at once': () => pino({ sync: true }),
  'pino + mixin, buffered': () => pino({ sync: false, minLength: 8192 }),
};

/** The preload of signalbox is there already. */
function signalbox(sync) {
  process.env.LOG_SYNC = sync;
  process.env.LOG_OUTPUT = 'stdout';
  const { getLogger } = require('../../dist/app/logging/index.js');
  const logger = getLogger('bench');
  return (fields) => logger.info('order received', fields);
}

function winston() {
  const { createLogger, format, transports } = require('winston');
  const stream = new (require('node:stream').Writable)({ write: (line, _encoding, done) => (writeSync(1, line), done()) });
  const logger = createLogger({
    format: format.combine(format.timestamp(), format.json()),
    transports: [new transports.Stream({ stream })],
  });
  return (fields) => logger.info('order received', fields);
}

function pino(destination) {
  const { trace } = require('@opentelemetry/api');
  const mixin = () => {
    const span = trace.getActiveSpan()?.spanContext();
    return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId, trace_flags: `0${span.traceFlags}` };
  };
  const create = require('pino');
  const logger = create({ mixin, timestamp: create.stdTimeFunctions.isoTime }, create.destination({ dest: 1, ...destination }));
  return (fields) => logger.info(fields, 'order received');
}

function startOfficial() {
  const { context, trace } = require('@opentelemetry/api');
  const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
  const { TracerProvider } = require('@opentelemetry/sdk-trace');
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider());
}

const name = process.argv[2];
if (!name.startsWith('signalbox')) startOfficial();
const log = makers[name]();
const { trace } = require('@opentelemetry/api');
trace.getTracer('bench').startActiveSpan('bench', async () => {
  const best = { plain: Infinity, fields: Infinity };
  const rounds = {
    plain: () => log(undefined),
    fields: (i) => log({ order_id: i, state: 'new' }),
  };
  for (let round = 0; round < ROUNDS; round++)
    for (const kind of Object.keys(rounds)) {
      // Processor time: others use the machine as well.
      const begun = process.cpuUsage();
      for (let i = 0; i < LINES; i++) rounds[kind](i);
      const { user, system } = process.cpuUsage(begun);
      best[kind] = Math.min(best[kind], ((user + system) * 1000) / LINES);
      // What is buffered is written, and collected.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  process.send(best);
  process.disconnect();
});
