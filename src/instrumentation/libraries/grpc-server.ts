/** The server side of gRPC: each call is a span, and everything that its handler hears is heard in its context. */
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Attributes, Context } from '@opentelemetry/api';
import { enter } from '../../context/context-manager.ts';
import { NETWORK_PEER_ADDRESS, NETWORK_PEER_PORT } from '../../names/attributes.ts';
import { attempt, contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { beginCall, followed, isIgnored, type Call, type CallRecorder, type Status } from './grpc-call.ts';

/** What channelz counts with; given to every call, and told once how it ended, also when the client gave it up. */
interface Tracker {
  addMessageSent(): void;
  addMessageReceived(): void;
  onStreamEnd(success: boolean): void;
  onCallEnd(status: Status): void;
}

type Listener = Partial<Record<'onReceiveMetadata' | 'onReceiveMessage' | 'onReceiveHalfClose' | 'onCancel', unknown>>;

interface ServerCall {
  start(listener: Listener): unknown;
}

type GetServerInterceptingCall = (
  interceptors: readonly unknown[],
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  tracker: Tracker | null,
  handler: { readonly path: string },
  options: unknown,
) => ServerCall;

export interface ServerInterceptors {
  getServerInterceptingCall: GetServerInterceptingCall;
}

const HEADERS = {
  get: (headers: IncomingHttpHeaders, key: string) => headers[key],
  keys: (headers: IncomingHttpHeaders) => Object.keys(headers),
};

export function watchServer(exported: ServerInterceptors, recorder: CallRecorder): void {
  const { getServerInterceptingCall } = exported;
  exported.getServerInterceptingCall = (interceptors, stream, headers, tracker, handler, options) => {
    const begun = contain('beginning a call of gRPC', () => begin(recorder, stream, headers, handler.path));
    if (begun === undefined) return getServerInterceptingCall(interceptors, stream, headers, tracker, handler, options);
    enter(begun.context);
    const watching = trackerOf(tracker, begun.call);
    const innermost = (_method: unknown, call: ServerCall): ServerCall => {
      followListener(call, begun.context);
      return call;
    };
    return getServerInterceptingCall([innermost, ...interceptors], stream, headers, watching, handler, options);
  };
}

function begin(
  recorder: CallRecorder,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  path: string,
): { call: Call; context: Context } | undefined {
  const parent = api.propagation.extract(api.ROOT_CONTEXT, headers, HEADERS);
  if (isIgnored(recorder, path, parent)) return undefined;
  const call = beginCall(recorder, 'server', path, String(headers[':authority'] ?? headers.host ?? ''), peerOf(stream), parent);
  return { call, context: api.trace.setSpan(parent, call.span) };
}

function peerOf(stream: ServerHttp2Stream): Attributes {
  return attempt(() => {
    const { remoteAddress, remotePort } = stream.session?.socket ?? {};
    return remoteAddress === undefined ? {} : { [NETWORK_PEER_ADDRESS]: remoteAddress, [NETWORK_PEER_PORT]: remotePort };
  }, {});
}

function trackerOf(tracker: Tracker | null, call: Call): Tracker {
  return {
    addMessageSent: () => tracker?.addMessageSent(),
    addMessageReceived: () => tracker?.addMessageReceived(),
    onStreamEnd: (success) => tracker?.onStreamEnd(success),
    onCallEnd(status) {
      contain('recording the status of a call of gRPC', () => call.end(status));
      tracker?.onCallEnd(status);
    },
  };
}

const HEARD = ['onReceiveMetadata', 'onReceiveMessage', 'onReceiveHalfClose', 'onCancel'] as const;

/** Messages come by the connection, which belongs to no call. */
function followListener(call: ServerCall, context: Context): void {
  const { start } = call;
  const watchedStart: ServerCall['start'] = function (this: ServerCall, listener) {
    return start.call(this, followed(listener, HEARD, context));
  };
  Object.defineProperty(call, 'start', { value: watchedStart, configurable: true, writable: true });
}
