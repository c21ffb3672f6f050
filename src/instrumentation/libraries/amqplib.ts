/**
 * amqplib: a span for each message that is published, to its confirmation where there is one, and for each that a consumer processes.
 *
 * Of our own, because the official one writes into the options of the caller, and into messages, which may be frozen. Both APIs of
 * amqplib send and deliver by the same methods of the channel, and properties come there in an object that is amqplib's own.
 */
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { activeContext, enter } from '../../context/context-manager.ts';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { contain } from '../../runtime/contain.ts';
import { requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';
import { beginProcess, beginPublish, type Channel, type Fields } from './amqplib-message.ts';
import { endWith, messagingMetrics, type MessagingRecorder, type Operation } from './messaging.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';

type Callback = (this: unknown, ...args: unknown[]) => unknown;

const VERSIONS = ['>=0.5.5 <3'];

/** Methods of the class `basic` of AMQP, by the numbers of amqplib. */
const BASIC = 60 << 16;
const CONSUME = BASIC + 20;
const REJECT = BASIC + 90;
const NACK = BASIC + 120;

class AmqplibInstrumentation extends InstrumentationBase implements MessagingRecorder {
  declare metrics: MessagingRecorder['metrics'];

  constructor(options: Record<string, unknown>) {
    super('signalbox/amqplib', version, options);
  }

  get spans(): MessagingRecorder['spans'] {
    return this.tracer;
  }

  protected override _updateMetricInstruments(): void {
    this.metrics = messagingMetrics(this.meter);
  }

  protected override init() {
    const isLinked = (): boolean => (this.getConfig() as { useLinksForConsume?: boolean }).useLinksForConsume === true;
    const file = <T>(name: string, watch: (exported: T) => void) =>
      new InstrumentationNodeModuleFile(
        `amqplib/lib/${name}.js`,
        VERSIONS,
        (exported: T) => {
          watch(exported);
          return exported;
        },
        () => {},
      );
    return [
      new InstrumentationNodeModuleDefinition(
        'amqplib',
        VERSIONS,
        (exported) => exported,
        () => {},
        [
          file<{ BaseChannel: { prototype: Channel } }>('channel', ({ BaseChannel }) => {
            watchPublishing(BaseChannel.prototype, this);
            watchReplies(BaseChannel.prototype);
            watchConsuming(BaseChannel.prototype, this, isLinked);
          }),
          file<{ Channel: { prototype: { get: Callback } } }>('callback_model', ({ Channel }) => keepContextOfGet(Channel.prototype)),
        ],
      ),
    ];
  }
}

/** The operation that waits for the callback of its confirmation, which is added right after the message was sent. */
const unconfirmed = new WeakMap<Channel, Operation>();

function watchPublishing(prototype: Channel, recorder: MessagingRecorder): void {
  const { pushConfirmCallback, sendMessage } = prototype;
  prototype.sendMessage = function (fields, properties, content) {
    const context = activeContext();
    if (!recorder.isEnabled() || isTracingSuppressed(context)) return sendMessage.call(this, fields, properties, content);
    const operation = contain('recording a message to RabbitMQ', () => beginPublish(recorder, this, fields, properties, content, context));
    try {
      const result = sendMessage.call(this, fields, properties, content);
      if (operation !== undefined && typeof this.waitForConfirms === 'function') unconfirmed.set(this, operation);
      else operation?.end();
      return result;
    } catch (error) {
      operation?.end(error);
      throw error;
    }
  };
  prototype.pushConfirmCallback = function (callback) {
    const operation = unconfirmed.get(this);
    unconfirmed.delete(this);
    if (operation === undefined && typeof callback !== 'function') return pushConfirmCallback.call(this, callback);
    const context = activeContext();
    return pushConfirmCallback.call(this, (...args: unknown[]) => {
      operation?.end(args[0]);
      if (typeof callback !== 'function') return undefined;
      enter(context);
      return (callback as Callback)(...args);
    });
  };
}

/** Queues of a channel by the tags of their consumers. */
const queues = new WeakMap<Channel, Map<unknown, string>>();

/** Replies come by the connection, and are heard in the context of who asked. */
function watchReplies(prototype: Channel): void {
  const { sendOrEnqueue } = prototype;
  prototype.sendOrEnqueue = function (method, fields, reply) {
    const context = activeContext();
    return sendOrEnqueue.call(this, method, fields, (error, frame) => {
      if (method === CONSUME && frame?.fields !== undefined) {
        const ofChannel = queues.get(this) ?? new Map<unknown, string>();
        queues.set(this, ofChannel.set(frame.fields.consumerTag, String(fields?.queue ?? '')));
      }
      enter(context);
      return reply(error, frame);
    });
  };
}

function watchConsuming(prototype: Channel, recorder: MessagingRecorder, isLinked: () => boolean): void {
  const open = new WeakMap<Channel, Map<unknown, Operation>>();
  const { dispatchMessage, sendImmediately } = prototype;
  prototype.dispatchMessage = function (fields, message) {
    if (message === null || !recorder.isEnabled()) return dispatchMessage.call(this, fields, message);
    const queue = queues.get(this)?.get(fields.consumerTag) ?? '';
    const begun = contain('recording a message of RabbitMQ', () => beginProcess(recorder, this, queue, message, isLinked()));
    if (begun === undefined) return dispatchMessage.call(this, fields, message);
    const { context, operation } = begun;
    const ofChannel = open.get(this) ?? new Map<unknown, Operation>();
    open.set(this, ofChannel.set(fields.deliveryTag, operation));
    const processing: Operation = {
      span: operation.span,
      end(error) {
        ofChannel.delete(fields.deliveryTag);
        operation.end(error);
      },
    };
    const before = activeContext();
    enter(context);
    try {
      const result = dispatchMessage.call(this, fields, message);
      endWith(processing, result);
      return result;
    } catch (error) {
      processing.end(error);
      throw error;
    } finally {
      enter(before);
    }
  };
  prototype.sendImmediately = function (method, fields) {
    if (method === NACK || method === REJECT) rejectOpen(open.get(this), fields, method === NACK ? 'nack' : 'reject');
    return sendImmediately.call(this, method, fields);
  };
}

/** What is sent back while it is processed was not processed. */
function rejectOpen(open: ReadonlyMap<unknown, Operation> | undefined, fields: Fields, by: string): void {
  const { deliveryTag, multiple, requeue } = fields;
  for (const [tag, operation] of open ?? []) {
    const isMeant = multiple === true ? deliveryTag === 0 || Number(tag) <= Number(deliveryTag) : tag === deliveryTag;
    if (isMeant) operation.end({ name: by, message: `${by} called on message ${requeue === true ? 'with' : 'without'} requeue` });
  }
}

/** A message that was asked for comes after the reply. */
function keepContextOfGet(prototype: { get: Callback }): void {
  const { get } = prototype;
  prototype.get = function (queue, options, callback) {
    if (typeof callback !== 'function') return get.call(this, queue, options, callback);
    const context = activeContext();
    return get.call(this, queue, options, function (this: unknown, ...args: unknown[]): unknown {
      enter(context);
      return Reflect.apply(callback, this, args);
    });
  };
}

/** Options of the official instrumentation that ours does not know. */
const OFFICIAL_OPTIONS = ['publishHook', 'publishConfirmHook', 'consumeHook', 'consumeEndHook', 'consumeTimeoutMs'];

/** @param options - of the official instrumentation, which runs where one asks for what only it does. */
export function create(options: Record<string, unknown>): Instrumentation {
  if (OFFICIAL_OPTIONS.every((name) => options[name] === undefined)) return new AmqplibInstrumentation(options);
  const { AmqplibInstrumentation: Official } = requireBundled('@opentelemetry/instrumentation-amqplib') as {
    AmqplibInstrumentation: new (options: Record<string, unknown>) => Instrumentation;
  };
  captureClock();
  return new Official(options);
}
