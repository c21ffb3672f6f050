import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import diagnosticsChannel from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import http2 from 'node:http2';
import type { Socket } from 'node:net';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createHttpTransport } from '../../../../src/export/transport/http-transport.ts';
import {
  bytesField,
  freePort,
  LONG_MS,
  openTransport,
  otlpConfig,
  partialSuccess,
  runProgram,
  sendOnce,
  serveHttp,
  serveRaw,
  smallField,
  USER_AGENT,
} from './transport-kit.ts';
import { createAuthority } from '../../../kit/certificates.ts';

const BODY = Buffer.from('body');
const authority = await createAuthority();
const localhost = await authority.issue('localhost', 'localhost');

test('a request has the headers of its settings, the media type of its protocol, and the body as it is', async (t) => {
  const server = await serveHttp(t);
  const changes = { headers: { 'x-tenant': 'a', 'content-length': '1', connection: 'close' } };
  assert.deepEqual(await openTransport(t, `${server.url}?q=1`, changes).send(BODY, LONG_MS), { kind: 'accepted', rejected: 0 });
  await openTransport(t, server.url, { protocol: 'http/json' }).send(BODY, LONG_MS);
  const [first, second] = server.received;
  assert.deepEqual([first!.method, first!.path, String(first!.body)], ['POST', '/v1/traces?q=1', 'body']);
  assert.deepEqual(first!.headers, {
    'user-agent': USER_AGENT,
    'x-tenant': 'a',
    'content-type': 'application/x-protobuf',
    'content-length': '4',
    host: `localhost:${server.port}`,
    connection: 'keep-alive',
  });
  assert.equal(second!.headers['content-type'], 'application/json');
});

test('small and large bodies are compressed', async (t) => {
  const server = await serveHttp(t);
  const transport = openTransport(t, server.url, { compression: 'gzip' });
  const large = Buffer.from('large body '.repeat(10_000));
  for (const body of [BODY, large]) assert.equal((await transport.send(body, LONG_MS)).kind, 'accepted');
  assert.deepEqual(
    server.received.map(({ headers }) => headers['content-encoding']),
    ['gzip', 'gzip'],
  );
  assert.deepEqual(
    server.received.map(({ body }) => gunzipSync(body).length),
    [BODY.length, large.length],
  );
});

test('requests share one connection, one after the other', async (t) => {
  const server = await serveHttp(t);
  const transport = openTransport(t, server.url);
  await Promise.all([1, 2, 3].map(() => transport.send(BODY, LONG_MS)));
  await transport.send(BODY, LONG_MS);
  assert.deepEqual([server.received.length, server.connections()], [4, 1]);
});

test('a connection that has grown old is not used again', async (t) => {
  const server = await serveHttp(t);
  const transport = createHttpTransport(otlpConfig(server.url), 'traces', USER_AGENT, { maxConnectionAgeMs: 0 });
  t.after(() => transport.close());
  for (let index = 0; index < 3; index++) await transport.send(BODY, LONG_MS);
  assert.equal(server.connections(), 3);
});

test('a partial success names how many were rejected and why', async (t) => {
  const answers: [string, Buffer | string][] = [
    ['application/x-protobuf', partialSuccess(7, 'bad\nspans')],
    ['application/json', '{"partialSuccess":{"rejectedSpans":"7","errorMessage":"bad\\nspans"}}'],
    ['application/json; charset=utf-8', '{"partialSuccess":{"rejectedDataPoints":7,"errorMessage":"bad spans"}}'],
  ];
  for (const [contentType, body] of answers) {
    const server = await serveHttp(t, (response) => response.writeHead(200, { 'content-type': contentType }).end(body));
    assert.deepEqual(await sendOnce(t, server.url), { kind: 'accepted', rejected: 7, message: 'bad spans' }, contentType);
  }
});

test('an answer of 200 counts as accepted whatever its body is', async (t) => {
  const bodies: [string, Buffer | string][] = [
    ['application/x-protobuf', Buffer.from([0xff, 0xff, 0xff])],
    ['application/x-protobuf', bytesField(1, smallField(1, 200).subarray(0, 1))],
    ['application/json', '{"partialSuccess":'],
    ['application/json', 'null'],
    ['application/json', '{"partialSuccess":{"rejectedSpans":"many"}}'],
    ['application/json', '{"partialSuccess":{"rejectedSpans":-3}}'],
    ['text/html', '<html>'],
    ['application/x-protobuf', Buffer.alloc(8 * 1024 * 1024)],
  ];
  for (const [contentType, body] of bodies) {
    const server = await serveHttp(t, (response) => response.writeHead(200, { 'content-type': contentType }).end(body));
    assert.deepEqual(await sendOnce(t, server.url), { kind: 'accepted', rejected: 0 }, `${contentType} ${String(body).slice(0, 60)}`);
  }
  for (const status of [202, 204]) {
    const server = await serveHttp(t, (response) => response.writeHead(status).end());
    assert.equal((await sendOnce(t, server.url)).kind, 'accepted');
  }
});

test('an answer of 200 that breaks off counts as accepted', async (t) => {
  const server = await serveHttp(t, (response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('half', () => response.destroy());
  });
  assert.deepEqual(await sendOnce(t, server.url), { kind: 'accepted', rejected: 0 });
});

test('429, 502, 503 and 504 are tried again, after the time that the server names', async (t) => {
  const inAMinute = new Date(Date.now() + 60_000).toUTCString();
  for (const [status, header, expected] of [
    [429, '3', 3000],
    [502, undefined, undefined],
    [503, '0', undefined],
    [503, '-5', undefined],
    [504, 'soon', undefined],
    [503, 'Wed, 21 Oct 2015 07:28:00 GMT', undefined],
  ] as const) {
    const server = await serveHttp(t, (response) =>
      response.writeHead(status, header === undefined ? {} : { 'retry-after': header }).end('busy'),
    );
    const result = await sendOnce(t, server.url);
    assert.ok(result.kind === 'retry');
    assert.deepEqual([result.reason, result.retryAfterMs], [`http_${status}`, expected], header);
    assert.equal(
      result.message,
      `Cannot export traces to ${server.url}: the server answered ${status} "busy". ${
        status === 429 || status === 503
          ? 'The collector is overloaded or has not started: its log says more.'
          : 'A proxy stands at OTEL_EXPORTER_OTLP_ENDPOINT, and the collector behind it does not answer: start it.'
      } The records wait and are sent again.`,
    );
  }
  const server = await serveHttp(t, (response) => response.writeHead(503, { 'retry-after': inAMinute }).end());
  const result = await sendOnce(t, server.url);
  assert.ok(result.kind === 'retry' && result.retryAfterMs! > 50_000 && result.retryAfterMs! <= 60_000, JSON.stringify(result));
});

test('every other status is refused, with what the server said and what to do', async (t) => {
  for (const [status, cure] of [
    [400, /"no such thing"/],
    [401, /OTEL_EXPORTER_OTLP_HEADERS/],
    [403, /OTEL_EXPORTER_OTLP_HEADERS/],
    [404, /\/v1\/traces/],
    [405, /path/],
    [408, /408/],
    [413, /smaller batches/],
    [415, /OTEL_EXPORTER_OTLP_PROTOCOL/],
    [500, /500/],
    [501, /501/],
  ] as const) {
    const server = await serveHttp(t, (response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"message":"no such thing"}'),
    );
    const result = await sendOnce(t, server.url);
    assert.ok(result.kind === 'refused');
    assert.equal(result.reason, `http_${status}`);
    assert.match(result.message, cure);
    assert.match(result.message, /This batch is lost\.$/);
  }
});

test('an error in protobuf is quoted as one line', async (t) => {
  const status = Buffer.concat([smallField(1, 3), bytesField(2, 'bad\r\n\u001b[31mtimestamp')]);
  const server = await serveHttp(t, (response) => response.writeHead(400, { 'content-type': 'application/x-protobuf' }).end(status));
  assert.match(((await sendOnce(t, server.url)) as { message: string }).message, /answered 400 "bad \[31mtimestamp"/);
});

test('redirects are not followed', async (t) => {
  const target = await serveHttp(t);
  const server = await serveHttp(t, (response) => response.writeHead(307, { location: `${target.url}?token=hidden` }).end());
  const result = await sendOnce(t, server.url);
  assert.ok(result.kind === 'refused');
  assert.equal(result.reason, 'http_307');
  assert.ok(result.message.includes(`Set OTEL_EXPORTER_OTLP_ENDPOINT to "${target.url}"`), result.message);
  assert.equal(target.received.length, 0);
});

test('messages hold neither credentials of the URL nor header values that the server sends back', async (t) => {
  const server = await serveHttp(t, (response, { headers }) =>
    response.writeHead(401).end(`bad key ${headers['authorization']} ${headers['x-api-key']}`),
  );
  const url = server.url.replace('http://', 'http://user:hidden-password@');
  const result = await sendOnce(t, `${url}?key=hidden-query`, {
    headers: { authorization: 'Bearer hidden-token', 'x-api-key': 'hidden-key' },
  });
  assert.ok(result.kind === 'refused');
  assert.doesNotMatch(result.message, /hidden/);
  assert.match(result.message, /\[REDACTED\]/);
});

test('credentials of the URL are sent', async (t) => {
  const server = await serveHttp(t);
  await sendOnce(t, server.url.replace('http://', 'http://user:pass@'));
  assert.equal(server.received[0]!.headers['authorization'], `Basic ${Buffer.from('user:pass').toString('base64')}`);
});

test('a port at which nobody listens', async (t) => {
  const result = await sendOnce(t, `http://localhost:${await freePort()}/v1/traces`);
  assert.ok(result.kind === 'retry');
  assert.equal(result.reason, 'connection_refused');
  assert.match(
    result.message,
    /: connection refused\. Start a collector there, or set OTEL_EXPORTER_OTLP_ENDPOINT\. The records wait and are sent again\.$/,
  );
});

test('a server that resets each connection', async (t) => {
  const server = await serveRaw(t, (socket) => socket.on('data', () => socket.resetAndDestroy()));
  const result = await sendOnce(t, `http://localhost:${server.port}/`);
  assert.ok(result.kind === 'retry');
  assert.deepEqual([result.reason, server.connections()], ['connection_reset', 1]);
});

test('a kept connection that turns out to be dead is replaced at once', async (t) => {
  const ends: [string, (socket: Socket) => void][] = [
    ['reset', (socket) => socket.resetAndDestroy()],
    ['end', (socket) => socket.end()],
  ];
  for (const [name, end] of ends) {
    let requests = 0;
    const server = await serveRaw(t, (socket) =>
      socket.on('data', () => (++requests === 2 ? end(socket) : socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))),
    );
    const transport = openTransport(t, `http://localhost:${server.port}/`);
    assert.equal((await transport.send(BODY, LONG_MS)).kind, 'accepted');
    assert.deepEqual([(await transport.send(BODY, LONG_MS)).kind, requests, server.connections()], ['accepted', 3, 2], name);
  }
});

test('a connection that the server closed while it was idle does not matter', async (t) => {
  const server = await serveHttp(t);
  const transport = openTransport(t, server.url);
  await transport.send(BODY, LONG_MS);
  for (const socket of server.sockets) socket.destroy();
  assert.equal((await transport.send(BODY, LONG_MS)).kind, 'accepted');
});

test('no answer within the time limit, and the next request goes over a new connection', async (t) => {
  let closed: Promise<unknown> | undefined;
  const server = await serveHttp(t, (response, _request, index) => {
    if (index === 1) closed = once(response, 'close');
    else response.end();
  });
  const transport = openTransport(t, server.url);
  const result = await transport.send(BODY, 100);
  assert.ok(result.kind === 'retry');
  assert.equal(result.reason, 'timeout');
  assert.match(result.message, /no answer within 100 ms/);
  await closed;
  assert.equal((await transport.send(BODY, LONG_MS)).kind, 'accepted');
  assert.equal(server.connections(), 2);
});

test('a status without the rest of the answer decides when time is up', async (t) => {
  for (const [status, kind] of [
    [200, 'accepted'],
    [503, 'retry'],
    [400, 'refused'],
  ] as const) {
    const server = await serveHttp(t, (response) => response.writeHead(status, { 'content-length': '10' }).write('half'));
    assert.equal((await sendOnce(t, server.url, {}, 300)).kind, kind);
  }
});

test('an answer that comes before the body was read does not block the next request', async (t) => {
  let connections = 0;
  const server = await serveRaw(t, (socket) => {
    const isFirst = ++connections === 1;
    socket.once('data', () => {
      if (isFirst) socket.pause(); // the rest stays unread
      socket.write(`HTTP/1.1 ${isFirst ? '401 Unauthorized' : '200 OK'}\r\ncontent-length: 0\r\n\r\n`);
    });
  });
  const transport = openTransport(t, `http://localhost:${server.port}/`);
  const result = await transport.send(Buffer.alloc(16 * 1024 * 1024), LONG_MS);
  assert.equal(result.kind === 'refused' && result.reason, 'http_401');
  assert.equal((await transport.send(BODY, LONG_MS)).kind, 'accepted');
});

test('a port that speaks gRPC', async (t) => {
  const nodeServer = http2.createServer();
  await new Promise<void>((resolve) => nodeServer.listen(0, '127.0.0.1', resolve));
  nodeServer.on('sessionError', () => {});
  t.after(() => nodeServer.close());
  // grpc-go greets before it has read anything.
  const greeting = await serveRaw(t, (socket) => socket.write(Buffer.from('000006040000000000000500004000', 'hex')));
  const overHttp1 = await serveHttp(t, (response) => response.writeHead(415, { 'content-type': 'application/grpc' }).end());
  for (const port of [(nodeServer.address() as { port: number }).port, greeting.port, overHttp1.port]) {
    const result = await sendOnce(t, `http://localhost:${port}/v1/traces`);
    assert.ok(result.kind === 'retry');
    assert.equal(result.reason, 'protocol_mismatch');
    assert.match(result.message, /OTEL_EXPORTER_OTLP_PROTOCOL=grpc.*4318/);
  }
});

test('a port that speaks TLS, when the endpoint says http', async (t) => {
  const alert = await serveRaw(t, (socket) => socket.once('data', () => socket.end(Buffer.from('15030100020246', 'hex'))));
  const go = await serveRaw(t, (socket) =>
    socket.once('data', () => socket.end('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n')),
  );
  const nginx = await serveHttp(t, (response) =>
    response.writeHead(400, { 'content-type': 'text/html' }).end('<center>The plain HTTP request was sent to HTTPS port</center>'),
  );
  for (const { port } of [alert, go, nginx]) {
    const result = await sendOnce(t, `http://localhost:${port}/v1/traces`);
    assert.ok(result.kind === 'retry');
    assert.equal(result.reason, 'protocol_mismatch');
    assert.match(result.message, /https:\/\/ instead of http:\/\//);
  }
  const node = await serveHttp(t, undefined, localhost); // hangs up without a word
  const result = await sendOnce(t, `http://localhost:${node.port}/v1/traces`);
  assert.ok(result.kind === 'retry');
  assert.match(result.message, /https:\/\//);
});

test('a port that speaks something else altogether', async (t) => {
  const server = await serveRaw(t, (socket) => socket.once('data', () => socket.end('220 mail.example.com ESMTP\r\n')));
  const result = await sendOnce(t, `http://localhost:${server.port}/v1/traces`);
  assert.ok(result.kind === 'retry');
  assert.deepEqual([result.reason, /not HTTP/.test(result.message)], ['protocol_mismatch', true]);
});

test('TLS with the authority of the settings, over one connection', async (t) => {
  const server = await serveHttp(t, undefined, localhost);
  const transport = openTransport(t, server.url, { caFile: authority.caFile });
  for (let index = 0; index < 2; index++) assert.deepEqual(await transport.send(BODY, LONG_MS), { kind: 'accepted', rejected: 0 });
  assert.equal(server.connections(), 1);
});

test('what is wrong with a certificate is said, with its cure', async (t) => {
  const expired = await authority.issue('expired', 'localhost', -1);
  const other = await authority.issue('other', 'other.example.com');
  for (const [server, caFile, expected] of [
    [await serveHttp(t, undefined, localhost), undefined, /OTEL_EXPORTER_OTLP_CERTIFICATE/],
    [await serveHttp(t, undefined, expired), authority.caFile, /has expired/],
    [await serveHttp(t, undefined, other), authority.caFile, /another host name/],
  ] as const) {
    const result = await sendOnce(t, server.url, caFile === undefined ? {} : { caFile });
    assert.ok(result.kind === 'retry');
    assert.equal(result.reason, 'tls');
    assert.match(result.message, expected);
    assert.equal(server.received.length, 0);
  }
});

test('TLS to a port that does not speak it', async (t) => {
  const server = await serveHttp(t);
  const result = await sendOnce(t, server.url.replace('http:', 'https:'));
  assert.ok(result.kind === 'retry');
  assert.deepEqual([result.reason, /http:\/\/ instead of https:\/\//.test(result.message)], ['protocol_mismatch', true]);
});

test('a missing file is named with its setting, and found when it is there', async (t) => {
  const server = await serveHttp(t, undefined, localhost);
  const caFile = join(authority.directory, 'late.pem');
  const transport = openTransport(t, server.url, { caFile });
  const result = await transport.send(BODY, LONG_MS);
  assert.ok(result.kind === 'retry');
  assert.equal(result.reason, 'tls');
  assert.ok(
    result.message.includes(`OTEL_EXPORTER_OTLP_CERTIFICATE must name a readable PEM file, got "${caFile}" (ENOENT)`),
    result.message,
  );
  writeFileSync(caFile, localhost.cert); // the wrong one first
  assert.equal((await transport.send(BODY, LONG_MS)).kind, 'retry');
  writeFileSync(caFile, authority.ca);
  assert.equal((await transport.send(BODY, LONG_MS)).kind, 'accepted');
  rmSync(caFile);
  assert.equal((await transport.send(BODY, LONG_MS)).kind, 'accepted');
});

test('mutual TLS', async (t) => {
  const client = await authority.issue('client', 'client');
  const server = await serveHttp(t, undefined, { ...localhost, ca: authority.ca, requestCert: true, rejectUnauthorized: true });
  const caFile = authority.caFile;
  assert.equal(
    (await sendOnce(t, server.url, { caFile, clientCertificateFile: client.certFile, clientKeyFile: client.keyFile })).kind,
    'accepted',
  );
  const without = await sendOnce(t, server.url, { caFile });
  assert.ok(without.kind === 'retry');
  assert.equal(without.reason, 'tls');
  assert.match(without.message, /OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE/);
  const noPem = join(authority.directory, 'no.pem');
  writeFileSync(noPem, 'this is not a certificate');
  const unusable = await sendOnce(t, server.url, { caFile, clientCertificateFile: noPem, clientKeyFile: client.keyFile });
  assert.ok(unusable.kind === 'retry');
  assert.equal(unusable.reason, 'tls');
});

test('a header that cannot be sent is refused without its value', async (t) => {
  const server = await serveHttp(t);
  for (const headers of [{ 'x-key': 'hidden\nvalue' }, { 'x key': 'hidden' }, { 'x-key': 'hidden ключ' }]) {
    const result = await sendOnce(t, server.url, { headers: headers as Record<string, string> });
    assert.ok(result.kind === 'refused');
    assert.equal(result.reason, 'invalid_header');
    assert.doesNotMatch(result.message, /hidden/);
  }
  assert.equal(server.received.length, 0);
});

test('an endpoint that is no URL is refused', async (t) => {
  for (const url of ['collector', 'ftp://localhost/', '']) {
    const result = await sendOnce(t, url);
    assert.ok(result.kind === 'refused', url);
    assert.equal(result.reason, 'invalid_url');
  }
});

test('closing aborts the request under way, and a later one connects anew', async (t) => {
  let gone: Promise<unknown> | undefined;
  const arrived = new EventEmitter();
  const server = await serveHttp(t, (response, _request, index) => {
    if (index > 1) return void response.end();
    gone = once(response, 'close');
    arrived.emit('request');
  });
  const transport = openTransport(t, server.url);
  const sending = transport.send(BODY, LONG_MS);
  await once(arrived, 'request');
  transport.close();
  const result = await sending;
  assert.equal(result.kind === 'retry' && result.reason, 'closed');
  await gone;
  assert.equal((await transport.send(BODY, LONG_MS)).kind, 'accepted');
});

test('a connection does not hold the async context of whoever sent first', async (t) => {
  const server = await serveHttp(t);
  const callers = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const onSocket = (): void => void seen.push(callers.getStore());
  diagnosticsChannel.subscribe('net.client.socket', onSocket);
  t.after(() => diagnosticsChannel.unsubscribe('net.client.socket', onSocket));
  const transport = openTransport(t, server.url);
  await callers.run('caller', async () => {
    await transport.send(BODY, LONG_MS);
    assert.equal(callers.getStore(), 'caller');
  });
  assert.deepEqual(seen, [undefined]);
});

test('a process ends although a connection is kept', { timeout: LONG_MS }, async (t) => {
  const server = await serveHttp(t);
  const printed = await runProgram(
    t,
    server.url,
    'http/protobuf',
    `
    const result = await createTransport(otlp, 'traces', 'x').send(Buffer.from('body'), 60_000);
    print(result.kind);`,
  );
  assert.equal(printed, 'accepted');
});

test('a request under way keeps the process alive', { timeout: LONG_MS }, async (t) => {
  const server = await serveHttp(t, (response) => void setTimeout(() => response.end(), 300));
  const printed = await runProgram(
    t,
    server.url,
    'http/protobuf',
    `
    createTransport(otlp, 'traces', 'x').send(Buffer.from('body'), 60_000).then((result) => print(result.kind));`,
  );
  assert.equal(printed, 'accepted');
});

test(
  'a process ends in spite of a request under way after unref, also when the request has no socket yet',
  { timeout: LONG_MS },
  async (t) => {
    const server = await serveHttp(t, () => {}); // never answers
    const printed = await Promise.all([
      runProgram(
        t,
        server.url,
        'http/protobuf',
        `
      const transport = createTransport({ ...otlp, compression: 'gzip' }, 'traces', 'x');
      transport.send(Buffer.alloc(1_000_000), 600_000).then(() => print('answered'));
      transport.unref();
      process.on('exit', () => print('end'));`,
      ),
      runProgram(
        t,
        server.url,
        'http/protobuf',
        `
      import { subscribe } from 'node:diagnostics_channel';
      const transport = createTransport(otlp, 'traces', 'x');
      subscribe('http.client.request.start', () => setImmediate(() => transport.unref()));
      transport.send(Buffer.from('body'), 600_000).then(() => print('answered'));
      process.on('exit', () => print('end'));`,
      ),
    ]);
    assert.deepEqual(printed, ['end', 'end']);
  },
);
