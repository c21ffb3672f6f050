import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { Answer } from '../../../src/receiver/exchange.ts';
import { startReceiver, type ReceiverOptions } from '../../../src/receiver/receiver.ts';
import { createStore } from '../../../src/receiver/store.ts';
import { goodSpan, request } from '../otlp/decode/protobuf-bytes.ts';
import { TRACE_METHOD, frame, sendGrpc, sendHttp } from './senders.ts';
import { cert, key } from './tls-files.ts';

const message = request(goodSpan());

async function start(t: TestContext, options: ReceiverOptions = {}) {
  const store = createStore();
  const receiver = await startReceiver({ ...store.handlers, ...options });
  t.after(() => receiver.close());
  return { ...receiver, store };
}

/** A receiver that answers with `answer`. */
const scripted = (t: TestContext, answer: Answer) => start(t, { respond: () => answer });

test('both protocols listen on the loopback address, on ports of their own', async (t) => {
  const { httpUrl, grpcUrl, httpPort, grpcPort } = await start(t);
  assert.deepEqual([httpUrl, grpcUrl], [`http://127.0.0.1:${httpPort}`, `http://127.0.0.1:${grpcPort}`]);
  assert(httpPort > 0 && grpcPort > 0 && httpPort !== grpcPort);
});

test('a protocol can be left out', async (t) => {
  const onlyGrpc = await start(t, { httpPort: false });
  assert.deepEqual([onlyGrpc.httpUrl, onlyGrpc.httpPort], ['', 0]);
  const neither = await start(t, { httpPort: false, grpcPort: false });
  assert.deepEqual([neither.grpcUrl, neither.grpcPort], ['', 0]);
});

test('a port that is taken is named, and the other port is given back', async (t) => {
  const { grpcPort, httpPort } = await start(t);
  const error = await startReceiver({ grpcPort }).catch((reason: unknown) => reason as NodeJS.ErrnoException);
  assert(error instanceof Error);
  assert.equal(error.code, 'EADDRINUSE');
  assert.equal(
    error.message,
    `grpcPort must be free to listen on, ${grpcPort} on 127.0.0.1 was not (EADDRINUSE). The receiver did not start.`,
  );
  await assert.rejects(startReceiver({ httpPort }), /httpPort must be free/);
});

test('both protocols speak TLS', async (t) => {
  const { httpUrl, grpcUrl, store } = await start(t, { tls: { key, cert } });
  assert.match(httpUrl, /^https:/);
  assert.equal((await sendHttp(httpUrl, { body: message, ca: cert })).status, 200);
  assert.equal((await sendGrpc(grpcUrl, frame(message), {}, cert)).grpcStatus, 0);
  await assert.rejects(sendHttp(httpUrl.replace('https', 'http'), { body: message }), 'plain text is not taken');
  assert.equal(store.spans().length, 2);
});

test('a sender without a certificate is refused where one is asked for', async (t) => {
  const { httpUrl } = await start(t, { grpcPort: false, tls: { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true } });
  await assert.rejects(sendHttp(httpUrl, { body: message, ca: cert }));
});

test('the script is asked with what the headers say', async (t) => {
  const asked: unknown[] = [];
  const { httpUrl, grpcUrl } = await start(t, {
    respond: ({ signal, protocol, headers }) => void asked.push([signal, protocol, headers['x-tenant']]),
  });
  await sendHttp(httpUrl, { path: '/v1/logs', headers: { 'x-tenant': 'a', 'content-type': 'application/json' }, body: '{}' });
  await sendGrpc(grpcUrl, frame(message), { 'x-tenant': 'b' });
  await sendHttp(httpUrl, { path: '/elsewhere' });
  assert.deepEqual(asked, [
    ['logs', 'http/json', 'a'],
    ['traces', 'grpc', 'b'],
  ]);
});

test('refuse answers with a status, a time to wait and headers, and keeps nothing', async (t) => {
  const { httpUrl, grpcUrl, store } = await scripted(t, {
    action: 'refuse',
    httpStatus: 429,
    grpcStatus: 8,
    message: 'slow down',
    retryAfterMs: 1_500,
    headers: { 'x-why': 'test' },
  });
  const http = await sendHttp(httpUrl, { body: message });
  assert.deepEqual([http.status, http.headers['retry-after'], http.headers['x-why']], [429, '2', 'test']);
  assert.match(http.body.toString(), /slow down/);
  const grpc = await sendGrpc(grpcUrl, frame(message));
  assert.deepEqual([grpc.grpcStatus, grpc.message, grpc.fields['x-why']], [8, 'slow down', 'test']);
  const details = Buffer.from(String(grpc.fields['grpc-status-details-bin']), 'base64');
  // Status { code 8, message, details: Any { type URL, RetryInfo { Duration { 1 s, 500 000 000 ns } } } }
  assert.equal(details.toString('latin1').includes('type.googleapis.com/google.rpc.RetryInfo'), true);
  assert.equal(details.subarray(-12).toString('hex'), '120a0a08080110' + '80cab5ee01');
  assert.deepEqual(store.spans(), []);
});

test('refuse is UNAVAILABLE by itself, and may send any body', async (t) => {
  const { httpUrl, grpcUrl } = await scripted(t, { action: 'refuse', body: Buffer.from('<html>') });
  const { status, body } = await sendHttp(httpUrl, { body: message });
  assert.deepEqual([status, body.toString()], [503, '<html>']);
  assert.equal((await sendGrpc(grpcUrl, frame(message))).grpcStatus, 14);
});

test('accept may claim a partial success or answer garbage', async (t) => {
  const partialSuccess = { rejected: 7, message: 'too old' };
  const claims = await scripted(t, { action: 'accept', partialSuccess });
  const headers = { 'content-type': 'application/json' };
  const claimed = await sendHttp(claims.httpUrl, { headers, body: '{}' });
  assert.deepEqual(JSON.parse(claimed.body.toString()), { partialSuccess: { rejectedSpans: '7', errorMessage: 'too old' } });
  const garbage = await scripted(t, { action: 'accept', body: Buffer.from('garbage') });
  assert.equal((await sendHttp(garbage.httpUrl, { body: message })).body.toString(), 'garbage');
  assert.equal((await sendGrpc(garbage.grpcUrl, frame(message))).body.subarray(5).toString(), 'garbage');
  assert.equal(garbage.store.spans().length, 2);
});

test('a delayed answer comes after the records were handed on', async (t) => {
  const { httpUrl, store } = await scripted(t, { action: 'accept', delayMs: 20 });
  let answered = false;
  const answer = sendHttp(httpUrl, { body: message }).finally(() => (answered = true));
  await store.waitFor(({ spans }) => spans().length === 1);
  assert.equal(answered, false);
  assert.equal((await answer).status, 200);
});

for (const when of ['before-body', 'after-body'] as const) {
  test(`drop breaks the connection ${when}`, async (t) => {
    const { httpUrl, grpcUrl, store } = await scripted(t, { action: 'drop', when, delayMs: 1 });
    await assert.rejects(sendHttp(httpUrl, { body: message }), { code: 'ECONNRESET' });
    await assert.rejects(sendGrpc(grpcUrl, frame(message)));
    assert.deepEqual(store.spans(), []);
  });
}

test('drop can lose the acknowledgement of records that were handed on', async (t) => {
  const { httpUrl, store } = await scripted(t, { action: 'drop', when: 'after-body', deliver: true });
  await assert.rejects(sendHttp(httpUrl, { body: message }));
  assert.equal(store.spans().length, 1);
});

test('a script may answer each request differently', async (t) => {
  let requests = 0;
  const { httpUrl, store } = await start(t, { respond: async () => (requests++ === 0 ? { action: 'refuse' } : undefined) });
  const statuses = [await sendHttp(httpUrl, { body: message }), await sendHttp(httpUrl, { body: message })].map(({ status }) => status);
  assert.deepEqual(statuses, [503, 200]);
  assert.equal(store.spans().length, 1);
});

test('a script that throws is answered with 500', async (t) => {
  const { httpUrl } = await start(t, {
    respond: () => {
      throw new Error('script');
    },
  });
  assert.equal((await sendHttp(httpUrl, { body: message })).status, 500);
});

test('close ends connections that hang, that wait and that never said anything', async () => {
  const store = createStore();
  const answers: Answer[] = [
    { action: 'hang', deliver: true },
    { action: 'accept', delayMs: 60_000 },
    { action: 'hang', deliver: true },
    { action: 'accept', delayMs: 60_000 },
  ];
  const receiver = await startReceiver({ ...store.handlers, respond: () => answers.shift() });
  const silent = [connect(receiver.httpPort, '127.0.0.1'), connect(receiver.grpcPort, '127.0.0.1')];
  await Promise.all(silent.map((socket) => once(socket, 'connect')));
  const closed = silent.map(
    (socket) =>
      new Promise((resolve) =>
        socket
          .on('close', resolve)
          .on('error', () => {})
          .resume(),
      ),
  );
  const http = [sendHttp(receiver.httpUrl, { body: message }), sendHttp(receiver.httpUrl, { body: message })];
  const outcomes = Promise.allSettled(http);
  await store.waitFor(({ spans }) => spans().length === 2);
  const grpc = Promise.allSettled([sendGrpc(receiver.grpcUrl, frame(message)), sendGrpc(receiver.grpcUrl, frame(message))]);
  await store.waitFor(({ spans }) => spans().length === 4);

  await receiver.close();
  await Promise.all(closed);
  // What hangs is broken off; what only waits is answered now.
  assert.deepEqual((await outcomes).map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal(
    (await grpc).some(({ status }) => status === 'rejected'),
    true,
  );
  await assert.rejects(sendHttp(receiver.httpUrl, { body: message }), { code: 'ECONNREFUSED' });
});

test('close breaks off a request whose body never ends, and may be called again', async () => {
  let started = (): void => {};
  const begun = new Promise<void>((resolve) => (started = resolve));
  const receiver = await startReceiver({ respond: () => started() as undefined });
  const session = connectHttp2(receiver.grpcUrl);
  session.on('error', () => {});
  const stream = session.request({ ':method': 'POST', ':path': TRACE_METHOD, 'content-type': 'application/grpc' });
  stream.on('error', () => {});
  const ended = new Promise((resolve) => stream.on('close', resolve));
  stream.write(Buffer.alloc(3));
  await begun;
  await Promise.all([receiver.close(), receiver.close(), ended]);
  session.destroy();
});
