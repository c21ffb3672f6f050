/** Sends requests to a receiver, byte for byte as a test wishes. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpRequest {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly ca?: string;
}

/** Posts protobuf to `/v1/traces` when not told otherwise. Rejects when the connection breaks before the answer is whole. */
export function sendHttp(
  url: string,
  { path = '/v1/traces', method = 'POST', headers = {}, body = '', ca }: HttpRequest,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { 'content-type': 'application/x-protobuf', ...headers }, agent: false as const, ...(ca && { ca }) };
    const request = (ca === undefined ? httpRequest : httpsRequest)(`${url}${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

export interface GrpcAnswer {
  /** Of HTTP. */
  readonly status: number;
  readonly grpcStatus: number;
  readonly message: string;
  /** Headers and trailers together. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

export const TRACE_METHOD = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/** A gRPC message with its five bytes of framing. */
export function frame(message: Uint8Array, compressed = false): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(compressed ? 1 : 0, 0);
  header.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([header, message]);
}

/** Sends `body`, framing included. Rejects when the connection breaks before the answer is whole. */
export function sendGrpc(url: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}, ca?: string): Promise<GrpcAnswer> {
  return new Promise((resolve, reject) => {
    const session = connect(url, ca === undefined ? {} : { ca });
    session.on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': TRACE_METHOD,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const chunks: Buffer[] = [];
    let fields: Record<string, unknown> = {};
    stream.on('response', (response) => (fields = { ...fields, ...response }));
    stream.on('trailers', (trailers) => (fields = { ...fields, ...trailers }));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => {
      session.destroy();
      if (fields[':status'] === undefined) return reject(new Error('no answer'));
      resolve({
        status: Number(fields[':status']),
        grpcStatus: Number(fields['grpc-status'] ?? -1),
        message: decodeURIComponent(String(fields['grpc-message'] ?? '')),
        fields,
        body: Buffer.concat(chunks),
      });
    });
    if (headers[':method'] === 'GET') stream.end();
    else stream.end(body);
  });
}
