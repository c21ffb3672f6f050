/** The client side of gRPC, below all interceptors: each call of the channel is a span. */
import type { Context } from '@opentelemetry/api';
import { enter } from '../../context/context-manager.ts';
import { noteDestination } from '../../context/propagation/destination.ts';
import { SERVER_ADDRESS } from '../../names/attributes.ts';
import { attempt, contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { messageOf } from '../http/http-semantics.ts';
import { addressOf, beginCall, followed, isIgnored, type Call, type CallRecorder, type Status, UNKNOWN } from './grpc-call.ts';

interface Metadata {
  clone(): Metadata;
  set(key: string, value: string): void;
}

interface Listener {
  onReceiveMetadata?(metadata: unknown): void;
  onReceiveMessage?(message: unknown): void;
  onReceiveStatus?(status: Status): void;
}

interface TransportCall {
  start(metadata: Metadata, listener: Listener): unknown;
  /** Says in the next tick how the call ended. */
  outputStatus?(status: Status): unknown;
}

interface Channel {
  createCall(path: string, ...rest: unknown[]): TransportCall;
  getTarget?(): string;
}

type GetInterceptingCall = (interceptors: unknown, method: { readonly path: string }, options: unknown, channel: Channel) => unknown;

export interface ClientInterceptors {
  getInterceptingCall: GetInterceptingCall;
}

export function watchClient(exported: ClientInterceptors, recorder: CallRecorder): void {
  const { getInterceptingCall } = exported;
  exported.getInterceptingCall = (interceptors, method, options, channel) => {
    const context = api.context.active();
    if (!recorder.isEnabled() || isIgnored(recorder, String(method?.path), context))
      return getInterceptingCall(interceptors, method, options, channel);
    // Of the channel, calls ask for nothing else.
    const watched: Channel = {
      createCall(path, ...rest) {
        const call = channel.createCall(path, ...rest);
        contain('watching a call of gRPC', () => watchCall(recorder, call, channel, path, context));
        return call;
      },
    };
    return getInterceptingCall(interceptors, method, options, watched);
  };
}

const HEARD = ['onReceiveMetadata', 'onReceiveMessage', 'onReceiveStatus'] as const;

function watchCall(recorder: CallRecorder, transport: TransportCall, channel: Channel, path: string, context: Context): void {
  const { outputStatus, start } = transport;
  const target = attempt(() => channel.getTarget?.()) ?? '';
  replace(transport, 'start', function (this: TransportCall, metadata, listener) {
    const begun = contain('beginning a call of gRPC', () => begin(recorder, path, target, metadata, context));
    if (begun === undefined) return start.call(this, metadata, listener);
    const end = (status: Status): void => void contain('recording the status of a call of gRPC', () => begun.call.end(status));
    const heard = followed(listener, HEARD, context);
    if (outputStatus === undefined) Object.defineProperty(heard, 'onReceiveStatus', { value: telling(listener, end, context) });
    else
      replace(transport, 'outputStatus', function (this: TransportCall, status) {
        end(status);
        return outputStatus.call(this, status);
      });
    try {
      return start.call(this, begun.metadata, heard);
    } catch (error) {
      end({ ...UNKNOWN, details: messageOf(error) });
      throw error;
    }
  });
}

function replace<Name extends keyof TransportCall>(transport: TransportCall, name: Name, value: TransportCall[Name]): void {
  Object.defineProperty(transport, name, { value, configurable: true, writable: true });
}

/** For channels that are not grpc-js' own: of theirs it is only known what the listener is told. */
function telling(listener: Listener, end: (status: Status) => void, context: Context): (status: Status) => void {
  return (status) => {
    enter(context);
    end(status);
    listener.onReceiveStatus?.(status);
  };
}

/** The metadata stays the caller's: what is sent is a copy. */
function begin(
  recorder: CallRecorder,
  path: string,
  target: string,
  metadata: Metadata,
  context: Context,
): { call: Call; metadata: Metadata } {
  const call = beginCall(recorder, 'client', path, target, {}, context);
  const copy = metadata.clone();
  noteDestination({ hostname: addressOf(target)[SERVER_ADDRESS] });
  api.propagation.inject(api.trace.setSpan(context, call.span), copy, { set: (carrier, key, value) => carrier.set(key, value) });
  return { call, metadata: copy };
}
