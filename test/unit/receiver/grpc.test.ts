import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { startReceiver, type Receiver } from '../../../src/receiver/receiver.ts';
import { createStore } from '../../../src/receiver/store.ts';
import { d, goodSpan, request } from '../otlp/decode/protobuf-bytes.ts';
import { official } from '../otlp/decode/rich-records.ts';
import { TRACE_METHOD, frame, sendGrpc, sendHttp } from './senders.ts';

const LIMIT = 100_000;
const store = createStore();
const metas: unknown[] = [];
let receiver: Receiver;

before(async () => {
  receiver = await startReceiver({
    ...store.handlers,
    onTraces: (spans, meta) => {
      metas.push(meta);
      if (spans[0]?.name === 'throw') throw new Error('secret');
      return store.handlers.onTraces?.(spans, meta);
    },
    httpPort: false,
    limits: { maxCompressedBytes: LIMIT, maxUncompressedBytes: LIMIT },
  });
});
after(() => receiver.close());
beforeEach(() => {
  store.clear();
  metas.length = 0;
});

const send = (body: Uint8Array, headers?: Record<string, string>) => sendGrpc(receiver.grpcUrl, body, headers);
const message = request(goodSpan());
const received = () => store.spans().map(({ name }) => name);

test('a message is taken and answered with an empty one and status 0', async () => {
  const answer = await send(frame(message), { 'x-tenant': 'a' });
  assert.deepEqual([answer.status, answer.grpcStatus, answer.fields['content-type']], [200, 0, 'application/grpc']);
  assert.deepEqual(answer.body, Buffer.alloc(5));
  assert.deepEqual(received(), ['good']);
  const [meta] = metas as [{ headers: Record<string, string> }];
  assert.deepEqual(meta, {
    signal: 'traces',
    protocol: 'grpc',
    headers: meta.headers,
    compression: 'identity',
    compressedBytes: message.length,
    uncompressedBytes: message.length,
    rejected: 0,
    rejectedMessage: '',
  });
  assert.equal(meta.headers['x-tenant'], 'a');
  assert.equal(
    Object.keys(meta.headers).some((name) => name.startsWith(':')),
    false,
  );
});

test('each method takes its own signal', async () => {
  const metric = request(Buffer.concat([d(1, 'requests'), d(5, d(1))]));
  const log = request(d(5, d(1, 'hello')));
  await send(frame(metric), { ':path': '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export' });
  await send(frame(log), { ':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export' });
  assert.deepEqual(
    store.metrics().map(({ name }) => name),
    ['requests'],
  );
  assert.deepEqual(
    store.logs().map(({ body }) => body),
    ['hello'],
  );
});

test('compressed messages are read, and both sizes are told', async () => {
  const long = request(goodSpan('x'.repeat(5_000)));
  for (const [encoding, bytes] of [
    ['gzip', gzipSync(long)],
    ['deflate', deflateSync(long)],
  ] as const) {
    assert.equal((await send(frame(bytes, true), { 'grpc-encoding': encoding })).grpcStatus, 0);
    const meta = metas.pop() as Record<string, unknown>;
    assert.deepEqual([meta['compression'], meta['compressedBytes'], meta['uncompressedBytes']], [encoding, bytes.length, long.length]);
  }
  assert.equal((await send(frame(message), { 'grpc-encoding': 'gzip' })).grpcStatus, 0, 'a single message may stay uncompressed');
});

test('a partial success says how many were rejected and why', async () => {
  const answer = await send(frame(request(goodSpan('one'), d(5, 'no ids'))));
  const { partialSuccess } = official.ProtobufTraceSerializer.deserializeResponse(answer.body.subarray(5));
  assert.equal(answer.grpcStatus, 0);
  assert.equal(partialSuccess?.['rejectedSpans'], 1);
  assert.deepEqual(received(), ['one']);
});

const lengthOf = (length: number): Buffer => {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(length, 1);
  return header;
};

const refused: readonly [string, Uint8Array, Record<string, string>, number, RegExp][] = [
  ['another method', frame(message), { ':path': '/grpc.health.v1.Health/Check' }, 12, /must be an Export method/],
  ['another encoding', frame(message, true), { 'grpc-encoding': 'zstd' }, 12, /grpc-encoding must be one of/],
  ['no message', Buffer.alloc(0), {}, 3, /must begin with 5 bytes of framing, had 0/],
  ['a frame that is cut off', frame(message).subarray(0, 20), {}, 3, /must be one message of the claimed/],
  ['two messages', Buffer.concat([frame(message), frame(message)]), {}, 3, /must be one message/],
  [
    'a compressed flag of 2',
    Buffer.concat([Buffer.from([2]), frame(message).subarray(1)]),
    {},
    3,
    /flag of a gRPC message must be 0 or 1, was 2/,
  ],
  ['a compressed message without encoding', frame(gzipSync(message), true), {}, 13, /must have a grpc-encoding/],
  ['gzip that is none', frame(message, true), { 'grpc-encoding': 'gzip' }, 3, /could not be decompressed/],
  ['a malformed message', frame(Buffer.from([0x0a])), {}, 3, /varint must end/],
  ['a claimed length of 4 GB', lengthOf(0xffff_ffff), {}, 8, /at most 100000 bytes/],
  ['a message that is too large', frame(Buffer.alloc(LIMIT + 1)), {}, 8, /at most 100000 bytes/],
  ['a zip bomb', frame(gzipSync(Buffer.alloc(LIMIT * 500)), true), { 'grpc-encoding': 'gzip' }, 8, /when decompressed/],
  ['a foreign authority', frame(message), { ':authority': 'evil.example' }, 7, /Host must be/],
  ['a foreign origin', frame(message), { origin: 'https://evil.example' }, 7, /Origin must be/],
];

for (const [what, body, headers, status, text] of refused) {
  test(`${what} is answered with status ${status}`, async () => {
    const answer = await send(body, headers);
    assert.deepEqual([answer.status, answer.grpcStatus], [200, status]);
    assert.match(answer.message, text);
    assert.deepEqual(received(), []);
  });
}

test('a message of exactly the limit is taken', async () => {
  const name = (length: number) => request(goodSpan('x'.repeat(length)));
  const exact = name(LIMIT - (name(LIMIT).length - LIMIT));
  assert.equal(exact.length, LIMIT);
  assert.equal((await send(frame(exact))).grpcStatus, 0);
});

test('a sender of megabytes too much gets its status and can go on with its connection', async () => {
  const session = connectHttp2(receiver.grpcUrl);
  const call = async (body: Buffer): Promise<unknown> => {
    const stream = session.request({ ':method': 'POST', ':path': TRACE_METHOD, 'content-type': 'application/grpc' });
    let status: unknown;
    stream.on('response', (headers) => (status = headers['grpc-status']));
    stream.on('trailers', (headers) => (status = headers['grpc-status']));
    stream.on('error', () => {});
    stream.resume();
    stream.end(body);
    await new Promise((resolve) => stream.on('close', resolve));
    return status;
  };
  assert.equal(await call(frame(Buffer.alloc(8_000_000))), '8');
  assert.equal(await call(frame(message)), '0');
  session.destroy();
});

test('what is no gRPC is told so by HTTP', async () => {
  assert.equal((await send(frame(message), { 'content-type': 'application/json' })).status, 415);
  assert.equal((await send(frame(message), { 'content-type': 'application/grpcx' })).status, 415);
  assert.equal((await send(Buffer.alloc(0), { ':method': 'GET' })).status, 405);
  assert.equal((await send(frame(message), { 'content-type': 'application/grpc+proto' })).grpcStatus, 0);
});

test('a handler that throws is answered with 13, and the next request is taken', async () => {
  const answer = await send(frame(request(goodSpan('throw'))));
  assert.deepEqual([answer.grpcStatus, answer.message], [13, 'The receiver failed to handle the request.']);
  assert.equal((await send(frame(message))).grpcStatus, 0);
});

test('the message of a status is percent-encoded', async () => {
  const answer = await send(frame(message), { ':path': '/ünï%' });
  assert.match(String(answer.fields['grpc-message']), /^[ -~]*$/);
  assert.equal(answer.grpcStatus, 12);
});

test('HTTP/1 and noise on the gRPC port harm nobody', async () => {
  await assert.rejects(sendHttp(`http://127.0.0.1:${receiver.grpcPort}`, { body: message }));
  const socket = connect(receiver.grpcPort, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  socket.end(Buffer.alloc(10_000, 0xff));
  await new Promise((resolve) => socket.on('close', resolve));
  assert.equal((await send(frame(message))).grpcStatus, 0);
});

test('a sender that cancels or breaks off harms nobody', async () => {
  for (const leave of ['cancel', 'destroy']) {
    const session = connectHttp2(receiver.grpcUrl);
    session.on('error', () => {});
    const stream = session.request({ ':method': 'POST', ':path': TRACE_METHOD, 'content-type': 'application/grpc' });
    stream.on('error', () => {});
    stream.write(frame(message).subarray(0, 10));
    await once(session, 'remoteSettings');
    if (leave === 'cancel') stream.close(8);
    else session.destroy();
    await new Promise((resolve) => stream.on('close', resolve));
    session.destroy();
  }
  assert.equal((await send(frame(message))).grpcStatus, 0);
});
