/**
 * `fetch` and undici, also that in a bundle: one CLIENT span and one measurement a request, by the channels of undici itself.
 *
 * Of our own, because the official one adds its headers beside those of the same names, takes every reason that a request is given
 * up for as a failure, and has requests that wait for a connection of a pool in the traces of others. What is asked through a
 * tunnel is recorded, and not the asking for the tunnel.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
import type { Attributes, Context, MeterProvider, Span, TracerProvider } from '@opentelemetry/api';
import { HTTP_REQUEST_RESEND_COUNT, NETWORK_PEER_ADDRESS, NETWORK_PEER_PORT } from '../../names/attributes.ts';
import { CLIENT } from '../../names/otel.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { carriedBy, carry, prepareCarriers, type Carried } from '../../context/carried.ts';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { enter } from '../../context/context-manager.ts';
import { noteDestination } from '../../context/propagation/destination.ts';
import { attempt, contained } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { version } from '../../version.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';
import { listen } from '../loading/listen.ts';
import type { Failure } from './broken-off.ts';
import { endRequest, MEASURED, type BegunRequest } from './client-end.ts';
import { knownMethod, methodInName } from './http-semantics.ts';
import { HttpSide } from './http-side.ts';
import { undiciFailure } from './undici-failure.ts';
import {
  afterHeadersSent,
  afterResponse,
  afterStart,
  isIgnored,
  lacksParent,
  type UndiciOptions,
  type UndiciResponse,
} from './undici-options.ts';
import {
  callerContext,
  handlerOf,
  headerValues,
  mayResend,
  noteCallers,
  replaceHeaders,
  requestAttributes,
  targetOf,
  type Target,
  type UndiciRequest,
} from './undici-request.ts';
import { noteRedirect, resendsOf, withAttempt } from './undici-resends.ts';

interface Message {
  readonly request: UndiciRequest;
}

/** What of a socket is read. With HTTP/2 it is that of the session. */
interface Socket {
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  readonly alpnProtocol?: string | false | null;
}

const SCOPE = 'signalbox/undici';
const VERSIONS = ['>=5.12.0'];
/** Where requests wait for a connection of a pool. */
const QUEUES = ['node/fixed-queue', 'dispatcher/fixed-queue'];

/** Of these, only a span that is sampled reads the attributes; a class, as that of server spans is. */
class ClientSpanOptions {
  readonly kind = CLIENT;
  readonly #request: UndiciRequest;
  readonly #method: string;
  readonly #target: Target;

  constructor(request: UndiciRequest, method: string, target: Target) {
    this.#request = request;
    this.#method = method;
    this.#target = target;
  }

  get attributes(): Attributes {
    return requestAttributes(this.#request, this.#method, this.#target);
  }
}

/** A request that was made, and how far it has come. */
class Outgoing implements Carried, BegunRequest {
  readonly context: Context;
  readonly inside: Context;
  readonly span: Span;
  readonly startMs: number;
  readonly method: string;
  readonly target: Target;
  readonly resends: number;
  status: number | undefined;
  location: string | undefined;
  socket: Socket | undefined;
  hasEnded = false;
  /** Whether there is a body that was not sent as a whole. */
  isSending: boolean;

  constructor(side: HttpSide, request: UndiciRequest, target: Target, context: Context, hasSpan: boolean) {
    this.startMs = monotonicMs();
    this.context = context;
    this.target = target;
    this.method = knownMethod(request.method);
    this.isSending = request.body !== null && request.body !== undefined;
    this.resends = resendsOf(context, request.method, target.url);
    this.span = hasSpan
      ? side.tracer.startSpan(methodInName(this.method), new ClientSpanOptions(request, this.method, target), context)
      : api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
    this.inside = api.trace.setSpan(context, this.span);
  }

  get address(): string {
    return this.target.address;
  }

  get port(): number | undefined {
    return this.target.port;
  }
}

class UndiciInstrumentation extends InstrumentationBase {
  readonly #side = new HttpSide('client', MEASURED, SCOPE);

  constructor(options: Record<string, unknown>) {
    super(SCOPE, version, options);
    if (!this.isEnabled()) return;
    listen<Message>('undici:request:create', (message) => this.onRequestCreated(message));
    listen<Message & { socket: Socket }>('undici:client:sendHeaders', ({ request, socket }) => this.#onHeadersSent(request, socket));
    listen<Message>('undici:request:bodySent', ({ request }) => {
      const outgoing = outgoingOf(request);
      if (outgoing !== undefined) outgoing.isSending = false;
    });
    listen<Message & { response: UndiciResponse }>('undici:request:headers', ({ request, response }) =>
      this.#onResponse(request, response),
    );
    listen<Message>('undici:request:trailers', ({ request }) => this.#end(request));
    listen<Message & { error: unknown }>('undici:request:error', ({ request, error }) => this.#fail(request, error));
  }

  override setTracerProvider(provider: TracerProvider): void {
    super.setTracerProvider(provider);
    this.#side.setTracerProvider(provider);
  }

  override setMeterProvider(provider: MeterProvider): void {
    super.setMeterProvider(provider);
    this.#side.setMeterProvider(provider);
  }

  protected override init() {
    const queues = QUEUES.map((path) => new InstrumentationNodeModuleFile(`undici/lib/${path}.js`, VERSIONS, noteCallers));
    return [new InstrumentationNodeModuleDefinition('undici', VERSIONS, (exported) => exported, undefined, queues)];
  }

  get #options(): UndiciOptions {
    return this.getConfig() as UndiciOptions;
  }

  onRequestCreated({ request }: Message): void {
    const options = this.#options;
    if (!this.isEnabled() || request.method === 'CONNECT' || isIgnored(options, request)) return;
    const context = callerContext(handlerOf(request));
    if (isTracingSuppressed(context)) return;
    const target = targetOf(request);
    if (target === undefined) return;
    const outgoing = new Outgoing(this.#side, request, target, context, !lacksParent(options, context));
    if (outgoing.resends > 0) outgoing.span.setAttribute(HTTP_REQUEST_RESEND_COUNT, outgoing.resends);
    afterStart(options, outgoing.span, request);
    noteDestination({ hostname: target.address });
    const headers: Record<string, string> = {};
    api.propagation.inject(outgoing.inside, headers);
    replaceHeaders(request, headers);
    prepareCarriers(Object.getPrototypeOf(request) as object);
    carry(request, outgoing);
    if (request.upgrade !== null && request.upgrade !== undefined) this.#followUpgrade(request);
  }

  #onHeadersSent(request: UndiciRequest, socket: Socket): void {
    const outgoing = outgoingOf(request);
    if (outgoing === undefined) return;
    outgoing.socket = socket;
    afterHeadersSent(this.#options, outgoing.span, request);
  }

  #onResponse(request: UndiciRequest, response: UndiciResponse): void {
    const outgoing = outgoingOf(request);
    if (outgoing === undefined) return;
    outgoing.status = response.statusCode;
    afterResponse(this.#options, outgoing.span, request, response);
    if (response.statusCode < 300) return;
    outgoing.location = locationOf(outgoing, response);
    if (outgoing.location !== undefined) noteRedirect(outgoing.context, attemptOf(request, outgoing));
    enterForResend(request, outgoing);
  }

  #fail(request: UndiciRequest, error: unknown): void {
    const outgoing = outgoingOf(request);
    if (outgoing === undefined) return;
    const failure = undiciFailure(error, outgoing.isSending);
    this.#end(request, failure);
    if (failure !== undefined) enterForResend(request, outgoing);
  }

  #end(request: UndiciRequest, failure?: Failure): void {
    const outgoing = outgoingOf(request);
    if (outgoing === undefined || outgoing.hasEnded) return;
    outgoing.hasEnded = true;
    const { socket, status } = outgoing;
    const protocolVersion = socket === undefined ? undefined : socket.alpnProtocol === 'h2' ? '2' : '1.1';
    endRequest(this.#side, outgoing, { status, protocolVersion, failure, attributes: socket && peerOf(socket) });
    if (status !== undefined && status >= 300 && failure === undefined) enterForResend(request, outgoing);
  }

  /** Most releases publish nothing of it: the method that they call is the only word. */
  #followUpgrade(request: UndiciRequest): void {
    for (const name of ['onUpgrade', 'onRequestUpgrade'] as const) {
      const original = request[name];
      if (typeof original !== 'function') continue;
      request[name] = (...args) => {
        const outgoing = outgoingOf(request);
        try {
          if (outgoing !== undefined) outgoing.status ??= args[0] as number;
          this.#end(request);
        } catch (error) {
          contained('recording an upgraded connection', error);
        }
        return Reflect.apply(original, request, args);
      };
    }
  }
}

function outgoingOf(request: UndiciRequest): Outgoing | undefined {
  return carriedBy(request) as Outgoing | undefined;
}

function peerOf({ remoteAddress, remotePort }: Socket): Attributes {
  return { [NETWORK_PEER_ADDRESS]: remoteAddress, [NETWORK_PEER_PORT]: remotePort };
}

/** Where a response sends its client, as `fetch` and interceptors read it. */
function locationOf({ target }: Outgoing, { headers, statusCode }: UndiciResponse): string | undefined {
  if (statusCode >= 400) return undefined;
  const [location] = headerValues(headers, 'location');
  if (location === undefined) return undefined;
  return attempt(() => {
    const { origin, pathname, search } = new URL(location, target.url);
    return origin + pathname + search;
  });
}

function attemptOf({ method }: UndiciRequest, { location, resends, target }: Outgoing) {
  return { method, url: target.url, next: resends + 1, location };
}

/**
 * An interceptor that sends the request again does so while it hears how it ended, or after a while: in the context of whichever
 * request the connection was made for. It is to be in that of the caller. Nothing else hears of it then.
 */
function enterForResend(request: UndiciRequest, outgoing: Outgoing): void {
  if (mayResend(handlerOf(request))) enter(withAttempt(outgoing.context, attemptOf(request, outgoing)));
}

/** @param options - of the official instrumentation. */
export function create(options: Record<string, unknown>): UndiciInstrumentation {
  return new UndiciInstrumentation(options);
}
