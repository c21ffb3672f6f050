// The application's own loggers print secrets, and innocents: on stdout as JSON, on stderr by formats of a transport.
const bunyan = require('bunyan');
const pino = require('pino');
const winston = require('winston');
const { CALLS, KEPT } = require('../logging/secret-calls.cjs');

const { combine, errors, json, printf, simple, splat, timestamp } = winston.format;
const stderr = (format) => new winston.transports.Stream({ stream: process.stderr, format });
const stdout = { write: (line) => void process.stdout.write(line) };
const byWinston = winston.createLogger({
  format: combine(errors({ stack: true }), timestamp()),
  transports: [
    new winston.transports.Stream({ stream: process.stdout, format: combine(splat(), json()) }),
    stderr(combine(splat(), simple())),
    stderr(printf(({ level, message, ...rest }) => `${level} ${message} ${JSON.stringify(rest)}`)),
  ],
});
const whole = winston.createLogger({
  format: combine(errors({ stack: true }), splat(), json()),
  transports: [new winston.transports.Console()],
});

/** Their objects come first. */
function objectFirst(logger) {
  const call =
    (level) =>
    (first, second, ...rest) => {
      const isSwapped = typeof first === 'string' && !first.includes('%') && typeof second === 'object';
      return isSwapped
        ? logger[level](second instanceof Map ? Object.fromEntries(second) : second, first, ...rest)
        : logger[level](first, second, ...rest);
    };
  return {
    info: call('info'),
    error: call('error'),
    child: (bindings) => objectFirst(logger.child(bindings)),
    log: ({ message, ...fields }) => logger.info(fields, message),
    write: ({ message, ...fields }) => logger.info(fields, message),
  };
}

const loggers = {
  winston: byWinston,
  'winston, whole': whole,
  pino: objectFirst(pino({ base: { by: 'pino' } }, stdout)),
  bunyan: objectFirst(bunyan.createLogger({ name: 'b', serializers: bunyan.stdSerializers, streams: [{ stream: stdout }] })),
};
const objects = { password: 'mine', nested: { token: 'mine' } };
const before = JSON.stringify(objects);
const logger = loggers[process.argv[2]];
for (const call of CALLS) call(logger);
for (const args of KEPT) logger.info(...args);
logger.info('objects of the application', objects);
process.stderr.write(`counts ${CALLS.length} ${KEPT.length} ${JSON.stringify(objects) === before}\n`);
