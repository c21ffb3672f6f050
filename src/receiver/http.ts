/**
 * OTLP over HTTP.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { TlsOptions } from 'node:tls';
import type { Signal } from '../config/config.ts';
import { ACCEPTED_ENCODINGS, bodyTooLarge, collect, decompress, toCompression, type Compression } from './body.ts';
import { enter, runExchange, type ReceiverContext } from './exchange.ts';
import { flattenHeaders } from './flatten-headers.ts';
import { guard } from './guard.ts';
import { describe, refusal, unsupportedEncoding, type Refusal } from '../otlp/decode/refusal.ts';
import { clearTimeout, setTimeout } from '../runtime/captured.ts';
import { encodeStatus, encodeSuccess, type Encoding } from './response.ts';

const SIGNALS: ReadonlyMap<string, Signal> = new Map([
  ['/v1/traces', 'traces'],
  ['/v1/metrics', 'metrics'],
  ['/v1/logs', 'logs'],
]);

const MEDIA_TYPES: Readonly<Record<Encoding, string>> = { protobuf: 'application/x-protobuf', json: 'application/json' };

/** How long a refused sender may go on sending before its connection is broken. */
const LINGER_MS = 2_000;

/** Longer than senders keep a connection, so that they end it and never meet one that is just being closed. */
const KEEP_ALIVE_MS = 65_000;

export function createHttpServer(context: ReceiverContext, tls: TlsOptions | undefined): Server {
  const onRequest: RequestListener = (request, response) => handle(request, response, false, context);
  const server = tls === undefined ? createServer(onRequest) : createTlsServer(tls, onRequest);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // A sender that asks first (Expect: 100-continue) may go on only when its headers are in order.
  server.on('checkContinue', (request, response) => handle(request, response, true, context));
  return server;
}

type Fields = Readonly<Record<string, string>>;

/** One request, as far as its head tells. */
interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly limits: ReceiverContext['limits'];
  readonly encoding: Encoding | undefined;
  readonly compression: Compression | undefined;
  readonly signal: Signal | undefined;
  /** Sends nothing more before it is told to. */
  waitsForContinue: boolean;
}

function handle(request: IncomingMessage, response: ServerResponse, asksFirst: boolean, context: ReceiverContext): void {
  const { headers } = request;
  const asked: Asked = {
    request,
    response,
    limits: context.limits,
    encoding: toEncoding(headers['content-type']),
    compression: toCompression(headers['content-encoding']),
    signal: SIGNALS.get(request.url?.split('?', 1)[0] ?? ''),
    waitsForContinue: asksFirst,
  };
  const drop = (): void => void request.socket.destroy();
  response.on('close', enter(context, drop));

  const denied = guard(headers.host, headers.origin, context.allowedHosts);
  if (denied !== undefined) {
    // A page must not learn anything from the answer either.
    delete headers.origin;
    return refuse(asked, denied);
  }
  if (asked.signal !== undefined && isPreflight(request)) {
    const allowed = headers['access-control-request-headers'] ?? 'content-type,content-encoding';
    return send(asked, 204, { 'access-control-allow-methods': 'POST', 'access-control-allow-headers': allowed }, Buffer.alloc(0));
  }
  const fault = faultOf(asked);
  if (fault !== undefined) return refuse(asked, fault.refusal, fault.fields);
  readRecords(asked as Readable, context, drop);
}

function isPreflight({ headers, method }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] === 'POST';
}

/** What is wrong with the head of a request. */
function faultOf({ request, signal, encoding, compression, limits }: Asked): { refusal: Refusal; fields?: Fields } | undefined {
  const { headers, method } = request;
  if (signal === undefined) {
    return { refusal: refusal(404, 12, `The path must be one of ${[...SIGNALS.keys()].join(', ')}, was ${describe(request.url)}.`) };
  }
  if (method !== 'POST') return { refusal: refusal(405, 12, `The method must be POST, was ${method}.`), fields: { allow: 'POST' } };
  if (encoding === undefined) {
    const types = Object.values(MEDIA_TYPES).join(' or ');
    return { refusal: refusal(415, 3, `Content-Type must be ${types}, was ${describe(headers['content-type'])}.`) };
  }
  if (compression === undefined) {
    const message = `Content-Encoding must be one of ${ACCEPTED_ENCODINGS}, was ${describe(headers['content-encoding'])}.`;
    return { refusal: unsupportedEncoding(message), fields: { 'accept-encoding': ACCEPTED_ENCODINGS } };
  }
  const isTooLarge = Number(headers['content-length'] ?? 0) > limits.maxCompressedBytes;
  return isTooLarge ? { refusal: bodyTooLarge(limits.maxCompressedBytes) } : undefined;
}

/** One of which nothing is wrong. */
type Readable = Asked & { readonly encoding: Encoding; readonly compression: Compression; readonly signal: Signal };

function readRecords(asked: Readable, context: ReceiverContext, drop: () => void): void {
  const { compression, encoding, limits, request, response, signal } = asked;
  void runExchange(
    {
      meta: { signal, protocol: encoding === 'json' ? 'http/json' : 'http/protobuf', headers: flattenHeaders(request.headers) },
      compression,
      read: async () => {
        if (asked.waitsForContinue) {
          asked.waitsForContinue = false;
          response.writeContinue();
        }
        const body = await collect(request, limits.maxCompressedBytes);
        return { compressedBytes: body.length, bytes: await decompress(body, compression, limits.maxUncompressedBytes) };
      },
      accept: (partial, body) => {
        const content = body === undefined ? encodeSuccess(signal, partial, encoding) : Buffer.from(body);
        send(asked, 200, { 'content-type': MEDIA_TYPES[encoding] }, content);
      },
      refuse: (reason, scripted) => {
        const retryAfterMs = scripted?.retryAfterMs;
        const retryAfter = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1e3)) };
        refuse(asked, reason, { ...retryAfter, ...scripted?.headers }, scripted?.body);
      },
      drop,
    },
    context,
  );
}

function refuse(asked: Asked, reason: Refusal, fields: Fields = {}, body?: Uint8Array): void {
  const encoding = asked.encoding ?? 'json';
  const content = body === undefined ? encodeStatus(reason.grpcStatus, reason.message, encoding) : Buffer.from(body);
  send(asked, reason.httpStatus, { 'content-type': MEDIA_TYPES[encoding], ...fields }, content);
}

function send({ request, response, limits, waitsForContinue }: Asked, status: number, fields: Fields, body: Buffer): void {
  if (response.headersSent || response.destroyed) return;
  const { origin } = request.headers;
  const cors = origin === undefined ? {} : { 'access-control-allow-origin': origin, vary: 'origin' };
  const framing = status === 204 ? {} : { 'content-length': String(body.length) };
  const close = waitsForContinue ? { connection: 'close' } : {};
  response.writeHead(status, { ...cors, ...fields, ...framing, ...close });
  if (waitsForContinue || request.complete) response.end(body);
  else sendAndLinger(request, response, body, limits.maxCompressedBytes);
}

/**
 * Answers a sender that is still sending. Closing at once would reset the connection, and the answer would be lost with it; so
 * the rest is read and thrown away for a while.
 */
function sendAndLinger(request: IncomingMessage, response: ServerResponse, body: Buffer, maxBytes: number): void {
  let discarded = 0;
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  timer.unref();
  if (body.length === 0) response.flushHeaders();
  else response.write(body);
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > maxBytes) request.socket.destroy();
  });
  request.on('end', () => response.end());
  response.on('close', () => clearTimeout(timer));
  request.resume();
}

function toEncoding(contentType: string | undefined): Encoding | undefined {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === MEDIA_TYPES.protobuf) return 'protobuf';
  return mediaType === MEDIA_TYPES.json ? 'json' : undefined;
}
