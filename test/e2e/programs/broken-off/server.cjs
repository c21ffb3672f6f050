// node --require signalbox/register test/e2e/programs/broken-off/server.cjs http : responses that end in every way, one after the other.
const http = require('node:http');
const net = require('node:net');
const { once } = require('node:events');
const { Readable, pipeline } = require('node:stream');

/** What a handler does behind the head, by the last word of the path; the client goes away when it has read that. */
const HANDLERS = {
  waits: () => {},
  destroys: (_, response) => response.destroy(),
  'destroys-error': (_, response) => response.destroy(new RangeError('cannot go on')),
  'destroys-socket': ({ socket }) => socket.destroy(),
  'destroys-request': (request) => request.destroy(new RangeError('cannot go on')),
  pipes: (_, response) => pipeline(Readable.from(rows()), response, () => {}),
  ticks: (_, response) => void setInterval(() => response.write('b'), 5).unref(),
  much: (_, response) => response.end(Buffer.alloc(64 << 20)),
  uploads: (request, response) =>
    request
      .resume()
      .on('end', () => response.end('all'))
      .on('error', () => {}),
  whole: (_, response) => response.end('whole'),
  fails: (_, response) => {
    response.statusCode = 500;
    response.flushHeaders();
    response.destroy();
  },
};

async function* rows() {
  yield 'a';
  throw Object.assign(new Error('the table is gone'), { code: 'ENOENT' });
}

const get = (path, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
/** `[text to send, what the client waits for before it goes]`; without the latter it waits until the server has closed. */
const CASES = [
  [get('/before/waits'), 'request'],
  [get('/midway/waits'), 'data'],
  [get('/midway/ticks'), 'data'],
  [get('/reset/midway/ticks'), 'data'],
  [get('/much'), 'data'],
  ['POST /uploads HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc', 'request'],
  ['POST /broken/uploads HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n'],
  [get('/before/destroys')],
  [get('/midway/destroys')],
  [get('/before/destroys-error')],
  [get('/midway/destroys-error')],
  [get('/midway/destroys-socket')],
  [get('/midway/destroys-request')],
  [get('/pipes')],
  [get('/fails')],
  [get('/whole', 'Connection: close\r\n')],
  ['HEAD /head/whole HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['GET /old/whole HTTP/1.0\r\n\r\n'],
  ['POST /continue/uploads HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc'],
  [get('/first/whole') + get('/second/whole', 'Connection: close\r\n')],
  [get('/first/waits') + get('/second/waits'), 'last request'],
];

function handle(request, response) {
  const words = request.url.split('/');
  request.on('error', () => {});
  response.on('error', () => {});
  // With a piece of the body, so that the client has something to wait for.
  if (words.includes('midway')) response.write('a');
  HANDLERS[words.at(-1)](request, response);
}

const FRAMEWORKS = {
  http: () => http.createServer(handle),
  express: () => {
    const app = require('express')();
    app.use(handle);
    return http.createServer(app);
  },
  koa: () => {
    const app = new (require('koa'))();
    app.silent = true;
    app.use((context) => {
      context.respond = false;
      context.status = 200;
      handle(context.req, context.res);
    });
    return http.createServer(app.callback());
  },
  fastify: async () => {
    const app = require('fastify')();
    app.addContentTypeParser('*', (_, __, done) => done(null));
    app.all('/*', (request, reply) => {
      reply.hijack();
      handle(request.raw, reply.raw);
    });
    await app.ready();
    return app.server;
  },
};

/** Whatever went wrong before. */
const closeOf = (socket) => new Promise((resolve) => socket.on('close', resolve));

/** The request of that number, counted from now: those of one packet come in one turn. */
const requestOf = (server, number) => new Promise((resolve) => server.on('request', () => --number === 0 && resolve()));

async function visit(server, [text, until]) {
  const socket = net.connect(server.address().port, '127.0.0.1');
  const closed = closeOf(socket);
  socket.on('error', () => {});
  const [connection] = await once(server, 'connection');
  const heard = until?.endsWith('request') ? requestOf(server, text.split('GET ').length === 3 ? 2 : 1) : undefined;
  socket.write(text);
  if (until === 'data') await once(socket, 'data');
  else if (until === undefined) socket.resume();
  await heard;
  const gone = connection.destroyed ? undefined : closeOf(connection);
  if (text.includes('/reset/')) socket.resetAndDestroy();
  else if (until !== undefined) socket.destroy();
  await closed;
  await gone;
}

(async () => {
  const server = await FRAMEWORKS[process.argv[2]]();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  for (const each of CASES) await visit(server, each);
  server.close();
})();
