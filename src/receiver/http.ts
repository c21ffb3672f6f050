/**
 * OTLP over HTTP.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { TlsOptions } from 'node:tls';
import type { Signal } from '../config/config.ts';
import { ACCEPTED_ENCODINGS, bodyTooLarge, collect, decompress, toCompression } from './body.ts';
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

function handle(request: IncomingMessage, response: ServerResponse, asksFirst: boolean, context: ReceiverContext): void {
  const { limits } = context;
  const { headers } = request;
  const encoding = toEncoding(headers['content-type']);
  const compression = toCompression(headers['content-encoding']);
  const signal = SIGNALS.get(request.url?.split('?', 1)[0] ?? '');
  let waitsForContinue = asksFirst;

  const drop = (): void => void request.socket.destroy();
  response.on('close', enter(context, drop));

  const send = (status: number, fields: Readonly<Record<string, string>>, body: Buffer): void => {
    if (response.headersSent || response.destroyed) return;
    const cors = headers.origin === undefined ? {} : { 'access-control-allow-origin': headers.origin, vary: 'origin' };
    const framing = status === 204 ? {} : { 'content-length': String(body.length) };
    if (waitsForContinue) {
      response.writeHead(status, { ...cors, ...fields, ...framing, connection: 'close' }).end(body);
      return;
    }
    response.writeHead(status, { ...cors, ...fields, ...framing });
    if (request.complete) response.end(body);
    else sendAndLinger(request, response, body, limits.maxCompressedBytes);
  };
  const refuse = (reason: Refusal, fields: Readonly<Record<string, string>> = {}, body?: Uint8Array): void => {
    const answerEncoding = encoding ?? 'json';
    const content = body === undefined ? encodeStatus(reason.grpcStatus, reason.message, answerEncoding) : Buffer.from(body);
    send(reason.httpStatus, { 'content-type': MEDIA_TYPES[answerEncoding], ...fields }, content);
  };

  const denied = guard(headers.host, headers.origin, context.allowedHosts);
  if (denied !== undefined) {
    // A page must not learn anything from the answer either.
    delete headers.origin;
    return refuse(denied);
  }
  if (signal === undefined) {
    return refuse(refusal(404, 12, `The path must be one of ${[...SIGNALS.keys()].join(', ')}, was ${describe(request.url)}.`));
  }
  if (request.method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] === 'POST') {
    const allowed = headers['access-control-request-headers'] ?? 'content-type,content-encoding';
    return send(204, { 'access-control-allow-methods': 'POST', 'access-control-allow-headers': allowed }, Buffer.alloc(0));
  }
  if (request.method !== 'POST') return refuse(refusal(405, 12, `The method must be POST, was ${request.method}.`), { allow: 'POST' });
  if (encoding === undefined) {
    const types = Object.values(MEDIA_TYPES).join(' or ');
    return refuse(refusal(415, 3, `Content-Type must be ${types}, was ${describe(headers['content-type'])}.`));
  }
  if (compression === undefined) {
    const message = `Content-Encoding must be one of ${ACCEPTED_ENCODINGS}, was ${describe(headers['content-encoding'])}.`;
    return refuse(unsupportedEncoding(message), { 'accept-encoding': ACCEPTED_ENCODINGS });
  }
  if (Number(headers['content-length'] ?? 0) > limits.maxCompressedBytes) return refuse(bodyTooLarge(limits.maxCompressedBytes));

  void runExchange(
    {
      meta: { signal, protocol: encoding === 'json' ? 'http/json' : 'http/protobuf', headers: flattenHeaders(headers) },
      compression,
      read: async () => {
        if (waitsForContinue) {
          waitsForContinue = false;
          response.writeContinue();
        }
        const body = await collect(request, limits.maxCompressedBytes);
        return { compressedBytes: body.length, bytes: await decompress(body, compression, limits.maxUncompressedBytes) };
      },
      accept: (partial, body) => {
        const content = body === undefined ? encodeSuccess(signal, partial, encoding) : Buffer.from(body);
        send(200, { 'content-type': MEDIA_TYPES[encoding] }, content);
      },
      refuse: (reason, scripted) => {
        const retryAfterMs = scripted?.retryAfterMs;
        const retryAfter = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1e3)) };
        refuse(reason, { ...retryAfter, ...scripted?.headers }, scripted?.body);
      },
      drop,
    },
    context,
  );
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
