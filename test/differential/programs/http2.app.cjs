// What a server of HTTP/2 gives its handlers and its clients.
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const https = require('node:https');
const { pipeline, Readable } = require('node:stream');
const { failure, listeners, outcome, say, shape } = require('./show.cjs');

const framesOf = (error) =>
  error.stack
    .split('\n')
    .slice(1)
    .map((line) =>
      line
        .trim()
        .replace(/\(.*[/\\]/, '(')
        .replace(/:\d+:\d+/, ''),
    );

const ROUTES = {
  '/plain': (request, response) => response.end('plain'),
  '/headers': (request, response) => {
    response.setHeader('x-a', ['1', '2']);
    response.writeHead(203, 'ignored', { 'content-type': 'text/plain' });
    response.end(JSON.stringify([request.method, request.authority.replace(/\d+$/, ''), request.scheme, request.httpVersion]));
  },
  '/body': async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    response.end(`${request.complete} ${text}`);
  },
  '/events': (request, response) => {
    const seen = [];
    for (const name of ['data', 'end', 'close', 'aborted', 'error']) request.on(name, () => seen.push(`request ${name}`));
    for (const name of ['finish', 'close', 'error']) response.on(name, () => seen.push(`response ${name}`));
    for (const name of ['finish', 'close', 'end']) request.stream.on(name, () => seen.push(`stream ${name}`));
    request.stream.on('close', () => setImmediate(() => say('events', seen)));
    request.on('end', () => response.end('seen'));
    request.resume();
  },
  '/shape': (request, response) => {
    say('request', shape(request), listeners(request));
    say('response', shape(response), listeners(response));
    say('stream', shape(request.stream), listeners(request.stream));
    say('prototype', Object.keys(request), 'emit' in request, typeof request.emit, request.emit.name);
    const gone = () => {};
    request.stream.on('close', gone).removeListener('close', gone);
    response.end();
    say('frames', framesOf(new Error('here')));
  },
  '/frames': (request, response) => {
    request
      .on('data', () => {})
      .on('end', () => {
        say('frames of a listener', framesOf(new Error('here')).slice(0, 6));
        response.end();
      });
  },
  '/trailers': (request, response) => {
    response.addTrailers({ 'x-after': 'done' });
    response.end('text');
  },
  '/push': (request, response) => {
    response.createPushResponse({ ':path': '/pushed' }, (error, pushed) => {
      say('push', error);
      pushed?.end('pushed');
      response.end('pushes');
    });
  },
  '/fails': (request, response) => {
    response.statusCode = 500;
    response.end();
  },
  '/destroys': (request, response) => {
    response.write('begun');
    response.stream.on('error', (error) => say('destroyed', failure(error)));
    setImmediate(() => response.stream.destroy(new RangeError('my own')));
  },
  '/closes': (request, response) => {
    response.write('begun');
    response.stream.on('error', (error) => say('closed', failure(error)));
    setImmediate(() => response.stream.close(2));
  },
  '/pipes': (request, response) => {
    const failing = Readable.from(
      (async function* () {
        yield 'begun';
        throw new RangeError('no more');
      })(),
    );
    pipeline(failing, response, (error) => say('piped', failure(error)));
  },
  '/waits': (request, response) => {
    request.on('aborted', () => say('aborted', response.writableEnded));
    response.write('begun');
  },
  '/early': (request, response) => {
    response.stream.additionalHeaders({ ':status': 103, link: '</a>' });
    response.end('late');
  },
};

async function ask(client, headers, body, options) {
  const stream = client.request(headers, options);
  const said = [];
  for (const name of ['headers', 'push', 'aborted', 'trailers'])
    stream.on(name, (given) => said.push([name, given?.[':status'], given?.['x-after']]));
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  const response = once(stream, 'response').catch(() => []);
  const closed = new Promise((resolve) => stream.on('error', (error) => said.push(failure(error))).on('close', resolve));
  stream.end(body);
  const [{ date: _date, ...answer } = {}] = await Promise.race([response, closed.then(() => [])]);
  if (text === '' && headers[':path'] === '/waits') await once(stream, 'data');
  if (headers[':path'] === '/waits') stream.close(8);
  await closed;
  return { answer, text, said, code: stream.rstCode };
}

module.exports = async function run(http2) {
  const server = http2.createServer((request, response) => ROUTES[request.url](request, response));
  for (const name of ['stream', 'session', 'sessionError', 'timeout']) server.on(name, function named() {});
  say('server', shape(server).classes, listeners(server));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = http2.connect(`http://127.0.0.1:${server.address().port}`);
  client.on('stream', (pushed, headers) => {
    say('pushed', headers[':path'].replace(/\d+/, ''));
    pushed.resume();
  });
  const rejected = process.env.END === 'throw';
  for (const path of Object.keys(ROUTES)) {
    const sent = Object.freeze({
      ':path': path,
      ':method': path === '/plain' ? 'GET' : 'POST',
      traceparent: 'none',
      'x-many': Object.freeze(['a', 'b']),
    });
    const body = path === '/plain' ? undefined : 'a body';
    say(path, await outcome(() => ask(client, sent, body)));
  }
  const { length } = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      ask(client, { ':path': '/body', ':method': 'POST' }, String(index)).then(({ text }) => say(text)),
    ),
  );
  say(length);
  client.close();
  server.close();

  // Streams, without requests.
  const plain = http2.createServer();
  plain.on('stream', (stream, headers, flags, rawHeaders) => {
    say('stream', Object.keys(headers), flags, rawHeaders.length, listeners(stream));
    if (headers[':path'] === '/file') return stream.respondWithFile(__filename, { 'content-type': 'text/plain' });
    if (headers[':path'] === '/throws') throw new RangeError('nobody handles this');
    stream.respond({ ':status': 201 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-after': 'done' }));
    stream.end('text');
  });
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const other = http2.connect(`http://127.0.0.1:${plain.address().port}`);
  other.on('error', () => {});
  say(await ask(other, { ':path': '/stream' }));
  const file = await ask(other, { ':path': '/file' });
  say(file.text === readFileSync(__filename, 'utf8'), file.answer);
  if (rejected) return void ask(other, { ':path': '/throws' });
  other.close();
  plain.close();
  if (process.env.KEY === undefined) return;

  // HTTP/1 and HTTP/2 on one port.
  const both = http2.createSecureServer({ key: process.env.KEY, cert: process.env.CERT, allowHTTP1: true }, (request, response) => {
    response.end(`${request.httpVersion} ${request.headers.traceparent === undefined ? '' : 'traced'}`.replace('traced', ''));
  });
  both.listen(0, '127.0.0.1');
  await once(both, 'listening');
  const { port } = both.address();
  const secure = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  say((await ask(secure, { ':path': '/both' })).text);
  secure.close();
  await new Promise((resolve) => {
    https.get({ port, host: '127.0.0.1', path: '/both', rejectUnauthorized: false, agent: false }, (answer) => {
      answer.setEncoding('utf8').on('data', say).on('end', resolve);
    });
  });
  both.close();
};
