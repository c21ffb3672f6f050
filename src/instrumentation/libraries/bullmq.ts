/**
 * BullMQ 5.11 and newer through its own telemetry interface: a span for each job sent and each job processed, in one
 * trace. Its polling and housekeeping spans have no request behind them and are left out.
 */
import type { Attributes, Context, Exception, Span, TimeInput } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import {
  ERROR_TYPE,
  MESSAGING_DESTINATION_NAME,
  MESSAGING_OPERATION_NAME,
  MESSAGING_OPERATION_TYPE,
  MESSAGING_SYSTEM,
} from '../../names/attributes.ts';
import { CONSUMER, PRODUCER, STATUS_ERROR } from '../../names/otel.ts';
import { version } from '../../version.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { errorTypeOf, messageOf } from '../http/http-semantics.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../loading/instrumentation-base.ts';

/** What a job returned: the application's own data, of any size. */
const JOB_RESULT = 'bullmq.job.result';
const JOB_FAILED = 'job failed';

/** By BullMQ's numbers of kinds, which are OpenTelemetry's. */
type Trace = (this: Traced, kind: number, operation: string, destination: string | undefined, ...rest: unknown[]) => unknown;

interface Traced {
  readonly name: string;
  opts?: { telemetry?: unknown };
  trace: Trace;
  /** Of a worker. */
  prependListener?(event: 'failed', listener: (job: unknown, error: unknown) => void): void;
}

type AddNode = (this: FlowProducer, given: { readonly node: { readonly opts?: object } }) => unknown;

interface FlowProducer {
  telemetry?: unknown;
  addNode?: AddNode;
}

interface BullMQ {
  readonly QueueBase?: { readonly prototype: Traced };
  readonly FlowProducer?: { readonly prototype: FlowProducer };
}

class BullMQInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/bullmq', version, options);
  }

  protected override init() {
    return [
      new InstrumentationNodeModuleDefinition('bullmq', ['>=5.11.0 <7'], (exported: BullMQ) => {
        const telemetry = this.#telemetry();
        if (exported.QueueBase !== undefined) traceQueues(exported.QueueBase.prototype, telemetry);
        if (exported.FlowProducer !== undefined) traceFlows(exported.FlowProducer.prototype, telemetry);
        return exported;
      }),
    ];
  }

  #startSpan(name: string, kind: number | undefined, context: Context | undefined): Span | undefined {
    if (!this.isEnabled() || (kind !== PRODUCER && kind !== CONSUMER)) return undefined;
    const [operation, ...queue] = name.split(' ');
    const attributes: Attributes = {
      [MESSAGING_SYSTEM]: 'bullmq',
      [MESSAGING_OPERATION_NAME]: operation,
      [MESSAGING_OPERATION_TYPE]: kind === PRODUCER ? 'send' : 'process',
      [MESSAGING_DESTINATION_NAME]: queue.join(' '),
    };
    return this.tracer.startSpan(name, { kind, attributes }, context ?? api.context.active());
  }

  /** What BullMQ asks for as `telemetry`; see its `interfaces/telemetry`. */
  #telemetry() {
    const { recordJobResults } = this.getConfig() as { recordJobResults?: boolean };
    return {
      tracer: {
        startSpan: (name: string, options: { kind?: number } = {}, context?: Context) => {
          const span = this.#startSpan(name, options.kind, context);
          return span === undefined ? SILENT : adapt(span, recordJobResults === true);
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
        // A job that something else wrote has none that can be read.
        fromMetadata: (active: Context, metadata: string) => attempt(() => api.propagation.extract(active, JSON.parse(metadata)), active),
      },
    };
  }
}

/** An application that brings telemetry of its own keeps it. */
function traceQueues(base: Traced, telemetry: unknown): void {
  const { trace } = base;
  base.trace = function (kind, operation, destination, ...rest) {
    if (this.opts !== undefined) this.opts.telemetry ??= telemetry;
    const isOurs = this.opts?.telemetry === telemetry && (kind === PRODUCER || kind === CONSUMER);
    if (isOurs && kind === CONSUMER) noteFailures(this);
    // Ours names the queue alone, where BullMQ adds the job.
    return trace.call(this, kind, operation, isOurs ? this.name : destination, ...rest);
  };
}

function traceFlows(producer: FlowProducer, telemetry: unknown): void {
  // A property of the prototype: an instance that was given telemetry has its own.
  producer.telemetry = telemetry;
  const { addNode } = producer;
  if (addNode === undefined) return;
  producer.addNode = function (given) {
    if (this.telemetry !== telemetry || given.node.opts !== undefined) return addNode.call(this, given);
    // BullMQ notes the trace in a job's options, and not where there are none.
    return addNode.call(this, { ...given, node: { ...given.node, opts: {} } });
  };
}

/** Workers whose failures are noted, and the failure that a worker emitted last: its span hears of it right afterwards, by its message alone. */
const watched = new WeakSet<object>();
let lastFailure: unknown;

function noteFailures(worker: Traced): void {
  if (watched.has(worker)) return;
  watched.add(worker);
  worker.prependListener?.('failed', (_job, error) => void (lastFailure = error));
}

function adapt(span: Span, recordsResults: boolean) {
  function fail(exception: Exception, time?: TimeInput): void {
    span.recordException(exception, time);
    const message = typeof exception === 'string' ? exception : messageOf(exception);
    span.setStatus({ code: STATUS_ERROR, ...(message === '' ? {} : { message }) });
    span.setAttribute(ERROR_TYPE, errorTypeOf(exception));
  }
  const exported = (attributes: Attributes = {}): Attributes => {
    if (recordsResults || attributes[JOB_RESULT] === undefined) return attributes;
    const { [JOB_RESULT]: _result, ...others } = attributes;
    return others;
  };
  return {
    setSpanOnContext: (context: Context) => api.trace.setSpan(context, span),
    setAttribute: (key: string, value: Attributes[string]) => void (value !== undefined && span.setAttributes(exported({ [key]: value }))),
    setAttributes: (attributes: Attributes) => void span.setAttributes(exported(attributes)),
    addEvent(name: string, attributes?: Attributes) {
      span.addEvent(name, exported(attributes));
      if (name !== JOB_FAILED) return;
      fail((lastFailure ?? String(attributes?.['bullmq.job.failed.reason'])) as Exception);
      lastFailure = undefined;
    },
    recordException: fail,
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
