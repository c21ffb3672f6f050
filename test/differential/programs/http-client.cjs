// node test/differential/programs/http-client.cjs
const { once } = require('node:events');
const http = require('node:http');
const { pipeline, Readable } = require('node:stream');
const { trace } = require('@opentelemetry/api');
const { say, shape, listeners, failure, deepFreeze } = require('./show.cjs');

const TRACE = new Set(['traceparent', 'tracestate', 'baggage']);
const seen = (headers) => headers.filter((_, at) => !TRACE.has(headers[at - (at % 2)].toLowerCase()));

const server = http.createServer((request, response) => {
  say(
    'asked',
    request.method,
    request.url,
    seen(request.rawHeaders)
      .map((text) => text.replace(/:\d+$/, ':port'))
      .join('|'),
  );
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/early') {
    response.writeProcessing();
    response.writeEarlyHints({ link: '</a.css>; rel=preload' });
  }
  if (pathname === '/silent') return;
  if (pathname === '/cut') return response.writeHead(200, { 'content-length': 9 }).write('some', () => request.socket.destroy());
  if (pathname === '/broken') return request.socket.end('nonsense\r\n\r\n');
  if (pathname === '/hang-up') return request.socket.destroy();
  response.setHeader('date', 'now');
  if (pathname === '/trailers') {
    response.writeHead(200, { trailer: 'x-sum' });
    response.write('body');
    response.addTrailers({ 'x-sum': '1' });
    return response.end();
  }
  response.statusCode = pathname === '/missing' ? 404 : 200;
  let length = 0;
  request.on('data', (piece) => (length += piece.length)).on('end', () => response.end(`${request.method} ${length}`));
});
server.on('upgrade', (request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello'));
server.on('connect', (request, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\ntunnel'));
server.on('checkContinue', (request, response) => {
  response.writeContinue();
  request.resume().on('end', () => response.end('continued'));
});

const own = (request) =>
  Reflect.ownKeys(request)
    .map(String)
    .filter((key) => !/async_id|trigger|kResourceStore/.test(key))
    .sort()
    .join();

/** What a request emits and what it shows of itself, from its beginning to its end. */
async function follow(what, make) {
  const events = [];
  let request;
  try {
    request = make((response) => events.push(`called with ${response.constructor.name}`));
  } catch (error) {
    return say(what, 'throws', failure(error));
  }
  say(what, shape(request).classes, listeners(request), request.listenerCount('close'), request.listenerCount('timeout'), own(request));
  for (const name of ['socket', 'finish', 'continue', 'abort', 'timeout', 'upgrade', 'connect'])
    request.on(name, function (...args) {
      events.push([name, args.length, this === request]);
      if (name === 'upgrade' || name === 'connect') args[1].on('data', () => {}).destroy();
    });
  request.on('information', ({ statusCode, headers }) => events.push(['information', statusCode, headers]));
  request.on('error', (error) => events.push(['error', error.name, error.message, error.code]));
  request.on('response', (response) => {
    events.push(['response', response.statusCode, response.req === request, listeners(response), own(response)]);
    let body = '';
    response.setEncoding('utf8');
    for (const name of ['aborted', 'close', 'end']) response.on(name, () => events.push(`response ${name}`));
    response.on('error', (error) => events.push(['response error', error.name, error.message, error.code]));
    response.on('data', (piece) => (body += piece)).on('close', () => events.push([body, response.trailers, response.complete]));
  });
  await new Promise((resolve) => request.on('close', resolve));
  await new Promise(setImmediate);
  say(what, events);
  say(
    what,
    'afterwards',
    listeners(request),
    request.destroyed,
    request.reusedSocket,
    request.getHeaderNames().filter((name) => !TRACE.has(name)),
  );
}

async function requests(port) {
  const host = '127.0.0.1';
  const options = deepFreeze({ host, port, path: '/frozen', headers: { 'X-Own': 'yes', 'x-many': ['a', 'b'] } });
  await follow('get', (called) => http.get({ host, port, path: '/get' }, called));
  await follow('frozen', (called) => http.get(options, called));
  await follow('frozen again', (called) => http.get(options, called));
  say('frozen', { ...options, port: 'port' });
  await follow('url', (called) => http.get(new URL(`http://${host}:${port}/url?q=1`), called));
  await follow('url and options', (called) =>
    http.get(`http://${host}:${port}/both`, { method: 'PUT', headers: ['a', '1', 'b', '2'] }, called),
  );
  await follow('post', (called) => http.request({ host, port, method: 'POST', path: '/post' }, called).end('body'));
  await follow('written', (called) => {
    const request = http.request({ host, port, method: 'POST', path: '/written' }, called);
    request.setHeader('x-late', 'yes');
    request.write('a', () => request.end('b'));
    return request;
  });
  await follow('flushed', (called) => {
    const request = http.request({ host, port, method: 'POST', path: '/flushed', headers: { 'content-length': 4 } }, called);
    request.flushHeaders();
    setImmediate(() => request.end('body'));
    return request;
  });
  for (const path of ['/missing', '/early', '/trailers', '/cut', '/broken', '/hang-up'])
    await follow(path, (called) => http.get({ host, port, path }, called));
  await follow('continue', (called) => {
    const request = http.request({ host, port, method: 'POST', path: '/continue', headers: { expect: '100-continue' } }, called);
    request.on('continue', () => request.end('body'));
    return request;
  });
  await follow('upgrade', (called) => http.get({ host, port, path: '/upgrade', headers: { connection: 'Upgrade', upgrade: 'x' } }, called));
  await follow('connect', (called) => http.request({ host, port, method: 'CONNECT', path: 'there:1' }, called).end());
  await follow('refused', (called) => http.get({ host, port: 1, path: '/' }, called));
  await follow('bad path', (called) => http.get({ host, port, path: '/a b' }, called));
  await follow('bad header', (called) => http.get({ host, port, headers: { 'a b': '1' } }, called));
  await follow('bad protocol', (called) => http.get('https://localhost/', called));
}

async function givenUp(port) {
  const host = '127.0.0.1';
  const silent = { host, port, path: '/silent' };
  await follow('times out', (called) => {
    const request = http.get({ ...silent, timeout: 30 }, called);
    request.once('timeout', () => say('time-out', request.listenerCount('timeout')) ?? request.destroy());
    return request;
  });
  await follow('set to time out', (called) => {
    const request = http.get(silent, called);
    request.setTimeout(30, () => request.destroy(new Error('too slow')));
    return request;
  });
  await follow('signal', (called) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    return http.get({ ...silent, signal: controller.signal }, called);
  });
  await follow('aborted signal', (called) => http.get({ ...silent, signal: AbortSignal.abort() }, called));
  await follow('destroyed', (called) => http.get(silent, called).destroy());
  await follow('destroyed later', (called) => {
    const request = http.get(silent, called);
    request.on('socket', () => setTimeout(() => request.destroy(new Error('own')), 10));
    return request;
  });
  await follow('other emit', (called) => {
    const request = http.get({ host, port, path: '/emit' }, called);
    const { emit } = request;
    request.emit = (name, ...args) => emit.call(request, name, ...args);
    return request;
  });
  await follow('defined emit', (called) => {
    const request = http.get({ host, port, path: '/defined' }, called);
    const { emit } = request;
    return process.env.DEFINES ? Object.defineProperty(request, 'emit', { value: (...args) => emit.apply(request, args) }) : request;
  });
  const request = http.get({ host, port, path: '/removed' });
  const onClose = () => say('removed is called');
  request.on('close', onClose).off('close', onClose);
  const [response] = await once(request, 'response');
  request.removeAllListeners();
  response.resume();
  await once(response, 'close');
  say('removed', listeners(request));
}

async function agents(port) {
  const host = '127.0.0.1';
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const order = [];
  agent.on('free', () => order.push('free'));
  await Promise.all(
    [1, 2, 3].map(async (id) => {
      const [response] = await once(http.get({ host, port, path: `/${id}`, agent }), 'response');
      order.push([id, response.req.reusedSocket, listeners(response.socket)]);
      response.resume();
      await once(response, 'close');
    }),
  );
  say('agent', order, Object.keys(agent.sockets).length, listeners(agent));
  agent.destroy();
  const request = http.request({ host, port, method: 'POST', path: '/piped' });
  pipeline(Readable.from(['a', 'b']), request, (error) => say('piped', error));
  const [answer] = await once(request, 'response');
  let text = '';
  for await (const piece of answer) text += piece;
  say('piped', text);
  class OwnRequest extends http.ClientRequest {}
  const made = new OwnRequest({ host, port, path: '/own' }).end();
  say('own class', shape(made).classes, listeners(made));
  const [response] = await once(made, 'response');
  for await (const piece of response) if (piece) break;
  say('left', response.destroyed, response.complete);
}

trace.getTracer('program').startActiveSpan('work', async (span) => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  await requests(port);
  await givenUp(port);
  await agents(port);
  say('functions', http.get.name, http.get.length, http.request.name, http.ClientRequest.prototype.emit.name);
  span.end();
  if (process.env.END === 'throw') http.get({ host: '127.0.0.1', port: 1 });
  server.closeAllConnections();
  server.close();
});
