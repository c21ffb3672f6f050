/**
 * bunyan 1 and 2: the ids of the active span in each record, and each record once as an OpenTelemetry log record.
 *
 * `_emit` gets a record of its own for each call, after the serializers of the application. No stream is added, and the class
 * `Logger` stays what it is.
 */
import type { AnyValue, Attributes } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { contained } from '../../runtime/contain.ts';
import { nowHrTime } from '../../runtime/clock.ts';
import { EVENT_NAME, idsFor, isOfClass, LOG_KEYS, severityOf, type LogOptions } from './log-line.ts';
import { redactRecord } from './redact-output.ts';
import { replaceFunction } from './replace-function.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../loading/instrumentation-base.ts';

type Line = Record<string, unknown>;

interface Logger {
  readonly streams?: unknown;
}

interface Bunyan {
  readonly default?: Bunyan;
  readonly prototype?: object;
}

const LEVELS: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
/** The rest of a record is its attributes; the host and the process are in the resource. */
const NOT_ATTRIBUTES = new Set(['time', 'level', 'msg', 'err', 'v', 'hostname', 'pid', EVENT_NAME, ...Object.values(LOG_KEYS)]);

class BunyanInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/bunyan', version, options);
  }

  protected override init() {
    return [
      new InstrumentationNodeModuleDefinition('bunyan', ['>=1.0.0 <3'], (exported: Bunyan) => {
        const Logger = typeof exported === 'function' ? exported : exported.default;
        if (Logger?.prototype !== undefined) replaceFunction(Logger.prototype, '_emit', (original) => this.#follow(original));
        return exported;
      }),
    ];
  }

  #follow(original: Function): Function {
    const note = (line: Line, logger: Logger): void => this.#note(line, logger);
    return function _emit(this: Logger, ...args: unknown[]): unknown {
      const [line, isNotWritten] = args;
      if (isNotWritten !== true && typeof line === 'object' && line !== null) note(line as Line, this);
      return Reflect.apply(original, this, args);
    };
  }

  #note(line: Line, logger: Logger): void {
    if (!this.isEnabled()) return;
    const options = this.getConfig() as LogOptions;
    try {
      if (line['trace_id'] === undefined) Object.assign(line, idsFor(options));
      if (options.disableLogSending !== true && !hasOwnExport(logger)) this.#export(line, options.logSeverity);
      if (options.redactsOutput === true) redactRecord(line);
    } catch (error) {
      contained('exporting a line of bunyan', error);
    }
  }

  #export(line: Line, leastSeverity = 0): void {
    const { time, level, msg, err, [EVENT_NAME]: eventName } = line;
    const severityNumber = severityOf(Number(level));
    if (severityNumber < leastSeverity) return;
    const isTime = time instanceof Date && !Number.isNaN(time.getTime());
    const attributes: Line = {};
    for (const key of Object.keys(line)) if (!NOT_ATTRIBUTES.has(key)) attributes[key] = line[key];
    if (!isTime) attributes['time'] = time;
    const severityText = LEVELS[Number(level)];
    this.logger.emit({
      timestamp: isTime ? time : nowHrTime(),
      severityNumber,
      ...(severityText === undefined ? {} : { severityText }),
      body: msg as AnyValue,
      attributes: attributes as Attributes,
      ...(typeof eventName === 'string' ? { eventName } : {}),
      ...(err === undefined ? {} : { exception: err }),
    });
  }
}

/** A stream of the official instrumentation, which applications add themselves. */
function hasOwnExport({ streams }: Logger): boolean {
  return (
    Array.isArray(streams) && streams.some((each: { readonly stream?: unknown }) => isOfClass(each.stream, 'OpenTelemetryBunyanStream'))
  );
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new BunyanInstrumentation(options);
}
