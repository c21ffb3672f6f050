import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import http2, { constants, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { OtlpConfig, Signal } from '../../../../src/config/config.ts';
import { createGrpcTransport } from '../../../../src/export/transport/grpc-transport.ts';
import type { Transport } from '../../../../src/otlp/types.ts';
import { require } from '../../../../src/runtime/otel.ts';
import {
  answerGrpc,
  freePort,
  LONG_MS,
  openTransport,
  otlpConfig,
  partialSuccess,
  runProgram,
  sendOnce,
  serveGrpc,
  serveHttp,
  serveRaw,
  statusWithRetryInfo,
  USER_AGENT,
} from './transport-kit.ts';
import { createAuthority } from '../../../kit/certificates.ts';

const BODY = Buffer.from('body');
const GRPC = { protocol: 'grpc' } as const;
const authority = await createAuthority();
const localhost = await authority.issue('localhost', 'localhost');

/** An answer that has its status in the headers and nothing else. */
function answerTrailersOnly(stream: ServerHttp2Stream, headers: Record<string, string>): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...headers }, { endStream: true });
}

test('a call goes to the service of its signal, with its metadata and its message', async (t) => {
  const server = await serveGrpc(t);
  const changes: Partial<OtlpConfig> = {
    ...GRPC,
    headers: { 'x-tenant': 'a', 'grpc-status': '5', te: 'gzip', connection: 'close', ':path': '/other' },
  };
  for (const signal of ['traces', 'metrics', 'logs'] satisfies Signal[]) {
    assert.deepEqual(await openTransport(t, server.url, changes, signal).send(BODY, 5000), { kind: 'accepted', rejected: 0 });
  }
  assert.deepEqual(
    server.received.map(({ path }) => path),
    [
      '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
      '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    ],
  );
  const [{ body, headers }] = server.received as [(typeof server.received)[0]];
  assert.equal(body.toString('latin1'), '\0\0\0\0\x04body');
  const { 'grpc-timeout': timeout, ...others } = Object.fromEntries(Object.entries(headers)); // leaves out Node's symbol
  assert.match(String(timeout), /^\d{1,4}m$/);
  assert.deepEqual(others, {
    ':method': 'POST',
    ':path': server.received[0]!.path,
    ':scheme': 'http',
    ':authority': `localhost:${server.port}`,
    'user-agent': USER_AGENT,
    'x-tenant': 'a',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
});

test('messages are compressed each for itself', async (t) => {
  const server = await serveGrpc(t);
  const large = Buffer.from('large body '.repeat(100_000));
  const transport = openTransport(t, server.url, { ...GRPC, compression: 'gzip' });
  for (const body of [BODY, large]) assert.equal((await transport.send(body, LONG_MS)).kind, 'accepted');
  for (const [index, { body, headers }] of server.received.entries()) {
    assert.deepEqual([headers['grpc-encoding'], body[0], body.readUInt32BE(1)], ['gzip', 1, body.length - 5]);
    assert.equal(gunzipSync(body.subarray(5)).length, [BODY, large][index]!.length);
  }
});

test('a message larger than every window arrives whole', async (t) => {
  const server = await serveGrpc(t);
  const body = Buffer.alloc(3 * 1024 * 1024, 'x');
  assert.equal((await openTransport(t, server.url, GRPC).send(body, LONG_MS)).kind, 'accepted');
  assert.ok(server.received[0]!.body.subarray(5).equals(body));
});

test('the official gRPC server takes calls, rejects some records, and refuses others', async (t) => {
  const grpc = require('@grpc/grpc-js') as typeof import('@grpc/grpc-js');
  const bytes = {
    requestSerialize: (value: Buffer) => value,
    requestDeserialize: (value: Buffer) => value,
    responseSerialize: (value: Buffer) => value,
    responseDeserialize: (value: Buffer) => value,
  };
  const path = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
  const server = new grpc.Server();
  server.addService(
    { Export: { path, requestStream: false, responseStream: false, ...bytes } },
    {
      Export: ((
        call: { request: Buffer; metadata: import('@grpc/grpc-js').Metadata },
        callback: (error: object | null, value?: Buffer) => void,
      ) => {
        if (String(call.request) === 'bad') callback({ code: grpc.status.INVALID_ARGUMENT, details: 'schlecht: 100 % ключ' });
        else callback(null, partialSuccess(3, String(call.metadata.get('x-tenant')[0])));
      }) as never,
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  t.after(() => server.forceShutdown());
  for (const compression of ['none', 'gzip'] as const) {
    const transport = openTransport(t, `http://localhost:${port}`, { ...GRPC, compression, headers: { 'x-tenant': 'a' } }, 'logs');
    assert.deepEqual(await transport.send(BODY, LONG_MS), { kind: 'accepted', rejected: 3, message: 'a' });
    const refused = await transport.send(Buffer.from('bad'), LONG_MS);
    assert.ok(refused.kind === 'refused');
    assert.equal(refused.reason, 'grpc_invalid_argument');
    assert.match(refused.message, /INVALID_ARGUMENT "schlecht: 100 % ключ"/);
  }
  const elsewhere = await openTransport(t, `http://localhost:${port}`, GRPC, 'traces').send(BODY, LONG_MS);
  assert.ok(elsewhere.kind === 'refused');
  assert.deepEqual([elsewhere.reason, /Add traces to a pipeline/.test(elsewhere.message)], ['grpc_unimplemented', true]);
});

test('a partial success names how many were rejected and why; nonsense counts as accepted', async (t) => {
  const partial = await serveGrpc(t, (stream) => answerGrpc(stream, {}, partialSuccess(7, 'bad spans')));
  assert.deepEqual(await sendOnce(t, partial.url, GRPC), { kind: 'accepted', rejected: 7, message: 'bad spans' });
  for (const message of [Buffer.from([0xff, 0xff]), Buffer.alloc(2 * 1024 * 1024)]) {
    const server = await serveGrpc(t, (stream) => answerGrpc(stream, {}, message));
    assert.deepEqual(await sendOnce(t, server.url, GRPC), { kind: 'accepted', rejected: 0 });
  }
  const bare = await serveGrpc(t, (stream) => answerTrailersOnly(stream, { 'grpc-status': '0' }));
  assert.deepEqual(await sendOnce(t, bare.url, GRPC), { kind: 'accepted', rejected: 0 });
});

test('the status codes that the OTLP specification names are tried again, the others are refused', async (t) => {
  const retried = [1, 4, 10, 11, 14, 15];
  for (const trailersOnly of [true, false]) {
    const server = await serveGrpc(t, (stream, _request, index) => {
      const trailers = { 'grpc-status': String(index), 'grpc-message': 'no%20%22thanks%22' };
      if (trailersOnly) answerTrailersOnly(stream, trailers);
      else answerGrpc(stream, trailers);
    });
    const transport = openTransport(t, server.url, GRPC);
    const kinds: Record<string, string> = {};
    for (let code = 1; code <= 17; code++) {
      const result = await transport.send(BODY, LONG_MS);
      kinds[code] = result.kind;
      assert.match(result.message!, /"no "thanks""/);
    }
    assert.deepEqual(
      Object.keys(kinds)
        .filter((code) => kinds[code] === 'retry')
        .map(Number),
      retried,
    );
    assert.equal(server.connections(), 1);
  }
});

test('RESOURCE_EXHAUSTED is tried again only with a RetryInfo, which names the pause', async (t) => {
  const details = (seconds: number, half?: boolean) => ({
    'grpc-status': '8',
    'grpc-status-details-bin': statusWithRetryInfo(seconds, half).toString('base64').replace(/=+$/, ''),
  });
  for (const [trailers, expected] of [
    [details(3, true), ['retry', 'grpc_resource_exhausted', 3500]],
    [details(0), ['retry', 'grpc_resource_exhausted', undefined]],
    [{ ...details(2), 'grpc-status': '14' }, ['retry', 'grpc_unavailable', 2000]],
    [{ 'grpc-status': '8' }, ['refused', 'grpc_resource_exhausted', undefined]],
    [{ 'grpc-status': '8', 'grpc-status-details-bin': '!!!' }, ['refused', 'grpc_resource_exhausted', undefined]],
    [{ 'grpc-status': '8', 'grpc-message': 'grpc: received message larger than max (5 vs. 4)' }, ['refused', 'too_large', undefined]],
  ] as const) {
    const server = await serveGrpc(t, (stream) => answerGrpc(stream, trailers));
    const result = await sendOnce(t, server.url, GRPC);
    assert.deepEqual(
      [result.kind, result.kind === 'accepted' || result.reason, result.kind === 'retry' ? result.retryAfterMs : undefined],
      expected,
    );
  }
});

test('messages do not hold header values that the server sends back', async (t) => {
  const server = await serveGrpc(t, (stream, { headers }) =>
    answerTrailersOnly(stream, { 'grpc-status': '16', 'grpc-message': `bad ${headers['authorization']}` }),
  );
  const result = await sendOnce(t, server.url, { ...GRPC, headers: { authorization: 'Bearer hidden-token' } });
  assert.ok(result.kind === 'refused');
  assert.equal(result.reason, 'grpc_unauthenticated');
  assert.match(result.message, /\[REDACTED\].*OTEL_EXPORTER_OTLP_HEADERS/);
  assert.doesNotMatch(result.message, /hidden/);
});

test('an answer of HTTP without a gRPC status', async (t) => {
  for (const [headers, kind, reason] of [
    [{ ':status': 503, 'retry-after': '2' }, 'retry', 'http_503'],
    [{ ':status': 429 }, 'retry', 'http_429'],
    [{ ':status': 401 }, 'refused', 'http_401'],
    [{ ':status': 404, 'content-type': 'text/html' }, 'retry', 'protocol_mismatch'],
    [{ ':status': 200, 'content-type': 'text/html' }, 'retry', 'protocol_mismatch'],
    [{ ':status': 200, 'content-type': 'application/grpc' }, 'retry', 'connection_reset'],
  ] as const) {
    const server = await serveGrpc(t, (stream) => stream.respond(headers, { endStream: true }));
    const result = await sendOnce(t, server.url, GRPC);
    assert.deepEqual([result.kind, result.kind === 'accepted' || result.reason], [kind, reason]);
    if (reason === 'http_503') assert.equal(result.kind === 'retry' && result.retryAfterMs, 2000);
  }
});

test('an answer that has no end is cut off', async (t) => {
  const closed: Promise<unknown>[] = [];
  const server = await serveGrpc(t, (stream) => {
    closed.push(once(stream, 'close'));
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    const more = (): void => void (stream.destroyed || stream.write(Buffer.alloc(64 * 1024), more));
    more();
  });
  const result = await sendOnce(t, server.url, GRPC);
  assert.equal(result.kind === 'retry' && result.reason, 'network');
  assert.match(result.message!, /the answer has more than 4194304 bytes/);
  await Promise.all(closed);
});

test('an answer counts at once, although the server has not read the message', { timeout: LONG_MS }, async (t) => {
  const early = http2.createServer();
  early.on('stream', (stream: ServerHttp2Stream) => {
    stream.pause();
    answerTrailersOnly(stream, { 'grpc-status': '8', 'grpc-message': 'received message larger than max' });
  });
  await once(early.listen(0, '127.0.0.1'), 'listening');
  const transport = openTransport(t, `http://localhost:${(early.address() as AddressInfo).port}`, GRPC);
  const result = await transport.send(Buffer.alloc(8 * 1024 * 1024), 2 * LONG_MS);
  assert.equal(result.kind === 'refused' && result.reason, 'too_large');
  transport.close();
  early.close();
});

test('a status counts although the call does not end after it, and only digits are one', async (t) => {
  const open = await serveGrpc(t, (stream) => stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16' }));
  const result = await sendOnce(t, open.url, GRPC, 200);
  assert.equal(result.kind === 'refused' && result.reason, 'grpc_unauthenticated');
  for (const status of ['', '0x0', '-0', '1e0']) {
    const server = await serveGrpc(t, (stream) => answerTrailersOnly(stream, { 'grpc-status': status }));
    const unclear = await sendOnce(t, server.url, GRPC);
    assert.equal(unclear.kind === 'refused' && unclear.reason, 'grpc_unknown', JSON.stringify(status));
  }
});

test('calls share one session, until it has grown old', async (t) => {
  const server = await serveGrpc(t);
  const transport = openTransport(t, server.url, GRPC);
  await Promise.all([1, 2, 3].map(() => transport.send(BODY, LONG_MS)));
  assert.deepEqual([server.received.length, server.connections()], [3, 1]);
  const impatient = createGrpcTransport(otlpConfig(server.url, GRPC), 'traces', USER_AGENT, { maxConnectionAgeMs: 0 });
  t.after(() => impatient.close());
  for (let index = 0; index < 3; index++) await impatient.send(BODY, LONG_MS);
  assert.equal(server.connections(), 4);
});

test('after GOAWAY the next call goes over a new session', async (t) => {
  const server = await serveGrpc(t, (stream, _request, index) => {
    answerGrpc(stream);
    if (index === 1) stream.session!.goaway(constants.NGHTTP2_NO_ERROR);
  });
  const transport = openTransport(t, server.url, GRPC);
  for (let index = 0; index < 3; index++) assert.equal((await transport.send(BODY, LONG_MS)).kind, 'accepted');
  assert.deepEqual([server.received.length, server.connections()], [3, 2]);
});

test('a call that the server did not look at is repeated at once', async (t) => {
  const ends: Record<string, (stream: ServerHttp2Stream) => void> = {
    'refused stream': (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM),
    'session gone': (stream) => stream.session!.destroy(),
    'connection reset': (stream) => stream.session!.socket.destroy(),
  };
  for (const [name, end] of Object.entries(ends)) {
    const server = await serveGrpc(t, (stream, _request, index) => (index === 2 ? end(stream) : answerGrpc(stream)));
    const transport = openTransport(t, server.url, GRPC);
    assert.equal((await transport.send(BODY, LONG_MS)).kind, 'accepted');
    assert.deepEqual([(await transport.send(BODY, LONG_MS)).kind, server.received.length], ['accepted', 3], name);
  }
});

test('a server that resets every call', async (t) => {
  const stubborn = await serveGrpc(t, (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  const refusing = await serveGrpc(t, (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM));
  const hangup = await serveRaw(t, (socket) => socket.on('data', () => socket.end()));
  const reset = await serveRaw(t, (socket) => socket.on('data', () => socket.resetAndDestroy()));
  for (const { port } of [stubborn, refusing, hangup, reset]) {
    const result = await sendOnce(t, `http://localhost:${port}`, GRPC);
    assert.equal(result.kind === 'retry' && result.reason, 'connection_reset');
  }
  assert.deepEqual([stubborn.received.length, refusing.received.length], [1, 2]);
});

test('no answer within the time limit, and the next call goes over a new session', async (t) => {
  const server = await serveGrpc(t, (stream, _request, index) => {
    if (index > 1) answerGrpc(stream);
  });
  const transport = openTransport(t, server.url, GRPC);
  const result = await transport.send(BODY, 100);
  assert.ok(result.kind === 'retry');
  assert.deepEqual([result.reason, /within 100 ms/.test(result.message)], ['timeout', true]);
  assert.equal((await transport.send(BODY, LONG_MS)).kind, 'accepted');
  assert.equal(server.connections(), 2);
});

test('a port that accepts and says nothing', async (t) => {
  const server = await serveRaw(t, () => {});
  const result = await sendOnce(t, `http://localhost:${server.port}`, GRPC, 100);
  assert.equal(result.kind === 'retry' && result.reason, 'timeout');
});

test('a port at which nobody listens', async (t) => {
  const result = await sendOnce(t, `http://localhost:${await freePort()}`, GRPC);
  assert.equal(result.kind === 'retry' && result.reason, 'connection_refused');
});

test('a port that speaks HTTP/1.1 or something else', async (t) => {
  const http = await serveHttp(t);
  const tls = await serveHttp(t, undefined, localhost);
  const raw = await serveRaw(t, (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  for (const url of [`http://localhost:${http.port}`, `https://localhost:${tls.port}`, `http://localhost:${raw.port}`]) {
    const result = await sendOnce(t, url, { ...GRPC, caFile: authority.caFile });
    assert.ok(result.kind === 'retry', url);
    assert.equal(result.reason, 'protocol_mismatch');
    assert.match(result.message, /OTEL_EXPORTER_OTLP_PROTOCOL=http\/protobuf.*4317/);
  }
});

test('TLS, mutual TLS, and what can be wrong with them', async (t) => {
  const client = await authority.issue('client', 'client');
  const expired = await authority.issue('expired', 'localhost', -1);
  const { caFile } = authority;
  const plain = await serveGrpc(t);
  const server = await serveGrpc(t, undefined, localhost);
  const mutual = await serveGrpc(t, undefined, { ...localhost, ca: authority.ca, requestCert: true, rejectUnauthorized: true });
  assert.equal((await sendOnce(t, server.url, { ...GRPC, caFile })).kind, 'accepted');
  assert.equal(
    (await sendOnce(t, mutual.url, { ...GRPC, caFile, clientCertificateFile: client.certFile, clientKeyFile: client.keyFile })).kind,
    'accepted',
  );
  for (const [url, changes, kind, reason, expected] of [
    [server.url, {}, 'retry', 'tls', /OTEL_EXPORTER_OTLP_CERTIFICATE/],
    [server.url, { caFile: '/nowhere/ca.pem' }, 'retry', 'tls', /"\/nowhere\/ca.pem" \(ENOENT\)/],
    [mutual.url, { caFile }, 'retry', 'tls', /OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE/],
    [(await serveGrpc(t, undefined, expired)).url, { caFile }, 'retry', 'tls', /has expired/],
    [plain.url.replace('http:', 'https:'), { caFile }, 'retry', 'protocol_mismatch', /does not speak TLS/],
  ] as const) {
    const result = await sendOnce(t, url, { ...GRPC, ...changes });
    assert.deepEqual([result.kind, result.kind === 'accepted' || result.reason], [kind, reason]);
    assert.match(result.message!, expected);
  }
});

test('metadata or an endpoint that cannot be used is refused', async (t) => {
  const server = await serveGrpc(t);
  for (const headers of [{ 'x-key': 'hidden\nvalue' }, { 'x key': 'hidden' }] as Record<string, string>[]) {
    const result = await sendOnce(t, server.url, { ...GRPC, headers });
    assert.ok(result.kind === 'refused', JSON.stringify(result));
    assert.equal(result.reason, 'invalid_header');
    assert.doesNotMatch(result.message, /hidden/);
  }
  for (const url of ['collector', 'ftp://localhost:21']) {
    const result = await sendOnce(t, url, GRPC);
    assert.equal(result.kind === 'refused' && result.reason, 'invalid_url', url);
  }
});

test('closing aborts the call under way, and a later one connects anew', async (t) => {
  const arrived = new EventEmitter();
  const server = await serveGrpc(t, (stream, _request, index) => {
    if (index > 1) answerGrpc(stream);
    else arrived.emit('call', stream);
  });
  const transport: Transport = openTransport(t, server.url, GRPC);
  const sending = transport.send(BODY, LONG_MS);
  const [stream] = (await once(arrived, 'call')) as [ServerHttp2Stream];
  const gone = once(stream, 'close');
  transport.close();
  const result = await sending;
  assert.equal(result.kind === 'retry' && result.reason, 'closed');
  await gone;
  assert.equal((await transport.send(BODY, LONG_MS)).kind, 'accepted');
});

test('a process ends although a session is kept', { timeout: LONG_MS }, async (t) => {
  const server = await serveGrpc(t);
  const printed = await runProgram(
    t,
    server.url,
    'grpc',
    `
    const result = await createTransport(otlp, 'traces', 'x').send(Buffer.from('body'), 60_000);
    print(result.kind);`,
  );
  assert.equal(printed, 'accepted');
});

test('a call under way keeps the process alive, also after one that was let go', { timeout: LONG_MS }, async (t) => {
  const server = await serveGrpc(t, (stream) => void setTimeout(() => answerGrpc(stream), 100));
  const printed = await runProgram(
    t,
    server.url,
    'grpc',
    `
    const transport = createTransport(otlp, 'traces', 'x');
    const first = transport.send(Buffer.from('body'), 60_000);
    transport.unref();
    const second = transport.send(Buffer.from('body'), 60_000);
    second.then((result) => print(result.kind));`,
  );
  assert.equal(printed, 'accepted');
});

test('a process ends in spite of a call under way after unref', { timeout: LONG_MS }, async (t) => {
  const server = await serveGrpc(t, () => {}); // never answers
  const printed = await runProgram(
    t,
    server.url,
    'grpc',
    `
    const transport = createTransport(otlp, 'traces', 'x');
    transport.send(Buffer.alloc(1000), 600_000).then(() => print('answered'));
    transport.unref();
    process.on('exit', () => print('end'));`,
  );
  assert.equal(printed, 'end');
});
