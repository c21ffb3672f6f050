/**
 * winston 3: the ids of the active span in each line, and each line once as an OpenTelemetry log record.
 *
 * `write` is where a line is still in the context of its caller. A format or a transport runs later, under back-pressure
 * in another request's context, and would tie the line to the wrong span.
 */
import type { Attributes, SeverityNumber } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { api, require } from '../otel.ts';

const { InstrumentationBase, InstrumentationNodeModuleDefinition, InstrumentationNodeModuleFile } = require('@opentelemetry/instrumentation') as typeof import('@opentelemetry/instrumentation');

interface Logger {
  readonly transports?: readonly object[];
  readonly silent?: boolean;
  isLevelEnabled(level: string): boolean;
  write(info: Record<string | symbol, unknown>, ...rest: unknown[]): boolean;
}

/** winston's npm, syslog and cli levels as OpenTelemetry ranks them. */
const SEVERITIES: Readonly<Record<string, number>> = {
  emerg: 22, alert: 21, fatal: 21, crit: 18, error: 17, warning: 13, warn: 13, help: 11, data: 10, notice: 10, info: 9,
  http: 7, verbose: 6, debug: 5, prompt: 4, input: 2, trace: 1, silly: 1,
};
const LEVEL = Symbol.for('level');
const SPLAT = Symbol.for('splat');
const NOT_ATTRIBUTES = new Set(['level', 'message', 'trace_id', 'span_id', 'trace_flags', 'timestamp']);

class WinstonInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/winston', version, options);
  }

  protected override init() {
    const file = new InstrumentationNodeModuleFile(
      'winston/lib/winston/logger.js',
      ['>=3 <4'],
      (exported: { prototype: Logger }) => {
        const instrumentation = this;
        const write = exported.prototype.write;
        exported.prototype.write = function (this: Logger, info, ...rest) {
          if (instrumentation.isEnabled() && info !== null && typeof info === 'object') {
            try {
              instrumentation.#correlate(info);
              instrumentation.#emit(this, info);
            } catch {
              // A line with a hostile getter or a frozen object is printed as it is.
            }
          }
          return write.call(this, info, ...rest);
        };
        return exported;
      },
      () => {},
    );
    return [new InstrumentationNodeModuleDefinition('winston', ['>=3 <4'], (exported) => exported, () => {}, [file])];
  }

  #correlate(info: Record<string | symbol, unknown>): void {
    const context = api.trace.getActiveSpan()?.spanContext();
    if (context === undefined || !api.isSpanContextValid(context) || info['trace_id'] !== undefined) return;
    info['trace_id'] = context.traceId;
    info['span_id'] = context.spanId;
    info['trace_flags'] = context.traceFlags.toString(16).padStart(2, '0');
  }

  #emit(logger: Logger, info: Record<string | symbol, unknown>): void {
    const level = String(info[LEVEL] ?? info['level']);
    if (logger.silent === true || !logger.isLevelEnabled(level)) return;
    // With OpenTelemetry's own transport the application sends its lines already.
    if (logger.transports?.some((transport) => transport.constructor.name.startsWith('OpenTelemetryTransport'))) return;
    const severityNumber = SEVERITIES[level] as SeverityNumber | undefined;
    const error = errorOf(info);
    const attributes: Record<string, unknown> = {};
    for (const key of Object.keys(info)) {
      if (!NOT_ATTRIBUTES.has(key) && !(error !== undefined && key === 'stack')) attributes[key] = info[key];
    }
    this.logger.emit({
      ...(severityNumber === undefined ? {} : { severityNumber }),
      severityText: level,
      body: typeof info['message'] === 'string' ? info['message'] : String(info['message']),
      attributes: attributes as Attributes,
      ...(error === undefined ? {} : { exception: error }),
    });
  }
}

/** The error that a line is about: the line itself, an argument beside the message, or a stack copied into the line. */
function errorOf(info: Record<string | symbol, unknown>): unknown {
  if (info instanceof Error) return info;
  const splat = info[SPLAT];
  const beside = Array.isArray(splat) ? splat.find((item) => item instanceof Error) : undefined;
  if (beside !== undefined) return beside;
  if (typeof info['stack'] === 'string') return { name: info['name'] ?? 'Error', message: info['message'], stack: info['stack'] };
  return undefined;
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new WinstonInstrumentation(options);
}
