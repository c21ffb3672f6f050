/**
 * BullMQ 5.11 and newer through its own telemetry interface: a span for each job sent and each job processed, in one
 * trace. Its polling and housekeeping spans have no request behind them and are left out.
 */
import type { Attributes, Context, Exception, Span, TimeInput } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { api, require } from '../../runtime/otel.ts';
import { STATUS_ERROR } from '../../names/otel.ts';

const { InstrumentationBase, InstrumentationNodeModuleDefinition } =
  require('@opentelemetry/instrumentation') as typeof import('@opentelemetry/instrumentation');

/** BullMQ's numbers, which are OpenTelemetry's. */
const PRODUCER = 3;
const CONSUMER = 4;

type Trace = (this: Traced, kind: number, operation: string, destination: string | undefined, ...rest: unknown[]) => unknown;

interface Traced {
  readonly name: string;
  opts?: { telemetry?: unknown };
  trace: Trace;
}

interface BullMQ {
  readonly QueueBase?: { readonly prototype: Traced };
  readonly FlowProducer?: { readonly prototype: { telemetry?: unknown } };
}

class BullMQInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/bullmq', version, options);
  }

  protected override init() {
    return [
      new InstrumentationNodeModuleDefinition('bullmq', ['>=5.11.0 <7'], (exported: BullMQ) => {
        const base = exported.QueueBase?.prototype;
        if (base === undefined) return exported;
        const telemetry = this.#telemetry();
        const trace = base.trace;
        base.trace = function (kind, operation, destination, ...rest) {
          if (this.opts !== undefined) this.opts.telemetry ??= telemetry;
          // An application that brings telemetry of its own keeps it. Ours names the queue alone, where BullMQ adds the job.
          const isOurs = this.opts?.telemetry === telemetry && (kind === PRODUCER || kind === CONSUMER);
          return trace.call(this, kind, operation, isOurs ? this.name : destination, ...rest);
        };
        // A property of the prototype: an instance that was given telemetry has its own.
        if (exported.FlowProducer !== undefined) exported.FlowProducer.prototype.telemetry = telemetry;
        return exported;
      }),
    ];
  }

  /** What BullMQ asks for as `telemetry`; see its `interfaces/telemetry`. */
  #telemetry() {
    return {
      tracer: {
        startSpan: (name: string, options: { kind?: number } = {}, context?: Context) => {
          const { kind } = options;
          if (!this.isEnabled() || (kind !== PRODUCER && kind !== CONSUMER)) return SILENT;
          const [operation, ...queue] = name.split(' ');
          const attributes: Attributes = {
            'messaging.system': 'bullmq',
            'messaging.operation.name': operation,
            'messaging.operation.type': kind === PRODUCER ? 'send' : 'process',
            'messaging.destination.name': queue.join(' '),
          };
          return adapt(this.tracer.startSpan(name, { kind: kind as 3 | 4, attributes }, context ?? api.context.active()));
        },
      },
      contextManager: {
        with: (context: Context, fn: () => unknown) => api.context.with(context, fn),
        active: () => api.context.active(),
        root: () => api.ROOT_CONTEXT,
        getMetadata(context: Context) {
          const carrier: Record<string, string> = {};
          api.propagation.inject(context, carrier);
          return JSON.stringify(carrier);
        },
        fromMetadata(active: Context, metadata: string) {
          try {
            return api.propagation.extract(active, JSON.parse(metadata));
          } catch {
            return active; // a job that something else wrote
          }
        },
      },
    };
  }
}

function adapt(span: Span) {
  return {
    setSpanOnContext: (context: Context) => api.trace.setSpan(context, span),
    setAttribute: (key: string, value: Attributes[string]) => void (value !== undefined && span.setAttribute(key, value)),
    setAttributes: (attributes: Attributes) => void span.setAttributes(attributes),
    addEvent: (name: string, attributes?: Attributes) => void span.addEvent(name, attributes),
    recordException(exception: Exception, time?: TimeInput) {
      span.recordException(exception, time);
      span.setStatus({
        code: STATUS_ERROR,
        ...(typeof exception === 'string' ? { message: exception } : exception.message === undefined ? {} : { message: exception.message }),
      });
    },
    end: () => span.end(),
  };
}

const nothing = (): void => {};
const SILENT = {
  setSpanOnContext: (context: Context) => context,
  setAttribute: nothing,
  setAttributes: nothing,
  addEvent: nothing,
  recordException: nothing,
  end: nothing,
};

export function create(options: Record<string, unknown>): Instrumentation {
  return new BullMQInstrumentation(options);
}
