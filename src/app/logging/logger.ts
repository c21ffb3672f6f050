/**
 * winston's logger, with what it lacks: a record takes ids and bound fields at the call, and goes to signalbox's destinations without
 * passing through winston's stream, in which one transport that does not answer stops all others. Transports that the
 * application adds get each record through that stream, as they are used to.
 */
// By `import`, so that a bundler sees it.
import winston, { type Logform, type Logger } from 'winston';
import { LEVELS, rankOf, RANK_INFO, RANK_NONE } from '../../names/log-levels.ts';
import { attempt, contained } from '../../runtime/contain.ts';
import { read } from '../../values/read-properties.ts';
import { cleanString } from '../../values/strings.ts';
import { errorMap } from './logged-error.ts';
import { levelFor, levelsVersion, touchLevels } from './levels.ts';
import { logging } from './logging.ts';
import { logsAccess } from './watch-requests.ts';
import { makeRecord } from './make-record.ts';
import type { LogRecord } from './record.ts';

const { Logger: WinstonLogger } = winston as unknown as { Logger: new (options: object) => Logger };

const STATE = Symbol('signalbox.logger');
/** signalbox's instrumentation of winston leaves loggers alone that have it: their records are exported already. */
const EXPORTS_ITSELF = Symbol.for('signalbox.exports-itself');
const LEVEL = Symbol.for('level');
const MESSAGE = Symbol.for('message');
const SPLAT = Symbol.for('splat');
const RECORD = Symbol('signalbox.record');
const DEFAULT_NAME = 'app';
const MAX_NAME_LENGTH = 64;
/** Records that wait for transports of the application. */
const MOST_WAITING = 10_000;
const MOST_LOGGERS = 1000;

interface LoggerState {
  readonly name: string;
  readonly bindings: readonly object[];
  /** Whose level counts while this one has none of its own. */
  readonly parent: LoggerState | undefined;
  /** Set by `logger.level = …`. */
  ownRank: number | undefined;
  /** What counts, as of `version`. */
  rank: number;
  version: number;
}

type OwnLogger = Logger & { [STATE]: LoggerState };

function isWritten(logger: OwnLogger, rank: number): boolean {
  const state = logger[STATE];
  if (state.version !== levelsVersion()) refresh(state);
  return rank <= state.rank && !logger.silent;
}

function refresh(state: LoggerState): number {
  const { ownRank, parent, name } = state;
  state.version = levelsVersion();
  return (state.rank = ownRank ?? (parent === undefined ? levelFor(name) : refresh(parent)));
}

/** Called below the level check. Never throws. */
function writeCall(logger: OwnLogger, rank: number, args: readonly unknown[]): void {
  try {
    const { name, bindings } = logger[STATE];
    const { defaultMeta } = logger;
    const destinations = logging();
    const all = typeof defaultMeta === 'object' && defaultMeta !== null ? [defaultMeta as object, ...bindings] : bindings;
    const record = makeRecord({ logger: name, rank, bindings: all }, args, destinations.maxTextLength);
    destinations.write(record);
    if (hasTransports(logger)) passOn(logger, record);
  } catch (error) {
    contained('writing a log record', error);
  }
}

/** As winston finds them out, without the arrays that it makes for it. */
function hasTransports(logger: OwnLogger): boolean {
  const { pipes } = (logger as unknown as { _readableState: { pipes: unknown } })._readableState;
  return Array.isArray(pipes) ? pipes.length > 0 : Boolean(pipes);
}

const writeToStream = WinstonLogger.prototype.write as (this: Logger, info: object) => boolean;

/** To the transports that the application added. */
function passOn(logger: OwnLogger, record: LogRecord): void {
  const { error, fields, level, message, span, timeMs } = record;
  if (logger.writableLength + logger.readableLength > MOST_WAITING) {
    const { reporter } = logging();
    reporter.say(
      'logging.transport',
      `A transport of the logger ${record.logger} must call back, but does not. It loses records.`,
      record.logger,
    );
    return;
  }
  const info = {
    ...fields,
    ...(error === undefined ? {} : { error: errorMap(error), ...(error.stack === undefined ? {} : { stack: error.stack }) }),
    ...(span === undefined
      ? {}
      : { trace_id: span.traceId, span_id: span.spanId, trace_flags: (span.traceFlags & 0xff).toString(16).padStart(2, '0') }),
    timestamp: new Date(timeMs).toISOString(),
    logger: record.logger,
    level,
    message,
    [LEVEL]: level,
    [RECORD]: record,
  };
  attempt(() => writeToStream.call(rootOf(logger), info));
}

/** Streams do not work through the prototype of a child. */
function rootOf(logger: Logger): Logger {
  let root = logger;
  while (!Object.hasOwn(root, '_readableState')) root = Object.getPrototypeOf(root) as Logger;
  return root;
}

/** What the formats of the application's transports find: the line that stdout has. */
const FORMAT = {
  transform(info: Logform.TransformableInfo): Logform.TransformableInfo {
    const record = (info as { [RECORD]?: LogRecord })[RECORD];
    if (record !== undefined && info[MESSAGE] === undefined) info[MESSAGE] = logging().render(record).trimEnd();
    return info;
  },
};

class SignalboxLogger extends WinstonLogger {
  declare [STATE]: LoggerState;
  readonly [EXPORTS_ITSELF] = true;

  constructor(name: string) {
    super({ format: FORMAT });
    this[STATE] = { name, bindings: [], parent: undefined, ownRank: undefined, rank: RANK_INFO, version: -1 };
    // A transport of the application that fails is no reason to end the process.
    this.on('error', (error: unknown) => contained(`writing to a transport of the logger ${name}`, error));
  }

  override child(bindings: object): this {
    const parent = this[STATE];
    const state: LoggerState = {
      name: parent.name,
      bindings: typeof bindings === 'object' && bindings !== null ? [...parent.bindings, bindings] : parent.bindings,
      parent,
      ownRank: undefined,
      rank: RANK_INFO,
      version: -1,
    };
    return Object.create(this, { [STATE]: { value: state } }) as this;
  }

  override add(transport: Parameters<Logger['add']>[0]): this {
    super.add(transport);
    // The level of the logger was looked at before; of a child it may be more than its parent's.
    attempt(() => (transport.level ??= LEVELS.at(-1) as string));
    return this;
  }

  override isLevelEnabled(level: string): boolean {
    const rank = rankOfAny(level);
    return rank !== undefined && isWritten(this as OwnLogger, rank);
  }

  override write(info: unknown): boolean {
    if (typeof info !== 'object' || info === null) return true;
    const rank = rankOfAny(read(info, 'level') ?? attempt(() => (info as { [LEVEL]?: unknown })[LEVEL])) ?? RANK_INFO;
    if (isWritten(this as OwnLogger, rank)) writeCall(this as OwnLogger, rank, argsOf(info));
    return true;
  }
}

/** Of whatever was given as a level. */
function rankOfAny(level: unknown): number | undefined {
  return typeof level === 'string' ? rankOf(level) : undefined;
}

/** `{ level, message, … }`, the form in which winston passes a record on. */
function argsOf(info: object): unknown[] {
  const splat = attempt(() => (info as { [SPLAT]?: unknown })[SPLAT]);
  const rest = Array.isArray(splat) ? splat : [];
  return attempt(() => {
    const { level: _level, message, ...fields } = info as Record<string, unknown>;
    return info instanceof Error ? [info, ...rest] : [message ?? '', fields, ...rest];
  }, [info]);
}

interface LoggerMethods {
  level: string;
  log(this: OwnLogger, level: unknown, ...args: unknown[]): Logger;
}

Object.defineProperty(SignalboxLogger.prototype, 'level', {
  configurable: true,
  get(this: OwnLogger): string {
    const state = this[STATE] as LoggerState | undefined;
    if (state === undefined) return 'info';
    const rank = refresh(state);
    return rank === RANK_NONE ? 'none' : (LEVELS[rank] as string);
  },
  set(this: OwnLogger, level: unknown) {
    const state = this[STATE] as LoggerState | undefined;
    if (state === undefined) return; // winston's constructor
    state.ownRank = typeof level === 'string' ? rankOf(level) : undefined;
    touchLevels();
  },
});

const methods = SignalboxLogger.prototype as unknown as Record<string, unknown> & LoggerMethods;
LEVELS.forEach((level, rank) => {
  methods[level] = function (this: OwnLogger, ...args: unknown[]): Logger {
    if (isWritten(this, rank)) writeCall(this, rank, args);
    return this;
  };
  methods[`is${level[0]?.toUpperCase()}${level.slice(1)}Enabled`] = function (this: OwnLogger): boolean {
    return isWritten(this, rank);
  };
});

methods.log = function (level, ...args) {
  if (typeof level === 'object' && level !== null && args.length === 0) this.write(level);
  else {
    const rank = rankOfAny(level) ?? RANK_INFO;
    if (isWritten(this, rank)) writeCall(this, rank, args);
  }
  return this;
};

const loggers = new Map<string, Logger>();

/**
 * A winston logger: `info()`, `child()`, `add(transport)` and all the rest. Its records have the ids of the active span and the
 * fields that are bound (`withLogContext`), are redacted, and go where `LOG_OUTPUT` and `LOG_DIR` say. No call throws, whatever it
 * is given.
 *
 * Works without telemetry too; then records have no ids and none are exported.
 *
 * @param name - as `LOG_LEVEL` names it: `db`, `http.client`. The same name gives the same logger.
 * @see docs/logging.md
 */
export function getLogger(name = DEFAULT_NAME): Logger {
  const clean = cleanString(
    attempt(() => String(name), DEFAULT_NAME),
    MAX_NAME_LENGTH,
  );
  let logger = loggers.get(clean);
  if (logger === undefined) {
    logging();
    logsAccess();
    logger = new SignalboxLogger(clean);
    // Names that are made up at run time must not fill the memory.
    if (loggers.size < MOST_LOGGERS) loggers.set(clean, logger);
  }
  return logger;
}
