/** Messages of amqplib: their attributes, and the trace in their headers. */
import type { Attributes, Context } from '@opentelemetry/api';
import {
  MESSAGING_DESTINATION_NAME,
  MESSAGING_MESSAGE_BODY_SIZE,
  MESSAGING_MESSAGE_CONVERSATION_ID,
  MESSAGING_MESSAGE_ID,
  MESSAGING_RABBITMQ_ROUTING_KEY,
  MESSAGING_SYSTEM,
  NETWORK_PEER_ADDRESS,
  NETWORK_PEER_PORT,
  SERVER_ADDRESS,
  SERVER_PORT,
} from '../../names/attributes.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { beginOperation, type MessagingRecorder, type Operation } from './messaging.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Made by amqplib for each message. */
interface Properties {
  headers?: object;
  readonly messageId?: unknown;
  readonly correlationId?: unknown;
}

export interface Message {
  readonly fields: Fields;
  readonly properties: Properties;
  readonly content?: { readonly length?: number };
}

type Reply = (error: unknown, frame?: { readonly fields?: Fields }) => unknown;

/** What of amqplib's channels is used. */
export interface Channel {
  readonly connection?: { readonly stream?: { readonly _host?: unknown; readonly remoteAddress?: string; readonly remotePort?: number } };
  /** Only of those that wait for confirmations. */
  readonly waitForConfirms?: unknown;
  sendMessage(fields: Fields, properties: Properties, content: unknown): unknown;
  pushConfirmCallback(callback: unknown): unknown;
  sendOrEnqueue(method: number, fields: Fields | undefined, reply: Reply): unknown;
  sendImmediately(method: number, fields: Fields): unknown;
  dispatchMessage(fields: Fields, message: Message | null): unknown;
}

/** The span, and the trace in a header of the message: not in the caller's headers, from which amqplib's own inherit. */
export function beginPublish(
  recorder: MessagingRecorder,
  channel: Channel,
  fields: Fields,
  properties: Properties,
  content: unknown,
  context: Context,
): Operation {
  const exchange = textOf(fields['exchange']);
  const routingKey = textOf(fields['routingKey']);
  const operation = beginOperation(recorder, {
    type: 'send',
    operation: 'publish',
    name: `publish ${exchange === '' ? '<default>' : exchange}`,
    common: commonOf(channel, destinationOf(exchange, exchange === '' ? routingKey : '')),
    more: messageAttributes(channel, routingKey, properties, (content as { readonly length?: unknown } | undefined)?.length),
    context,
  });
  const headers = Object.create(properties.headers ?? null) as object;
  api.propagation.inject(api.trace.setSpan(context, operation.span), headers, {
    // Not by assignment, which frozen headers would forbid.
    set: (carrier, name, value) =>
      void Object.defineProperty(carrier, name, { value, enumerable: true, writable: true, configurable: true }),
  });
  properties.headers = headers;
  return operation;
}

export function beginProcess(
  recorder: MessagingRecorder,
  channel: Channel,
  queue: string,
  { content, fields, properties }: Message,
  isLinked: boolean,
): { readonly operation: Operation; readonly context: Context } {
  const extracted = api.propagation.extract(api.ROOT_CONTEXT, properties.headers ?? {});
  const sender = api.trace.getSpanContext(extracted);
  const parent = isLinked ? api.ROOT_CONTEXT : extracted;
  const exchange = textOf(fields['exchange']);
  const routingKey = textOf(fields['routingKey']);
  const operation = beginOperation(recorder, {
    type: 'process',
    operation: 'process',
    name: `${queue === '' ? routingKey : queue} process`,
    common: commonOf(channel, destinationOf(exchange, queue)),
    more: messageAttributes(channel, routingKey, properties, content?.length),
    context: parent,
    ...(isLinked && sender !== undefined ? { links: [{ context: sender }] } : {}),
  });
  return { operation, context: api.trace.setSpan(parent, operation.span) };
}

const destinationOf = (...parts: string[]): string => parts.filter(Boolean).join(':');
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function commonOf(channel: Channel, destination: string): Attributes {
  const stream = attempt(() => channel.connection?.stream);
  const address = typeof stream?._host === 'string' ? stream._host : stream?.remoteAddress;
  return {
    [MESSAGING_SYSTEM]: 'rabbitmq',
    [MESSAGING_DESTINATION_NAME]: destination,
    ...(address === undefined ? {} : { [SERVER_ADDRESS]: address }),
    ...(stream?.remotePort === undefined ? {} : { [SERVER_PORT]: stream.remotePort }),
  };
}

function messageAttributes(channel: Channel, routingKey: string, { correlationId, messageId }: Properties, size: unknown): Attributes {
  const { remoteAddress, remotePort } = attempt(() => channel.connection?.stream) ?? {};
  return {
    ...(routingKey === '' ? {} : { [MESSAGING_RABBITMQ_ROUTING_KEY]: routingKey }),
    ...(typeof messageId === 'string' ? { [MESSAGING_MESSAGE_ID]: messageId } : {}),
    ...(typeof correlationId === 'string' ? { [MESSAGING_MESSAGE_CONVERSATION_ID]: correlationId } : {}),
    ...(typeof size === 'number' ? { [MESSAGING_MESSAGE_BODY_SIZE]: size } : {}),
    ...(remoteAddress === undefined ? {} : { [NETWORK_PEER_ADDRESS]: remoteAddress, [NETWORK_PEER_PORT]: remotePort }),
  };
}
