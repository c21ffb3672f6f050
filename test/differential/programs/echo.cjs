// A server that answers by its paths, and notes what it was asked without the headers of traces.
const http = require('node:http');
const { createHash } = require('node:crypto');
const { once } = require('node:events');

const OF_TRACES = new Set(['traceparent', 'tracestate', 'baggage', 'b3']);

function headersOf({ rawHeaders }) {
  const pairs = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index].toLowerCase();
    if (OF_TRACES.has(name)) continue;
    pairs.push(`${rawHeaders[index]}: ${name === 'host' ? 'HOST' : rawHeaders[index + 1].replace(/formdata-undici-\d+/, 'BOUNDARY')}`);
  }
  return pairs;
}

exports.startEcho = async () => {
  /** Per path: how often it was asked. */
  const asked = new Map();
  const got = [];
  const server = http.createServer(async (request, response) => {
    const path = request.url.replace(/^http:\/\/[^/]+/, 'PROXIED');
    const count = (asked.get(path) ?? 0) + 1;
    asked.set(path, count);
    let body = '';
    try {
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
    } catch {
      body += ' CUT';
    }
    body = body.replaceAll(/formdata-undici-\d+/g, 'BOUNDARY');
    // A request that times out may be given up before it was sent.
    if (!path.startsWith('/silent')) got.push([request.method, path, ...headersOf(request), body]);
    const text = JSON.stringify({ method: request.method, path, count, body });
    if (path.startsWith('/silent')) return;
    if (path.startsWith('/status')) response.statusCode = Number(path.slice('/status/'.length));
    if (path.startsWith('/flaky') && count < 3) response.statusCode = 503;
    if (path.startsWith('/redirect/')) {
      const left = Number(path.slice('/redirect/'.length));
      response.writeHead(302, { location: left === 0 ? '/end' : `/redirect/${left - 1}` });
      return response.end('elsewhere');
    }
    if (path.startsWith('/cut')) {
      response.writeHead(200, { 'content-length': 100 });
      return response.write('short', () => setImmediate(() => response.destroy()));
    }
    if (path.startsWith('/hangs')) return response.write('begun');
    if (path.startsWith('/resets')) return request.socket.destroy();
    response.setHeader('content-type', 'application/json');
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    if (request.method === 'HEAD' || response.statusCode === 204 || response.statusCode === 304) return response.end();
    response.setHeader('trailer', 'x-after');
    response.write(text);
    response.addTrailers({ 'x-after': 'done' });
    response.end();
  });
  server.on('upgrade', (request, socket) => {
    got.push(['upgrade', ...headersOf(request).filter((line) => !/^sec-websocket-key/i.test(line))]);
    const key = request.headers['sec-websocket-key'];
    if (key === undefined) return socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nhello');
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    // "hi", and the closing.
    socket.write(Buffer.from([0x81, 2, 0x68, 0x69, 0x88, 2, 0x03, 0xe8]));
    socket.on('error', () => {}).on('data', () => socket.end());
  });
  server.on('connect', (request, socket) => {
    got.push(['connect', ...headersOf(request)]);
    const [host, port] = request.url.split(':');
    const through = require('node:net').connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    for (const each of [through, socket]) each.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}`,
    got,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
};
