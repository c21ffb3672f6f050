/**
 * winston 3: the ids of the active span in each line, and each line once as an OpenTelemetry log record.
 *
 * `write` is where a line is still in the context of its caller. A format or a transport runs later, under back-pressure
 * in another request's context, and would tie the line to the wrong span. But what is exported has gone through the formats
 * of the application, which mask what nobody may see and drop what nobody wants.
 */
import type { AnyValue, Attributes, Context, HrTime, SeverityNumber } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { nowHrTime } from '../../runtime/clock.ts';
import { attempt, contained } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';
import { isOfClass, type LogOptions } from './log-line.ts';
import { followFormats, redactInfo } from './redact-output.ts';
import { replaceFunction } from './replace-function.ts';

type Info = Record<string | symbol, unknown>;

interface Logger {
  readonly transports?: readonly object[];
  isLevelEnabled(level: string): boolean;
}

/** A line on its way from `write` to the formats. */
interface Written {
  readonly info: object;
  readonly context: Context;
  readonly time: HrTime;
  /** It carries the ids of `context` until it is formatted. */
  readonly isCorrelated: boolean;
}

/** winston's npm, syslog and cli levels as OpenTelemetry ranks them. */
const SEVERITIES: Readonly<Record<string, number>> = {
  emerg: 22,
  alert: 21,
  fatal: 21,
  crit: 18,
  error: 17,
  warning: 13,
  warn: 13,
  help: 11,
  data: 10,
  notice: 10,
  info: 9,
  http: 7,
  verbose: 6,
  debug: 5,
  prompt: 4,
  input: 2,
  trace: 1,
  silly: 1,
};
const LEVEL = Symbol.for('level');
const SPLAT = Symbol.for('splat');
const NOT_ATTRIBUTES = new Set(['level', 'message', 'trace_id', 'span_id', 'trace_flags', 'timestamp']);
/** On loggers of `signalbox/logging`. */
const EXPORTS_ITSELF = Symbol.for('signalbox.exports-itself');
/** Where OpenTelemetry's own transport looks for the context of a line. */
const OWN_EXPORT_CONTEXT = Symbol.for('opentelemetry.js.contrib.winston.context');
const ESCAPE = '\u001b';
const ANSI_COLORS = new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g');

class WinstonInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/winston', version, options);
  }

  protected override init() {
    const file = new InstrumentationNodeModuleFile(
      'winston/lib/winston/logger.js',
      ['>=3 <4'],
      (exported: { prototype: object }) => {
        this.#patch(exported.prototype);
        return exported;
      },
      () => {},
    );
    return [
      new InstrumentationNodeModuleDefinition(
        'winston',
        ['>=3 <4'],
        (exported) => exported,
        () => {},
        [file],
      ),
    ];
  }

  #patch(prototype: object): void {
    const isEnabled = (): boolean => this.isEnabled();
    const adds = (): boolean => (this.getConfig() as LogOptions).disableLogCorrelation !== true;
    const redacts = (): boolean => (this.getConfig() as LogOptions).redactsOutput === true;
    const emit = (logger: Logger, info: Info, written: Written): void => this.#emit(logger, info, written);
    const waiting = new WeakMap<Logger, Written[]>();
    /** The line whose formats are running. */
    let formatted: Written | undefined;

    replaceFunction(prototype, 'write', (original) => {
      return function write(this: Logger, ...args: unknown[]): unknown {
        const [info] = args;
        if (isEnabled() && !(EXPORTS_ITSELF in this) && typeof info === 'object' && info !== null) {
          const context = api.context.active();
          const lines = waiting.get(this);
          const written = { info, context, time: nowHrTime(), isCorrelated: adds() && correlate(info as Info, context) };
          if (lines === undefined) waiting.set(this, [written]);
          else lines.push(written);
        }
        return Reflect.apply(original, this, args);
      };
    });
    // Formats a line and passes it to `push`. Called once for each written one, in their order, maybe later.
    replaceFunction(prototype, '_transform', (original) => {
      return function _transform(this: Logger, ...args: unknown[]): unknown {
        const outer = formatted;
        const line = takeWritten(waiting.get(this), args[0]);
        formatted = line;
        try {
          return Reflect.apply(original, this, args);
        } finally {
          if (line?.isCorrelated === true) separate(args[0] as Info);
          formatted = outer;
        }
      };
    });
    replaceFunction(prototype, 'push', (original) => {
      return function push(this: Logger, ...args: unknown[]): unknown {
        const [info] = args;
        const written = formatted;
        formatted = undefined;
        if (written === undefined || typeof info !== 'object' || info === null) return Reflect.apply(original, this, args);
        try {
          emit(this, info as Info, written);
        } catch (error) {
          // A line with a hostile getter is printed as it is.
          contained('exporting a line of winston', error);
        }
        const pushed = written.isCorrelated && info === written.info ? copyOf(info) : info;
        if (hasOwnExport(this)) attempt(() => ((pushed as Info)[OWN_EXPORT_CONTEXT] = written.context));
        return Reflect.apply(original, this, [redacts() ? redacted(this, pushed) : pushed, ...args.slice(1)]);
      };
    });
  }

  #emit(logger: Logger, info: Info, { info: given, context, time }: Written): void {
    const level = String(info[LEVEL] ?? (given as Info)[LEVEL] ?? info['level']);
    if ((this.getConfig() as LogOptions).disableLogSending === true || !logger.isLevelEnabled(level)) return;
    // With OpenTelemetry's own transport the application sends its lines already.
    if (hasOwnExport(logger)) return;
    const severityNumber = SEVERITIES[level] as SeverityNumber | undefined;
    const error = errorOf(given as Info);
    const attributes: Record<string, unknown> = {};
    for (const key of Object.keys(info)) {
      if (!NOT_ATTRIBUTES.has(key) && !(error !== undefined && key === 'stack')) attributes[key] = info[key];
    }
    this.logger.emit({
      context,
      timestamp: time,
      ...(severityNumber === undefined ? {} : { severityNumber }),
      severityText: level,
      body: bodyOf(info['message']),
      attributes: attributes as Attributes,
      ...(error === undefined ? {} : { exception: error }),
    });
  }
}

function redacted({ transports }: Logger, info: object): object {
  followFormats(transports ?? []);
  return redactInfo(info);
}

/** OpenTelemetry's own transport. */
function hasOwnExport(logger: Logger): boolean {
  return logger.transports?.some((transport) => isOfClass(transport, 'OpenTelemetryTransport')) === true;
}

/** Returns whether `info` has the ids of `context` now, and had none of its own before. */
function correlate(info: Info, context: Context): boolean {
  const span = api.trace.getSpanContext(context);
  if (span === undefined || !api.isSpanContextValid(span)) return false;
  // A line may be frozen, or have hostile setters.
  return attempt(() => {
    if (info['trace_id'] !== undefined) return false;
    info['trace_id'] = span.traceId;
    info['span_id'] = span.spanId;
    info['trace_flags'] = span.traceFlags.toString(16).padStart(2, '0');
    return true;
  }, false);
}

/** The object may be the application's, which answers requests with it, or logs it again in another span. */
function separate(info: Info): void {
  attempt(() => {
    for (const id of ['trace_id', 'span_id', 'trace_flags']) delete info[id];
  });
}

/** What the transports get, with the ids; also of an error, whose stack is not copied like other properties. */
function copyOf(info: object): object {
  if (Object.getPrototypeOf(info) === Object.prototype) return { ...info };
  const copy = Object.create(Object.getPrototypeOf(info) as object, Object.getOwnPropertyDescriptors(info)) as object;
  if (info instanceof Error) Object.defineProperty(copy, 'stack', { value: info.stack, writable: true, configurable: true });
  return copy;
}

/** Lines are formatted in the order in which they were written; one that never is was written to a logger that had ended. */
function takeWritten(lines: Written[] | undefined, info: unknown): Written | undefined {
  const at = lines?.findIndex((written) => written.info === info) ?? -1;
  return at === -1 ? undefined : lines?.splice(0, at + 1).at(-1);
}

function bodyOf(message: unknown): AnyValue {
  if (typeof message === 'string') return message.includes(ESCAPE) ? message.replace(ANSI_COLORS, '') : message;
  if (message instanceof Error) return message.message;
  return message as AnyValue;
}

/** The error that a line is about: the line itself, its message, an argument beside the message, or a stack copied into the line. */
function errorOf(info: Info): unknown {
  if (info instanceof Error) return info;
  const { message } = info;
  if (message instanceof Error) return message;
  const splat = info[SPLAT];
  const beside = Array.isArray(splat) ? splat.find((item) => item instanceof Error) : undefined;
  if (beside !== undefined) return beside;
  const { stack } = info;
  if (typeof stack !== 'string') return undefined;
  // Children of a logger copy an error without its name, which its stack begins with.
  return { name: info['name'] ?? /^[\w$.]+(?=:|$)/m.exec(stack)?.[0] ?? 'Error', message, stack };
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new WinstonInstrumentation(options);
}
