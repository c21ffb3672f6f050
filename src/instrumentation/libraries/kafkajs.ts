/**
 * kafkajs: a span for each message that is sent, and for each message or batch that is processed.
 *
 * Of our own, because the official one writes into messages, which may be frozen or shared, and throws where kafkajs rejects. Producers
 * with and without transactions send by one inner function, and consumers call the handler in one place: there messages are copied,
 * and the configuration of the application stays as it was.
 */
import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { activeContext, enter } from '../../context/context-manager.ts';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { contain } from '../../runtime/contain.ts';
import { requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';
import {
  beginBatch,
  beginMessage,
  beginSend,
  type BatchPayload,
  type Begun,
  type MessagePayload,
  type Runner,
  type Sending,
} from './kafkajs-message.ts';
import { messagingMetrics, type MessagingRecorder } from './messaging.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';

const VERSIONS = ['>=2.0.0 <3'];
/** Here the official one takes over. */
const OLDER = ['>=0.3.0 <2.0.0'];

type Send = (request: unknown) => Promise<unknown>;
type Handler<Payload> = (payload: Payload) => unknown;
type CreateMessageProducer = (...args: unknown[]) => { readonly send: Send; readonly sendBatch: Send };
type RunnerClass = { readonly prototype: Record<'processEachMessage' | 'processEachBatch', (this: Runner, batch: unknown) => unknown> };

class KafkaJsInstrumentation extends InstrumentationBase implements MessagingRecorder {
  declare metrics: MessagingRecorder['metrics'];
  #tracerProvider: TracerProvider | undefined;

  constructor(options: Record<string, unknown>) {
    super('signalbox/kafkajs', version, options);
  }

  get spans(): MessagingRecorder['spans'] {
    return this.tracer;
  }

  override setTracerProvider(provider: TracerProvider): void {
    super.setTracerProvider(provider);
    this.#tracerProvider = provider;
  }

  protected override _updateMetricInstruments(): void {
    this.metrics = messagingMetrics(this.meter);
  }

  protected override init() {
    const file = <T>(path: string, patch: (exported: T) => T) =>
      new InstrumentationNodeModuleFile(`kafkajs/src/${path}.js`, VERSIONS, patch, () => {});
    return [
      new InstrumentationNodeModuleDefinition(
        'kafkajs',
        VERSIONS,
        (exported) => exported,
        () => {},
        [
          file<CreateMessageProducer>('producer/messageProducer', (create) => watchProducers(create, this)),
          file<RunnerClass>('consumer/runner', (exported) => {
            watchConsumers(exported.prototype, this);
            return exported;
          }),
        ],
      ),
      new InstrumentationNodeModuleDefinition('kafkajs', OLDER, (exported: unknown) => {
        const official = createOfficial({ ...this.getConfig(), enabled: false });
        if (this.#tracerProvider !== undefined) official.setTracerProvider(this.#tracerProvider);
        const [definition] = official.getModuleDefinitions();
        return definition?.patch?.(exported) ?? exported;
      }),
    ];
  }
}

function watchProducers(create: CreateMessageProducer, recorder: MessagingRecorder): CreateMessageProducer {
  return (...args) => {
    const { send, sendBatch, ...rest } = create(...args);
    return {
      ...rest,
      send: (request) => sending(recorder, 'send', send, request),
      sendBatch: (request) => sending(recorder, 'sendBatch', sendBatch, request),
    };
  };
}

/** What kafkajs returns, followed by the end of the spans: what it rejects with is rejected once, to the caller. */
function sending(recorder: MessagingRecorder, operation: 'send' | 'sendBatch', send: Send, request: unknown): Promise<unknown> {
  const context = activeContext();
  if (!recorder.isEnabled() || isTracingSuppressed(context)) return send(request);
  const begun: Sending | undefined = contain('recording messages to Kafka', () => beginSend(recorder, operation, request, context));
  if (begun === undefined) return send(request);
  return send(begun.request).then(
    (result) => {
      begun.end();
      return result;
    },
    (error: unknown) => {
      begun.end(error);
      throw error;
    },
  );
}

/** The runner has the handlers in fields of its own, which are replaced before it calls them first. */
function watchConsumers(prototype: RunnerClass['prototype'], recorder: MessagingRecorder): void {
  const watched = new WeakSet<Runner>();
  for (const name of ['processEachMessage', 'processEachBatch'] as const) {
    const original = prototype[name];
    prototype[name] = function (batch) {
      if (!watched.has(this)) {
        watched.add(this);
        const { eachBatch, eachMessage } = this;
        if (typeof eachMessage === 'function')
          this.eachMessage = processing(this, eachMessage as Handler<MessagePayload>, (payload) => beginMessage(recorder, this, payload));
        if (typeof eachBatch === 'function')
          this.eachBatch = processing(this, eachBatch as Handler<BatchPayload>, (payload) => beginBatch(recorder, this, payload));
      }
      return original.call(this, batch);
    };
  }

  function processing<Payload>(
    runner: Runner,
    handler: Handler<Payload>,
    begin: (payload: Payload) => Begun,
  ): (payload: Payload) => unknown {
    return (payload) => {
      const begun = recorder.isEnabled() ? contain('recording a message of Kafka', () => begin(payload)) : undefined;
      if (begun === undefined) return handler.call(runner, payload);
      return runWithin(begun, () => handler.call(runner, payload));
    };
  }
}

/** kafkajs awaits what the handler returns. */
function runWithin({ context, operation }: Begun, handle: () => unknown): unknown {
  const before = activeContext();
  enter(context);
  try {
    const result = handle();
    if (!(result instanceof Promise)) {
      operation.end();
      return result;
    }
    return result.then(
      (value: unknown) => {
        operation.end();
        return value;
      },
      (error: unknown) => {
        operation.end(error ?? new Error('rejected'));
        throw error;
      },
    );
  } catch (error) {
    operation.end(error);
    throw error;
  } finally {
    enter(before);
  }
}

type Official = Instrumentation & {
  getModuleDefinitions(): readonly { readonly patch?: (exported: unknown) => unknown }[];
};

function createOfficial(options: Record<string, unknown>): Official {
  const { KafkaJsInstrumentation: Loaded } = requireBundled('@opentelemetry/instrumentation-kafkajs') as {
    KafkaJsInstrumentation: new (options: Record<string, unknown>) => Official;
  };
  captureClock();
  return new Loaded(options);
}

/** @param options - of the official instrumentation, which runs where one of its hooks is given. */
export function create(options: Record<string, unknown>): Instrumentation {
  const hasHook = options['producerHook'] !== undefined || options['consumerHook'] !== undefined;
  return hasHook ? createOfficial(options) : new KafkaJsInstrumentation(options);
}
