/**
 * OTLP over gRPC: unary calls on one HTTP/2 session, which is all that exporting needs.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import type { OtlpConfig, Signal } from '../../config/config.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { accepted, MAX_ANSWER_BYTES, positive, quote, retryAfterMs, retryInfoMs } from './answer.ts';
import { CLOSED, failureOf, notGrpc, refused, reset, retry, timedOut, type Destination } from './failure.ts';
import { compressed } from './gzip.ts';
import { createHostLookup, type HostLookup } from './host-lookup.ts';
import { CREDENTIALS, MAX_CONNECTION_AGE_MS, MAX_TIMEOUT_MS, RETRYABLE_HTTP, type Sending } from './sending.ts';
import { readTlsFiles } from './tls-files.ts';
import type { SendResult, Transport } from '../../otlp/types.ts';
import { userHeaders } from './user-headers.ts';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';

// Captured: applications and test runners replace the globals.
const wallMs = Date.now;

/** The largest number that `grpc-timeout` may hold. */
const MAX_GRPC_TIMEOUT = 99_999_999;
const MESSAGE_HEADER_BYTES = 5;
const CANCEL = 8;
const HTTP_1_1_REQUIRED = 13;

const PATHS: Record<Signal, string> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
};

/** By number. @see https://grpc.io/docs/guides/status-codes/ */
const STATUS_NAMES = [
  'ok',
  'cancelled',
  'unknown',
  'invalid_argument',
  'deadline_exceeded',
  'not_found',
  'already_exists',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'aborted',
  'out_of_range',
  'unimplemented',
  'internal',
  'unavailable',
  'data_loss',
  'unauthenticated',
];
const UNKNOWN = 2;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const UNAUTHENTICATED = 16;
/** CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS: the table of the OTLP specification. */
const RETRYABLE = new Set([1, 4, 10, 11, 14, 15]);

interface Session {
  readonly client: ClientHttp2Session;
  readonly bornMs: number;
  /** Calls under way. */
  calls: number;
  /** Has carried a call to its end. */
  used: boolean;
  /** The server has spoken HTTP/2. */
  greeted: boolean;
  error?: Error;
}

interface GrpcSending extends Sending {
  session?: Session;
}

export interface GrpcTransportOptions {
  /** Default `MAX_CONNECTION_AGE_MS`. */
  readonly maxConnectionAgeMs?: number;
  /** Default: `createHostLookup()`. */
  readonly hosts?: HostLookup;
}

export function createGrpcTransport(otlp: OtlpConfig, signal: Signal, userAgent: string, options: GrpcTransportOptions = {}): Transport {
  const { connect } = process.getBuiltinModule('node:http2');
  const maxAgeMs = options.maxConnectionAgeMs ?? MAX_CONNECTION_AGE_MS;
  const hosts = options.hosts ?? createHostLookup();
  const destination: Destination = { otlp, signal };
  const underWay = new Set<GrpcSending>();
  let current: Session | undefined;

  function openSession(): Session {
    const client = connect(new URL(otlp.url).origin, { ...readTlsFiles(otlp), lookup: hosts.lookup, settings: { enablePush: false } });
    const session: Session = { client, bornMs: monotonicMs(), calls: 0, used: false, greeted: false };
    const forget = (): void => {
      if (current === session) current = undefined;
    };
    client.on('error', (error) => {
      session.error = error;
      forget();
    });
    client.on('goaway', forget);
    client.on('close', forget);
    client.on('remoteSettings', () => (session.greeted = true));
    // A host with several addresses gets a new handle for each, and the new one keeps the process alive again.
    client.socket.on('connectionAttempt', () => setAlive(session));
    return session;
  }

  function usableSession(): Session {
    if (current !== undefined && current.calls === 0 && monotonicMs() - current.bornMs >= maxAgeMs) current.client.close();
    if (current === undefined || current.client.closed || current.client.destroyed) current = openSession();
    return current;
  }

  /** A session keeps the process alive as long as one of its calls does. */
  function setAlive(session: Session): void {
    if (session.client.destroyed) return;
    for (const sending of underWay) if (sending.session === session && !sending.released) return session.client.ref();
    session.client.unref();
  }

  function headersOf(timeoutMs: number): OutgoingHttpHeaders {
    return {
      'user-agent': userAgent,
      ...userHeaders(otlp),
      ':method': 'POST',
      ':path': PATHS[signal],
      'content-type': 'application/grpc',
      'grpc-timeout': `${Math.min(Math.ceil(timeoutMs), MAX_GRPC_TIMEOUT)}m`,
      ...(otlp.compression === 'gzip' ? { 'grpc-encoding': 'gzip' } : {}),
      te: 'trailers',
    };
  }

  /** One call on one session; undefined when the session turned out to be gone before the server took the call. */
  function attempt(sending: GrpcSending, message: Uint8Array, leftMs: number, totalMs: number): Promise<SendResult | undefined> {
    return new Promise((resolve) => {
      const timeoutMs = Math.min(Math.max(1, leftMs), MAX_TIMEOUT_MS);
      const session = usableSession();
      const stream = session.client.request(headersOf(timeoutMs));
      let headers: IncomingHttpHeaders | undefined;
      let trailers: IncomingHttpHeaders | undefined;
      let error: Error | undefined;
      let settled = false;
      const chunks: Buffer[] = [];
      let size = 0;
      // A session that let a call time out may be dead without saying so.
      const timer = setTimeout(() => end(answer() ?? timedOut(destination, totalMs), true), timeoutMs);
      timer.unref();
      session.calls++;
      sending.session = session;
      sending.settle = (result) => end(result, true);
      setAlive(session);

      function end(result: SendResult | undefined, destroy = false): void {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        session.calls--;
        delete sending.session;
        setAlive(session);
        resolve(result);
        if (destroy) session.client.destroy();
      }

      /** What the server has said, even if the rest of the answer never comes. */
      function answer(): SendResult | undefined {
        const from = trailers?.['grpc-status'] === undefined ? headers : trailers; // an answer without a message has all in its headers
        return from?.['grpc-status'] === undefined ? undefined : statusResult(from, Buffer.concat(chunks));
      }

      stream.on('response', (received) => (headers = received));
      stream.on('trailers', (received) => (trailers = received));
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_ANSWER_BYTES) return chunks.push(chunk);
        stream.close(CANCEL);
        end(answer() ?? retry(destination, 'network', `the answer has more than ${MAX_ANSWER_BYTES} bytes.`));
      });
      stream.on('end', () => {
        const result = answer();
        if (result === undefined) return; // `close` follows
        session.used = true;
        end(result);
        if (!stream.writableFinished) stream.close(CANCEL); // the server does not want the rest of the message
      });
      stream.on('error', (problem) => (error = problem));
      stream.on('close', () => {
        const wasUsed = session.used;
        if (headers === undefined) return end(wasUsed || isUnprocessed(stream) ? undefined : failed(session, stream, error));
        session.used = true;
        end(answer() ?? withoutStatus(headers));
      });
      stream.end(message);
    });
  }

  /** Why there was no answer at all. */
  function failed(session: Session, stream: ClientHttp2Stream, error: Error | undefined): SendResult {
    if (stream.rstCode === HTTP_1_1_REQUIRED) return notGrpc(destination);
    const cause = (error?.cause ?? session.error ?? error) as NodeJS.ErrnoException | undefined;
    if (cause?.code === undefined || /^ERR_HTTP2_(STREAM|SESSION|GOAWAY)/.test(cause.code)) return reset(destination);
    if (cause.code === 'ERR_HTTP2_ERROR' && session.greeted)
      return retry(destination, 'network', `the HTTP/2 connection failed (${cause.message}).`);
    return failureOf(cause, destination);
  }

  function withoutStatus(headers: IncomingHttpHeaders): SendResult {
    const status = Number(headers[':status']);
    if (RETRYABLE_HTTP.has(status))
      return retry(destination, `http_${status}`, `the server answered ${status}.`, retryAfterMs(headers['retry-after'], wallMs()));
    if (status === 401 || status === 403) return refused(destination, `http_${status}`, `the server answered ${status}. ${CREDENTIALS}`);
    return headers['content-type']?.startsWith('application/grpc') ? reset(destination) : notGrpc(destination);
  }

  function statusResult(from: IncomingHttpHeaders, body: Uint8Array): SendResult {
    const status = String(from['grpc-status']);
    const code = /^\d+$/.test(status) && STATUS_NAMES[Number(status)] !== undefined ? Number(status) : UNKNOWN;
    if (code === 0) return accepted(messageOf(body), false, otlp);
    const name = STATUS_NAMES[code]!;
    const said = quote(percentDecoded(String(from['grpc-message'] ?? '')), otlp);
    const what = `the server answered ${name.toUpperCase()}${said === '' ? '' : ` "${said}"`}.`;
    const details = from['grpc-status-details-bin'];
    const delayMs = details === undefined ? undefined : retryInfoMs(Buffer.from(String(details).split(',')[0]!, 'base64'));
    if (RETRYABLE.has(code) || (code === RESOURCE_EXHAUSTED && delayMs !== undefined))
      return retry(destination, `grpc_${name}`, what, positive(delayMs));
    if (code === RESOURCE_EXHAUSTED && /larger than max|too large/i.test(said)) {
      return refused(destination, 'too_large', `${what} Let the collector take larger messages, or send smaller batches.`);
    }
    return refused(destination, `grpc_${name}`, `${what} ${cureFor(code, signal)}`.trim());
  }

  return {
    async send(body, timeoutMs) {
      const sending: GrpcSending = { released: false, aborted: false };
      underWay.add(sending);
      try {
        const deadlineMs = monotonicMs() + timeoutMs;
        const message = framed(await compressed(body, otlp), otlp);
        for (let tries = 0; tries < 2; tries++) {
          if (sending.aborted) return CLOSED;
          const result = await attempt(sending, message, deadlineMs - monotonicMs(), timeoutMs);
          if (result !== undefined) return result;
        }
        return reset(destination);
      } catch (error) {
        return failureOf(error, destination);
      } finally {
        underWay.delete(sending);
      }
    },
    unref() {
      for (const sending of underWay) {
        sending.released = true;
        if (sending.session !== undefined) setAlive(sending.session);
      }
    },
    close() {
      for (const sending of underWay) {
        sending.aborted = true;
        sending.settle?.(CLOSED);
      }
      hosts.cancel();
      current?.client.destroy();
      current = undefined;
    },
  };
}

function cureFor(code: number, signal: Signal): string {
  if (code === UNAUTHENTICATED || code === PERMISSION_DENIED) return CREDENTIALS;
  return code === UNIMPLEMENTED ? `Add ${signal} to a pipeline of the collector's OTLP receiver.` : '';
}

/** A server that sends GOAWAY or refuses a stream promises that it did not look at the call. */
function isUnprocessed(stream: ClientHttp2Stream): boolean {
  return stream.rstCode === 7; // REFUSED_STREAM
}

/** A flag for compression and four bytes of length stand before a message. */
function framed(message: Uint8Array, otlp: OtlpConfig): Uint8Array {
  const frame = Buffer.allocUnsafe(MESSAGE_HEADER_BYTES + message.length);
  frame[0] = otlp.compression === 'gzip' ? 1 : 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, MESSAGE_HEADER_BYTES);
  return frame;
}

/** The first message of an answer. We do not accept compressed ones, so a flag for it is a mistake. */
function messageOf(body: Uint8Array): Uint8Array {
  if (body.length < MESSAGE_HEADER_BYTES || body[0] !== 0) return new Uint8Array();
  const length = new DataView(body.buffer, body.byteOffset).getUint32(1);
  return body.subarray(MESSAGE_HEADER_BYTES, MESSAGE_HEADER_BYTES + length);
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
