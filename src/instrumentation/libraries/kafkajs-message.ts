/** Messages of kafkajs: their attributes, and the trace in the headers of their copies. */
import type { Attributes, Context, Link } from '@opentelemetry/api';
import {
  MESSAGING_BATCH_MESSAGE_COUNT,
  MESSAGING_CONSUMER_GROUP_NAME,
  MESSAGING_DESTINATION_NAME,
  MESSAGING_DESTINATION_PARTITION_ID,
  MESSAGING_KAFKA_MESSAGE_KEY,
  MESSAGING_KAFKA_MESSAGE_TOMBSTONE,
  MESSAGING_KAFKA_OFFSET,
  MESSAGING_SYSTEM,
} from '../../names/attributes.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { beginOperation, type MessagingRecorder, type Operation } from './messaging.ts';

interface Message {
  readonly key?: unknown;
  readonly value?: unknown;
  readonly offset?: unknown;
  readonly partition?: unknown;
  readonly headers?: object;
}

interface TopicMessages {
  readonly topic: string;
  readonly messages: readonly Message[];
}

export interface MessagePayload {
  readonly topic: string;
  readonly partition: number;
  readonly message: Message;
}

export interface BatchPayload {
  readonly batch: { readonly topic: string; readonly partition: number; readonly messages: readonly Message[] };
}

export interface Runner {
  eachMessage?: unknown;
  eachBatch?: unknown;
  readonly consumerGroup?: { readonly groupId?: unknown };
}

export interface Sending {
  /** With copies of the messages. */
  readonly request: unknown;
  end(error?: unknown): void;
}

export interface Begun {
  readonly operation: Operation;
  readonly context: Context;
}

/** Most links of one span. */
const MOST_LINKS = 128;

/** What cannot be copied, or is wrong, goes to kafkajs as it is, whose error is the caller's. */
export function beginSend(recorder: MessagingRecorder, by: 'send' | 'sendBatch', request: unknown, context: Context): Sending {
  const operations: Operation[] = [];
  const copyAll = ({ messages, topic }: TopicMessages): readonly Message[] =>
    messages.map((message) => {
      const operation = beginMessageTo(recorder, topic, message, context);
      operations.push(operation);
      return withTrace(message, api.trace.setSpan(context, operation.span));
    });
  const copy = attempt(() => {
    if (by === 'send') {
      const given = request as TopicMessages;
      return isWhole(given) ? { ...given, messages: copyAll(given) } : undefined;
    }
    const { topicMessages, ...rest } = request as { topicMessages: readonly TopicMessages[] };
    if (!topicMessages.every(isWhole)) return undefined;
    return { ...rest, topicMessages: topicMessages.map((each) => ({ ...each, messages: copyAll(each) })) };
  });
  return { request: copy ?? request, end: (error) => operations.forEach((operation) => operation.end(error)) };
}

/** kafkajs shows a message without a value in its error, which has to show the caller's. */
function isWhole({ messages, topic }: TopicMessages): boolean {
  return typeof topic === 'string' && Array.isArray(messages) && messages.every(({ value }: Message) => value !== undefined);
}

function withTrace(message: Message, context: Context): Message {
  const headers: Record<string, unknown> = { ...message.headers };
  api.propagation.inject(context, headers);
  return Object.assign(Object.create(Object.getPrototypeOf(message) as object | null) as Message, message, { headers });
}

function beginMessageTo(recorder: MessagingRecorder, topic: string, message: Message, context: Context): Operation {
  const { partition } = message;
  return beginOperation(recorder, {
    type: 'send',
    operation: 'send',
    name: `send ${topic}`,
    common: commonOf(topic, typeof partition === 'number' ? partition : undefined),
    more: messageAttributes(message),
    context,
  });
}

export function beginMessage(recorder: MessagingRecorder, runner: Runner, { message, partition, topic }: MessagePayload): Begun {
  const parent = contextOf(message);
  const operation = beginOperation(recorder, {
    type: 'process',
    operation: 'process',
    name: `process ${topic}`,
    common: { ...commonOf(topic, partition), ...groupOf(runner) },
    more: messageAttributes(message),
    context: parent,
  });
  return { operation, context: api.trace.setSpan(parent, operation.span) };
}

/** Messages of many traces: a span of its own trace, with a link to each. */
export function beginBatch(recorder: MessagingRecorder, runner: Runner, { batch }: BatchPayload): Begun {
  const { messages, partition, topic } = batch;
  const links: Link[] = [];
  for (const message of messages) {
    const sender = links.length < MOST_LINKS ? api.trace.getSpanContext(contextOf(message)) : undefined;
    if (sender !== undefined) links.push({ context: sender });
  }
  const operation = beginOperation(recorder, {
    type: 'process',
    operation: 'process',
    name: `process ${topic}`,
    common: { ...commonOf(topic, partition), ...groupOf(runner) },
    more: { [MESSAGING_BATCH_MESSAGE_COUNT]: messages.length },
    count: messages.length,
    context: api.ROOT_CONTEXT,
    links,
  });
  return { operation, context: api.trace.setSpan(api.ROOT_CONTEXT, operation.span) };
}

/** Headers come as bytes, and one that was sent more than once as a list. */
const HEADERS = {
  get(headers: object, key: string) {
    const value = (headers as Record<string, unknown>)[key];
    const first = Array.isArray(value) ? (value[0] as unknown) : value;
    return first === undefined || first === null ? undefined : String(first);
  },
  keys: (headers: object) => Object.keys(headers),
};

const contextOf = ({ headers = {} }: Message): Context => api.propagation.extract(api.ROOT_CONTEXT, headers, HEADERS);

function commonOf(topic: string, partition: number | undefined): Attributes {
  return {
    [MESSAGING_SYSTEM]: 'kafka',
    [MESSAGING_DESTINATION_NAME]: topic,
    ...(partition === undefined ? {} : { [MESSAGING_DESTINATION_PARTITION_ID]: String(partition) }),
  };
}

function groupOf({ consumerGroup }: Runner): Attributes {
  const group = consumerGroup?.groupId;
  return typeof group === 'string' ? { [MESSAGING_CONSUMER_GROUP_NAME]: group } : {};
}

function messageAttributes({ key, offset, value }: Message): Attributes {
  return {
    ...(key === undefined || key === null ? {} : { [MESSAGING_KAFKA_MESSAGE_KEY]: String(key) }),
    ...(value === null ? { [MESSAGING_KAFKA_MESSAGE_TOMBSTONE]: true } : {}),
    ...(offset === undefined ? {} : { [MESSAGING_KAFKA_OFFSET]: String(offset) }),
  };
}
