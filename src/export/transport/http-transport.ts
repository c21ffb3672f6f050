/**
 * OTLP over HTTP/1.1.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { OtlpConfig, Signal } from '../../config/config.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { accepted, errorText, MAX_ANSWER_BYTES, quote, retryAfterMs } from './answer.ts';
import { CLOSED, failureOf, refused, reset, retry, speaksGrpc, timedOut, wantsTls, type Destination } from './failure.ts';
import { compressed } from './gzip.ts';
import { createHostLookup, type HostLookup } from './host-lookup.ts';
import { CREDENTIALS, MAX_CONNECTION_AGE_MS, MAX_TIMEOUT_MS, RETRYABLE_HTTP, type Sending } from './sending.ts';
import { readTlsFiles } from './tls-files.ts';
import { userHeaders } from './user-headers.ts';
import type { SendResult, Transport } from '../../otlp/types.ts';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';

// Captured: applications and test runners replace the globals.
const wallMs = Date.now;

interface HttpSending extends Sending {
  request?: ClientRequest;
}

export interface HttpTransportOptions {
  /** Default `MAX_CONNECTION_AGE_MS`. */
  readonly maxConnectionAgeMs?: number;
  /** Default: `createHostLookup()`. */
  readonly hosts?: HostLookup;
}

export function createHttpTransport(otlp: OtlpConfig, signal: Signal, userAgent: string, options: HttpTransportOptions = {}): Transport {
  const http = process.getBuiltinModule('node:http');
  const maxAgeMs = options.maxConnectionAgeMs ?? MAX_CONNECTION_AGE_MS;
  const hosts = options.hosts ?? createHostLookup();
  const destination: Destination = { otlp, signal };
  const underWay = new Set<HttpSending>();
  const bornMs = new WeakMap<object, number>();
  let agent: Agent | undefined;

  function openAgent(protocol: string): Agent {
    const common = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1, lookup: hosts.lookup };
    const opened = (
      protocol === 'https:'
        ? new (process.getBuiltinModule('node:https').Agent)({ ...common, ...readTlsFiles(otlp) })
        : new http.Agent(common)
    ) as Agent & { keepSocketAlive(socket: object): boolean };
    const keep = opened.keepSocketAlive.bind(opened);
    opened.keepSocketAlive = (socket) => monotonicMs() - (bornMs.get(socket) ?? 0) < maxAgeMs && keep(socket);
    return opened;
  }

  function closeAgent(): void {
    agent?.destroy();
    agent = undefined;
  }

  /** The constructor behind `http.request`: instrumentations replace the function, not this. */
  function openRequest(body: Uint8Array): ClientRequest {
    const url = new URL(otlp.url);
    agent ??= openAgent(url.protocol);
    const headers: Record<string, string | number> = { 'user-agent': userAgent, ...userHeaders(otlp) };
    headers['content-type'] = otlp.protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';
    headers['content-length'] = body.length;
    if (otlp.compression === 'gzip') headers['content-encoding'] = 'gzip';
    return new http.ClientRequest({ ...process.getBuiltinModule('node:url').urlToHttpOptions(url), agent, headers, method: 'POST' });
  }

  function failed(error: unknown): SendResult {
    const result = failureOf(error, destination);
    if (result.kind === 'retry' && result.reason === 'tls') closeAgent(); // the next one reads the files again
    return result;
  }

  /** One request on one connection; undefined when a kept connection turned out to be dead before any answer. */
  function attempt(sending: HttpSending, body: Uint8Array, timeoutMs: number, totalMs: number): Promise<SendResult | undefined> {
    return new Promise((resolve) => {
      const request = openRequest(body);
      let response: IncomingMessage | undefined;
      let answer: () => SendResult = () => timedOut(destination, totalMs);
      const timer = setTimeout(() => end(answer()), Math.min(Math.max(1, timeoutMs), MAX_TIMEOUT_MS));
      timer.unref();
      sending.request = request;
      sending.settle = end;

      /** Settles once. A connection that is not known to be idle again goes. */
      function end(result: SendResult | undefined, reusable = false): void {
        clearTimeout(timer);
        resolve(result);
        if (!reusable || !request.writableFinished) request.destroy();
      }

      request.on('socket', (socket: Socket) => {
        if (!bornMs.has(socket)) {
          bornMs.set(socket, monotonicMs());
          // A host with several addresses gets a new handle for each, and the new one keeps the process alive again.
          socket.on('connectionAttempt', () => sending.released && socket.unref());
        }
        if (sending.released) socket.unref();
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (response !== undefined) return; // its `close` follows
        const isReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
        end(isReset && request.reusedSocket ? undefined : failed(error));
      });
      request.on('upgrade', (message: IncomingMessage, socket: Socket) => {
        socket.destroy();
        end(resultOf(message, new Uint8Array()));
      });
      request.on('response', (message: IncomingMessage) => {
        response = message;
        const chunks: Buffer[] = [];
        let size = 0;
        // From here on the status counts, even if the rest of the answer never comes.
        answer = () => resultOf(message, Buffer.concat(chunks));
        message.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES) end(answer());
          else chunks.push(chunk);
        });
        message.on('end', () => end(answer(), true));
        message.on('error', () => end(answer()));
        message.on('close', () => end(answer()));
      });
      request.end(body);
    });
  }

  function resultOf(response: IncomingMessage, body: Uint8Array): SendResult {
    const status = response.statusCode ?? 0;
    const contentType = response.headers['content-type'] ?? '';
    if (contentType.startsWith('application/grpc')) return speaksGrpc(destination);
    if (status >= 200 && status < 300) return accepted(body, contentType.includes('json'), otlp);
    const said = errorText(body, contentType, otlp);
    const what = `the server answered ${status}${said === '' ? '' : ` "${said}"`}.`;
    if (RETRYABLE_HTTP.has(status))
      return retry(destination, `http_${status}`, what, retryAfterMs(response.headers['retry-after'], wallMs()));
    // Go and nginx answer in plain text on a TLS port.
    if (status === 400 && /HTTP request (was sent )?to (an )?HTTPS/i.test(decode(body))) return wantsTls(destination);
    return refused(destination, `http_${status}`, `${what} ${cureFor(status, response, otlp)}`.trim());
  }

  return {
    async send(body, timeoutMs) {
      const sending: HttpSending = { released: false, aborted: false };
      underWay.add(sending);
      try {
        const deadlineMs = monotonicMs() + timeoutMs;
        const content = await compressed(body, otlp);
        for (let tries = 0; tries < 2; tries++) {
          if (sending.aborted) return CLOSED;
          const result = await attempt(sending, content, deadlineMs - monotonicMs(), timeoutMs);
          if (result !== undefined) return result;
        }
        return reset(destination);
      } catch (error) {
        return failed(error);
      } finally {
        underWay.delete(sending);
      }
    },
    unref() {
      for (const sending of underWay) {
        sending.released = true;
        sending.request?.socket?.unref();
      }
    },
    close() {
      for (const sending of underWay) {
        sending.aborted = true;
        sending.settle?.(CLOSED);
      }
      hosts.cancel();
      closeAgent();
    },
  };
}

function decode(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, 1024));
}

function cureFor(status: number, response: IncomingMessage, otlp: OtlpConfig): string {
  if (status >= 300 && status < 400)
    return `Redirects are not followed. Set the endpoint to "${locationOf(response, otlp)}" if that is the collector.`;
  switch (status) {
    case 401:
    case 403:
      return CREDENTIALS;
    case 404:
    case 405:
      return 'Check the path of the endpoint: OTLP/HTTP receivers listen at /v1/traces, /v1/metrics and /v1/logs.';
    case 413:
      return 'Let the collector take larger requests, or send smaller batches.';
    case 415:
      return 'Set OTEL_EXPORTER_OTLP_PROTOCOL to a protocol that the collector takes.';
    default:
      return '';
  }
}

/** Where a redirect points, without its query. */
function locationOf(response: IncomingMessage, otlp: OtlpConfig): string {
  try {
    const { origin, pathname } = new URL(response.headers.location ?? '', otlp.url);
    return quote(origin + pathname, otlp);
  } catch {
    return '';
  }
}
