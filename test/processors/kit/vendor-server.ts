/** Takes what processors send, wherever they send it to, and decodes it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { decodeJson } from '../../../src/otlp/decode/decode-json.ts';
import type { ReceivedSpan } from '../../../src/otlp/decode/model.ts';
import { decodeProtobuf } from '../../../src/otlp/decode/decode-protobuf.ts';

export interface Sent {
  /** Whose server it is, by the path. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly spans: readonly ReceivedSpan[];
}

export interface VendorServer {
  readonly url: string;
  readonly sent: readonly Sent[];
  [Symbol.asyncDispose](): Promise<void>;
}

const MAX_BYTES = 64 * 2 ** 20;

export async function startVendorServer(): Promise<VendorServer> {
  const sent: Sent[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((raw) => {
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      const decode = request.headers['content-type'] === 'application/json' ? decodeJson : decodeProtobuf;
      const { records } = decode('traces', body, MAX_BYTES);
      sent.push({ path: request.url ?? '', authorization: request.headers.authorization, spans: records });
      response.setHeader('content-type', request.headers['content-type'] ?? '').end(decode === decodeJson ? '{}' : '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}
