// node --require signalbox/register test/e2e/programs/broken-off/client.cjs : requests that end in every way, one after the other.
const http = require('node:http');
const net = require('node:net');
const { EventEmitter } = require('node:events');
const { Writable, pipeline } = require('node:stream');

const HEAD = 'HTTP/1.1 200 OK\r\n';
const LENGTH = `${HEAD}Content-Length: 10\r\n\r\nabc`;
/** What the peer does, by the first word of the path; `received` says that it has the request. */
const received = new EventEmitter();
const PEER = {
  silent: () => {},
  ends: (socket) => socket.end(),
  resets: (socket) => socket.resetAndDestroy(),
  begins: (socket) => socket.write(LENGTH),
  short: (socket) => socket.end(LENGTH),
  'short-chunk': (socket) => socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`),
  'resets-midway': (socket) => socket.write(LENGTH, () => received.once('read', () => socket.resetAndDestroy())),
  'no-length': (socket) => socket.end(`${HEAD}Connection: close\r\n\r\nabc`),
  'http-1.0': (socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nabc'),
  whole: (socket) => socket.write(`${HEAD}Content-Length: 2\r\n\r\nok`),
  none: (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
  same: (socket) => socket.write('HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n'),
  head: (socket) => socket.write(`${HEAD}Content-Length: 10\r\n\r\n`),
  continue: (socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${HEAD}Content-Length: 2\r\n\r\nok`),
  switches: (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
  garbage: (socket) => socket.end('this is no HTTP\r\n\r\n'),
  missing: (socket) => socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'),
};

const whenReceived = (act) => (request) => received.once('request', () => act(request));
const whenRead = (act) => (request) => request.on('response', (response) => response.once('data', () => act(request, response)));
const onTimeout = (request) => request.on('timeout', () => request.destroy());
const aborted = (reason) => (options) => {
  const controller = new AbortController();
  options.signal = controller.signal;
  return () => controller.abort(reason);
};

/** `path: [what is done to the request, options, or what prepares them]` */
const CASES = {
  '/silent/destroy': [whenReceived((request) => request.destroy())],
  '/silent/destroy-at-once': [(request) => request.destroy()],
  '/silent/abort': [whenReceived((request) => request.abort())],
  '/silent/socket': [whenReceived((request) => request.socket.destroy())],
  '/silent/agent': [whenReceived((request) => request.agent.destroy()), { agent: new http.Agent() }],
  '/silent/signal': [whenReceived, aborted()],
  '/silent/signal-with-reason': [whenReceived, aborted(new Error('the visitor left'))],
  '/silent/signal-at-once': [undefined, aborted()],
  '/silent/canceled': [whenReceived((request) => request.destroy(Object.assign(new Error('canceled'), { name: 'CanceledError' })))],
  '/silent/error': [whenReceived((request) => request.destroy(new TypeError('gave up')))],
  '/silent/timeout': [onTimeout, { timeout: 20 }],
  '/silent/set-timeout': [(request) => request.setTimeout(20, () => request.destroy())],
  '/silent/timeout-signal': [() => {}, () => ({ signal: AbortSignal.timeout(20) })],
  '/begins/destroy': [whenRead((request) => request.destroy())],
  '/begins/response': [whenRead((_, response) => response.destroy())],
  '/begins/signal': [whenRead, aborted()],
  '/begins/loop': [
    (request) =>
      request.on('response', async (response) => {
        for await (const _ of response) break;
      }),
  ],
  '/begins/pipeline': [
    (request) =>
      request.on('response', (response) =>
        pipeline(
          response,
          new Writable({
            write() {
              this.destroy();
            },
          }),
          () => {},
        ),
      ),
  ],
  '/begins/error': [whenRead((_, response) => response.destroy(new TypeError('cannot be read')))],
  '/begins/timeout': [onTimeout, { timeout: 20 }],
  '/ends': [],
  '/resets': [],
  '/short': [],
  '/short-chunk': [],
  '/resets-midway': [whenRead(() => received.emit('read'))],
  '/garbage': [],
  '/no-length': [],
  '/http-1.0': [],
  '/whole': [],
  '/whole/destroy-afterwards': [(request) => request.on('response', (response) => response.on('end', () => request.destroy()))],
  '/none': [],
  '/same': [],
  '/head': [() => {}, { method: 'HEAD' }],
  '/continue': [() => {}, { headers: { expect: '100-continue' } }],
  '/switches': [(request) => request.on('upgrade', (_, socket) => socket.destroy())],
  '/missing': [],
};

const keepAlive = new http.Agent({ keepAlive: true });

async function ask(port, path, [act = () => {}, given = {}]) {
  let options = {};
  const prepared = typeof given === 'function' ? given(options) : given;
  if (typeof prepared === 'object') options = prepared;
  const request = http.get(
    { agent: keepAlive, ...options, port, path },
    path.includes('loop') || path.includes('pipeline') ? undefined : (response) => response.on('error', () => {}).resume(),
  );
  request.on('error', () => {});
  // What aborts a request is its `act`, or given to it.
  if (typeof prepared !== 'function') act(request);
  else if (path.endsWith('at-once')) prepared();
  else act(prepared)(request);
  await new Promise((resolve) => request.on('close', resolve));
}

const server = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (head) => {
    const [, path] = String(head).split(' ');
    PEER[path.split('/')[1]](socket);
    received.emit('request');
  });
});
server.listen(0, '127.0.0.1', async () => {
  for (const [path, how] of Object.entries(CASES)) await ask(server.address().port, path, how);
  keepAlive.destroy();
  server.close();
});
