/**
 * pino 5 to 10: the ids of the active span in each line, and each line once as an OpenTelemetry log record.
 *
 * `asJson` makes the line of each call, and is the one place that is hooked: streams, transports, mixins, formatters and the
 * objects that are logged stay the application's. The ids go in as text, after the time, whose text pino puts into the line as
 * it is. What is exported is the finished line, after redaction, serializers and the hook `streamWrite`.
 */
import type { AnyValue, Attributes } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { redactLine } from '../../redaction/redact-line.ts';
import { version } from '../../version.ts';
import { contained } from '../../runtime/contain.ts';
import { nowHrTime } from '../../runtime/clock.ts';
import { EVENT_NAME, idsFor, LOG_KEYS, severityOf, type LogOptions } from './log-line.ts';
import { exportsItself, followTransports } from './pino-transport.ts';
import { replaceFunction, type Exports } from './replace-function.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';

const VERSIONS = ['>=5.14.0 <11'];

/** Of pino's `lib/symbols.js`: one set for each copy of pino. */
interface Symbols {
  readonly hooksSym?: symbol;
  readonly messageKeySym: symbol;
  readonly streamSym?: symbol;
  readonly errorKeySym?: symbol;
}
type Logger = Record<string | symbol, unknown> & { readonly levels?: { readonly labels?: Readonly<Record<number, string>> } };
type StreamWrite = (line: string) => unknown;

class PinoInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/pino', version, options);
  }

  protected override init() {
    // A copy of pino loads its symbols first.
    let symbols: Symbols | undefined;
    const file = (path: string, patch: (exports: Exports) => void) =>
      new InstrumentationNodeModuleFile(
        `pino/lib/${path}`,
        VERSIONS,
        (exports: Exports) => {
          patch(exports);
          return exports;
        },
        () => {},
      );
    const transport = new InstrumentationNodeModuleFile(
      'pino/lib/transport.js',
      VERSIONS,
      (exports: unknown) => followTransports(exports),
      () => {},
    );
    const files = [
      transport,
      file('symbols.js', (exports) => void (symbols = exports as unknown as Symbols)),
      file('levels.js', (exports) => symbols !== undefined && this.#followHooks(exports, symbols)),
      file('tools.js', (exports) => symbols !== undefined && this.#followLines(exports, symbols)),
    ];
    return [
      new InstrumentationNodeModuleDefinition(
        'pino',
        VERSIONS,
        (exported: unknown) => exported,
        () => {},
        files,
      ),
    ];
  }

  #followLines(tools: Exports, symbols: Symbols): void {
    const idsIn = (merged: unknown, level: number): string => this.#idsIn(merged, level);
    const redacts = (): boolean => this.isEnabled() && (this.getConfig() as LogOptions).redactsOutput === true;
    const finish = (logger: Logger, level: number, line: unknown): void => this.#finish(logger, level, line, symbols);
    replaceFunction(tools, 'asJson', (original) => {
      // `(merged, message, level, time)`; pino 5 has the message among `merged`.
      const levelAt = original.length - 2;
      return function asJson(this: Logger, ...args: unknown[]): unknown {
        const level = args[levelAt] as number;
        args[levelAt + 1] = (args[levelAt + 1] as string) + idsIn(args[0], level);
        const line: unknown = Reflect.apply(original, this, args);
        finish(this, level, line);
        return redacts() && typeof line === 'string' ? redactLine(line) : line;
      };
    });
  }

  /** As text: `,"trace_id":"…"`. A line that brings ids of its own keeps them. */
  #idsIn(merged: unknown, level: number): string {
    if (!this.isEnabled()) return '';
    try {
      const options = this.getConfig() as LogOptions;
      const ids = idsFor(options, level);
      const { traceId } = options.logKeys ?? LOG_KEYS;
      if (ids === undefined || (merged as Record<string, unknown> | null | undefined)?.[traceId] !== undefined) return '';
      const text = JSON.stringify(ids).slice(1, -1);
      return text === '' ? '' : `,${text}`;
    } catch (error) {
      contained('adding ids to a line of pino', error);
      return '';
    }
  }

  /** Copies of pino that look for the hook `streamWrite`, which they do before they make a line. Older ones know none. */
  readonly #callHook = new WeakSet<Symbols>();
  /** Lines that the hook `streamWrite` has yet to see. */
  #unfinished: { readonly logger: Logger; readonly level: number } | undefined;

  #finish(logger: Logger, level: number, line: unknown, symbols: Symbols): void {
    if (!this.isEnabled() || (this.getConfig() as LogOptions).disableLogSending === true) return;
    try {
      if (symbols.streamSym !== undefined && exportsItself(logger[symbols.streamSym])) return;
      if (this.#callHook.has(symbols) && hasStreamWrite(logger, symbols)) this.#unfinished = { logger, level };
      else this.#export(logger, level, String(line), symbols);
    } catch (error) {
      contained('exporting a line of pino', error);
    }
  }

  /** `genLsCache` is called once with each new logger: its hooks are followed by a copy, which inherits all else from them. */
  #followHooks(levels: Exports, symbols: Symbols): void {
    const { hooksSym } = symbols;
    if (hooksSym === undefined) return;
    const callHook = this.#callHook;
    const onWritten = (line: unknown): void => {
      const unfinished = this.#unfinished;
      this.#unfinished = undefined;
      try {
        if (unfinished !== undefined) this.#export(unfinished.logger, unfinished.level, String(line), symbols);
      } catch (error) {
        contained('exporting a line of pino', error);
      }
    };
    replaceFunction(levels, 'genLsCache', (original) => {
      return function genLsCache(this: unknown, logger: Logger, ...rest: unknown[]): unknown {
        const hooks = Object.hasOwn(logger, hooksSym) ? (logger[hooksSym] as { streamWrite?: unknown } | undefined) : undefined;
        if (typeof hooks?.streamWrite === 'function') {
          logger[hooksSym] = Object.create(hooks, {
            streamWrite: {
              get() {
                callHook.add(symbols);
                return followedBy(hooks.streamWrite, onWritten);
              },
              enumerable: true,
            },
          });
        }
        return Reflect.apply(original, this, [logger, ...rest]);
      };
    });
  }

  #export(logger: Logger, level: number, line: string, { messageKeySym, errorKeySym }: Symbols): void {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== 'object' || parsed === null) return;
    const messageKey = String(logger[messageKeySym] ?? 'msg');
    const errorKey = errorKeySym === undefined ? 'err' : String(logger[errorKeySym] ?? 'err');
    const { time, [messageKey]: body, [errorKey]: exception, [EVENT_NAME]: eventName, ...rest } = parsed as Record<string, unknown>;
    const { level: _level, hostname: _hostname, pid: _pid, ...attributes } = rest;
    for (const key of Object.values((this.getConfig() as LogOptions).logKeys ?? LOG_KEYS)) delete attributes[key];
    const error = exception ?? mergedError(attributes, body);
    if (error !== exception) for (const key of MERGED_ERROR) delete attributes[key];
    // The time of the call is exact; what a clock of the application's own wrote is kept.
    if (time !== undefined && typeof time !== 'number' && Number.isNaN(Date.parse(String(time)))) attributes['time'] = time;
    const severityText = logger.levels?.labels?.[level];
    this.logger.emit({
      timestamp: nowHrTime(),
      severityNumber: severityOf(level),
      ...(severityText === undefined ? {} : { severityText }),
      body: body as AnyValue,
      attributes: attributes as Attributes,
      ...(typeof eventName === 'string' ? { eventName } : {}),
      ...(error === undefined ? {} : { exception: withName(error) }),
    });
  }
}

function hasStreamWrite(logger: Logger, { hooksSym }: Symbols): boolean {
  const hooks = hooksSym === undefined ? undefined : (logger[hooksSym] as { streamWrite?: unknown } | undefined);
  return typeof hooks?.streamWrite === 'function';
}

function followedBy(hook: unknown, onWritten: (line: unknown) => void): StreamWrite | undefined {
  if (typeof hook !== 'function') return undefined;
  return (line) => {
    const written: unknown = hook(line);
    onWritten(written);
    return written;
  };
}

const MERGED_ERROR = ['type', 'stack'];

/** pino 5 and 6 write the stack of an error beside the fields, and `Error` for the class of each. */
function mergedError({ type, stack }: Record<string, unknown>, message: unknown): object | undefined {
  if (type !== 'Error' || typeof stack !== 'string') return undefined;
  return { name: /^[\w$.]+(?=:|$)/m.exec(stack)?.[0] ?? type, message, stack };
}

/** Pino's serializer calls the class of an error its type. */
function withName(exception: unknown): unknown {
  if (typeof exception !== 'object' || exception === null || Array.isArray(exception)) return exception;
  const { name, type } = exception as { name?: unknown; type?: unknown };
  return typeof name !== 'string' && typeof type === 'string' ? { ...exception, name: type } : exception;
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new PinoInstrumentation(options);
}
