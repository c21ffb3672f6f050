import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { startReceiver, type Receiver, type ReceiverOptions } from '../../../src/receiver/receiver.ts';
import { createStore } from '../../../src/receiver/store.ts';
import { d, goodSpan, request } from '../otlp/decode/protobuf-bytes.ts';
import { official } from '../otlp/decode/rich-records.ts';
import { sendHttp, type HttpRequest } from './senders.ts';

const LIMIT = 100_000;
const store = createStore();
const metas: unknown[] = [];
let receiver: Receiver;
let onTraces: ReceiverOptions['onTraces'];

before(async () => {
  receiver = await startReceiver({
    ...store.handlers,
    onTraces: (spans, meta) => {
      metas.push(meta);
      return (onTraces ?? store.handlers.onTraces)?.(spans, meta);
    },
    grpcPort: false,
    limits: { maxCompressedBytes: LIMIT, maxUncompressedBytes: LIMIT },
    allowedHosts: ['collector'],
  });
});
after(() => receiver.close());
beforeEach(() => {
  store.clear();
  metas.length = 0;
  onTraces = undefined;
});

const send = (options: HttpRequest) => sendHttp(receiver.httpUrl, options);
const json = { 'content-type': 'application/json' };
const body = request(goodSpan());
const jsonBody = JSON.stringify({
  resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'good' }] }] }],
});
const received = () => store.spans().map(({ name }) => name);

test('protobuf is answered in protobuf', async () => {
  const answer = await send({ body });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/x-protobuf');
  assert.equal(answer.body.length, 0, 'a full success has no partial success');
  assert.deepEqual(received(), ['good']);
  assert.deepEqual(metas, [
    {
      signal: 'traces',
      protocol: 'http/protobuf',
      headers: {
        'content-type': 'application/x-protobuf',
        host: receiver.httpUrl.slice('http://'.length),
        connection: 'close',
        'content-length': String(body.length),
      },
      compression: 'identity',
      compressedBytes: body.length,
      uncompressedBytes: body.length,
      rejected: 0,
      rejectedMessage: '',
    },
  ]);
});

test('JSON is answered in JSON, whatever parameters its type has', async () => {
  const answer = await send({ body: jsonBody, headers: { 'content-type': 'Application/JSON; charset=utf-8' } });
  assert.deepEqual([answer.status, answer.headers['content-type'], answer.body.toString()], [200, 'application/json', '{}']);
  assert.deepEqual(received(), ['good']);
});

test('each path takes its own signal', async () => {
  const metric = request(Buffer.concat([d(1, 'requests'), d(5, d(1))]));
  const log = request(d(5, d(1, 'hello')));
  assert.equal((await send({ path: '/v1/metrics', body: metric })).status, 200);
  assert.equal((await send({ path: '/v1/logs?x=1', body: log })).status, 200);
  assert.deepEqual(
    store.metrics().map(({ name }) => name),
    ['requests'],
  );
  assert.deepEqual(
    store.logs().map((record) => record.body),
    ['hello'],
  );
});

test('gzip and deflate are read, and both sizes are told', async () => {
  const long = request(goodSpan('x'.repeat(5_000)));
  for (const [name, bytes] of [
    ['gzip', gzipSync(long)],
    ['deflate', deflateSync(long)],
  ] as const) {
    assert.equal((await send({ body: bytes, headers: { 'content-encoding': name } })).status, 200);
    const meta = metas.pop() as Record<string, unknown>;
    assert.deepEqual([meta['compression'], meta['compressedBytes'], meta['uncompressedBytes']], [name, bytes.length, long.length]);
  }
});

test('a partial success says how many were rejected and why, in both encodings', async () => {
  const mixed = request(goodSpan('one'), d(5, 'no ids'), goodSpan('two'));
  const answer = await send({ body: mixed });
  const { partialSuccess } = official.ProtobufTraceSerializer.deserializeResponse(answer.body);
  assert.equal(answer.status, 200);
  assert.equal(partialSuccess?.['rejectedSpans'], 1);
  assert.match(String(partialSuccess?.['errorMessage']), /^1 of 3 spans dropped/);
  assert.deepEqual(received(), ['one', 'two']);

  const inJson = await send({ body: jsonBody.replace('"name"', '"kind":[],"name"'), headers: json });
  assert.deepEqual(JSON.parse(inJson.body.toString()), {
    partialSuccess: {
      rejectedSpans: '1',
      errorMessage: '1 of 1 spans dropped, the others kept: kind must be a number or a name that begins with SPAN_KIND_, was an array.',
    },
  });
});

test('a malformed body is answered with 400 and a Status in its own encoding', async () => {
  const answer = await send({ body: Buffer.from([0x0a]) });
  assert.deepEqual([answer.status, answer.headers['content-type']], [400, 'application/x-protobuf']);
  assert.equal(answer.body[0], 0x08, 'google.rpc.Status begins with its code');
  assert.match(answer.body.toString(), /varint must end within its message/);
  const inJson = await send({ body: '{', headers: json });
  assert.deepEqual(
    [inJson.status, JSON.parse(inJson.body.toString())],
    [400, { code: 3, message: 'The body must be JSON, could not be parsed. The request was dropped.' }],
  );
});

const refused: readonly [string, HttpRequest, number, RegExp][] = [
  ['another path', { path: '/v1/profiles' }, 404, /The path must be one of \/v1\/traces, \/v1\/metrics, \/v1\/logs, was "\/v1\/profiles"/],
  ['a path with more behind it', { path: '/v1/traces/' }, 404, /path/],
  ['another method', { method: 'PUT', body }, 405, /The method must be POST, was PUT/],
  ['GET', { method: 'GET' }, 405, /method/],
  ['another content type', { headers: { 'content-type': 'text/plain' }, body: jsonBody }, 415, /Content-Type must be/],
  ['a form, which a page may send', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' }, 415, /Content-Type/],
  ['another content encoding', { headers: { 'content-encoding': 'br' }, body }, 415, /Content-Encoding must be one of/],
  ['gzip that is none', { headers: { 'content-encoding': 'gzip' }, body }, 400, /could not be decompressed/],
  [
    'gzip that is cut off',
    { headers: { 'content-encoding': 'gzip' }, body: gzipSync(body).subarray(0, 20) },
    400,
    /could not be decompressed/,
  ],
  ['a foreign Host', { headers: { host: 'evil.example' }, body }, 403, /Host must be/],
  ['a foreign Origin', { headers: { origin: 'https://evil.example' }, body }, 403, /Origin must be/],
];

for (const [what, options, status, message] of refused) {
  test(`${what} is answered with ${status}`, async () => {
    const answer = await send(options);
    assert.equal(answer.status, status);
    assert.match(answer.body.toString(), message);
    assert.deepEqual(received(), []);
  });
}

test('405 names the method and 415 the encodings that are taken', async () => {
  assert.equal((await send({ method: 'DELETE' })).headers.allow, 'POST');
  assert.equal((await send({ headers: { 'content-encoding': 'br' } })).headers['accept-encoding'], 'identity,gzip,deflate');
});

test('a page on a loopback address may send, a foreign one learns nothing', async () => {
  const origin = 'http://localhost:3000';
  const asked = await send({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-key' },
  });
  assert.equal(asked.status, 204);
  assert.deepEqual(
    [asked.headers['access-control-allow-origin'], asked.headers['access-control-allow-headers']],
    [origin, 'content-type,x-key'],
  );
  const sent = await send({ body: jsonBody, headers: { ...json, origin } });
  assert.deepEqual([sent.status, sent.headers['access-control-allow-origin']], [200, origin]);
  const foreign = await send({ method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } });
  assert.deepEqual([foreign.status, foreign.headers['access-control-allow-origin']], [403, undefined]);
});

test('a configured host name is let in', async () => {
  assert.equal((await send({ body, headers: { host: 'collector:4318' } })).status, 200);
});

test('a body of more bytes than allowed is answered with 413, by its claimed length or when they come', async () => {
  const big = Buffer.alloc(LIMIT + 1);
  assert.equal((await send({ body: big })).status, 413);
  assert.equal((await send({ body: big, headers: { 'transfer-encoding': 'chunked' } })).status, 413);
  const exact = request(goodSpan('x'.repeat(LIMIT - 200)));
  assert.equal((await send({ body: exact })).status, 200);
});

test('a body without end is answered with 413 and its connection is broken', async () => {
  const socket = connect(receiver.httpPort, '127.0.0.1');
  const lines = [
    'POST /v1/traces HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/x-protobuf',
    'Transfer-Encoding: chunked',
    '',
    '',
  ];
  socket.write(lines.join('\r\n'));
  const chunk = Buffer.concat([Buffer.from('4000\r\n'), Buffer.alloc(0x4000), Buffer.from('\r\n')]);
  let answer = '';
  socket.on('data', (data: Buffer) => (answer += data.toString('latin1')));
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.on('close', resolve));
  const pump = (): void => {
    while (!socket.destroyed && socket.write(chunk));
    if (!socket.destroyed) socket.once('drain', pump);
  };
  pump();
  await closed;
  assert.match(answer, /^HTTP\/1\.1 413 /);
});

test('a body that grows too large when decompressed is answered with 413', async () => {
  const bomb = gzipSync(Buffer.alloc(LIMIT * 500));
  assert(bomb.length < LIMIT, 'it is small as it comes');
  const answer = await send({ body: bomb, headers: { 'content-encoding': 'gzip' } });
  assert.equal(answer.status, 413);
  assert.match(answer.body.toString(), /at most 100000 bytes when decompressed/);
});

test('a sender that asks first is told to go on, or why not', async () => {
  const ask = async (headers: Record<string, string>) => {
    let continued = false;
    const options = {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', expect: '100-continue', ...headers },
      agent: false as const,
    };
    const sender = httpRequest(`${receiver.httpUrl}/v1/traces`, options);
    sender.on('continue', () => {
      continued = true;
      sender.end(body);
    });
    sender.flushHeaders();
    const [response] = (await once(sender, 'response')) as [import('node:http').IncomingMessage];
    response.resume();
    sender.destroy();
    return { continued, status: response.statusCode };
  };
  assert.deepEqual(await ask({}), { continued: true, status: 200 });
  assert.deepEqual(await ask({ 'content-length': String(LIMIT + 1) }), { continued: false, status: 413 });
});

test('one connection carries many requests, refused ones among them', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  const statuses: (number | undefined)[] = [];
  for (const path of ['/v1/traces', '/nowhere', '/v1/traces', '/v1/logs']) {
    const sender = httpRequest(`${receiver.httpUrl}${path}`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/x-protobuf' },
    });
    sender.end(path === '/v1/logs' ? '' : body);
    const [response] = (await once(sender, 'response')) as [import('node:http').IncomingMessage];
    response.resume();
    ports.add(response.socket.localPort);
    statuses.push(response.statusCode);
    await once(response, 'end');
  }
  agent.destroy();
  assert.deepEqual(statuses, [200, 404, 200, 200]);
  assert.equal(ports.size, 1);
});

test('a handler that throws or rejects is answered with 500, and the next request is taken', async () => {
  onTraces = () => {
    throw new Error('secret');
  };
  const thrown = await send({ body });
  onTraces = async () => Promise.reject(new Error('secret'));
  const rejected = await send({ body });
  onTraces = undefined;
  assert.deepEqual([thrown.status, rejected.status, (await send({ body })).status], [500, 500, 200]);
  assert.doesNotMatch(thrown.body.toString(), /secret/);
});

test('a sender that leaves in the middle of its body harms nobody', async () => {
  const socket = connect(receiver.httpPort, '127.0.0.1');
  const lines = ['POST /v1/traces HTTP/1.1', 'Host: localhost', 'Content-Type: application/x-protobuf', 'Content-Length: 100', '', 'abc'];
  socket.write(lines.join('\r\n'), () => socket.resetAndDestroy());
  await once(socket, 'close');
  assert.equal((await send({ body })).status, 200);
});
