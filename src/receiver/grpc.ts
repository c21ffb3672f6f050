/**
 * OTLP over gRPC: the three unary Export methods on HTTP/2.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
import {
  constants,
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { TlsOptions } from 'node:tls';
import type { Signal } from '../config/config.ts';
import { ACCEPTED_ENCODINGS, bodyTooLarge, collect, decompress, toCompression, type Compression } from './body.ts';
import { enter, runExchange, type ReadBody, type ReceiverContext } from './exchange.ts';
import { guard } from './guard.ts';
import { flattenHeaders } from './flatten-headers.ts';
import { describe, malformed, refusal, unsupportedEncoding, type Refusal } from '../otlp/decode/refusal.ts';
import { encodeStatus, encodeSuccess } from './response.ts';

const SIGNALS: ReadonlyMap<string, Signal> = new Map([
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'traces'],
  ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', 'metrics'],
  ['/opentelemetry.proto.collector.logs.v1.LogsService/Export', 'logs'],
]);

/** One byte that tells whether the message is compressed, four that tell its length. */
const FRAME_HEADER_BYTES = 5;

export function createGrpcServer(context: ReceiverContext, tls: TlsOptions | undefined): Http2Server {
  const server = tls === undefined ? createServer() : createSecureServer(tls);
  server.on('stream', (stream, headers) => handle(stream, headers, context));
  return server;
}

function handle(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, context: ReceiverContext): void {
  const drop = (): void => stream.session?.destroy();
  stream.on('close', enter(context, drop));
  // Senders cancel at will; a failure that nobody hears ends the process.
  stream.on('error', () => {});

  if (headers[':method'] !== 'POST' || !/^application\/grpc($|[+;])/.test(headers['content-type'] ?? '')) {
    stream.respond({ ':status': headers[':method'] === 'POST' ? 415 : 405 }, { endStream: true });
    return discard(stream);
  }
  const denied = guard(headers[':authority'] ?? headers.host, headers.origin, context.allowedHosts);
  if (denied !== undefined) return refuse(stream, denied);
  const path = headers[':path'] ?? '';
  const signal = SIGNALS.get(path);
  if (signal === undefined) return refuse(stream, refusal(404, 12, `The method must be an Export method of OTLP, was ${describe(path)}.`));
  const named = headers['grpc-encoding'];
  const compression = toCompression(named?.toString());
  if (compression === undefined) {
    return refuse(stream, unsupportedEncoding(`grpc-encoding must be one of ${ACCEPTED_ENCODINGS}, was ${describe(named)}.`));
  }

  void runExchange(
    {
      meta: { signal, protocol: 'grpc', headers: flattenHeaders(headers) },
      compression,
      read: () => readMessage(stream, compression, context),
      accept: (partial, body) => accept(stream, body ?? encodeSuccess(signal, partial, 'protobuf')),
      refuse: (reason, scripted) => refuse(stream, reason, scripted?.headers, scripted?.retryAfterMs),
      drop,
    },
    context,
  );
}

async function readMessage(stream: ServerHttp2Stream, compression: Compression, { limits }: ReceiverContext): Promise<ReadBody> {
  const frame = await collect(stream, limits.maxCompressedBytes, FRAME_HEADER_BYTES);
  if (frame.length < FRAME_HEADER_BYTES) {
    throw malformed(`A gRPC message must begin with ${FRAME_HEADER_BYTES} bytes of framing, had ${frame.length}.`);
  }
  const flag = frame.readUInt8(0);
  const length = frame.readUInt32BE(1);
  const message = frame.subarray(FRAME_HEADER_BYTES);
  if (flag > 1) throw malformed(`The compressed flag of a gRPC message must be 0 or 1, was ${flag}.`);
  if (flag === 1 && compression === 'identity') throw refusal(400, 13, 'A compressed message must have a grpc-encoding, had none.');
  if (length > limits.maxCompressedBytes) throw bodyTooLarge(limits.maxCompressedBytes);
  if (length !== message.length) {
    throw malformed(`A gRPC request must be one message of the claimed ${length} bytes, was ${message.length}.`);
  }
  const bytes = await decompress(message, flag === 1 ? compression : 'identity', limits.maxUncompressedBytes);
  return { compressedBytes: length, bytes };
}

function accept(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32BE(message.byteLength, 1);
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-accept-encoding': ACCEPTED_ENCODINGS },
    { waitForTrailers: true },
  );
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([header, message]));
}

/** Answers with trailers only. */
function refuse(
  stream: ServerHttp2Stream,
  { grpcStatus, message }: Refusal,
  fields: Readonly<Record<string, string>> = {},
  retryAfterMs?: number,
): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  const details =
    retryAfterMs === undefined
      ? {}
      : { 'grpc-status-details-bin': encodeStatus(grpcStatus, message, 'protobuf', retryAfterMs).toString('base64') };
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': String(grpcStatus),
      'grpc-message': encodeMessage(message),
      'grpc-accept-encoding': ACCEPTED_ENCODINGS,
      ...details,
      ...fields,
    },
    { endStream: true },
  );
  discard(stream);
}

/** What a sender still sends after its answer is thrown away, and it is asked to stop. */
function discard(stream: ServerHttp2Stream): void {
  stream.resume();
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
}

/** Percent-encoded as gRPC asks: everything but printable ASCII, and the percent sign. */
function encodeMessage(message: string): string {
  return message.replace(/[^ -$&-~]+/gu, (part) => encodeURIComponent(part.toWellFormed()));
}
