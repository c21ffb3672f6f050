// The public functions of undici, against a server of its own.
const { Readable, Writable, pipeline } = require('node:stream');
const { deepFreeze, failure, isEmitter, listeners, outcome, say, shape } = require('./show.cjs');
const { startEcho } = require('./echo.cjs');

const REASONS = { none: undefined, text: 'left', object: { left: true }, error: new Error('left') };

module.exports = async function run(undici) {
  const echo = await startEcho();
  const { url } = echo;
  const plain = (text) =>
    String(text)
      .replaceAll(url, 'URL')
      .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST');
  const headersOf = (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'date' && name !== 'keep-alive'));
  const tell = async (what, make) => {
    const result = await outcome(make);
    say(what, plain(JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? String(value) : value))));
  };
  const readOf = async ({ statusCode, headers, trailers, body, ...rest }) => {
    const text = await body.text();
    return { statusCode, headers: headersOf(headers), trailers, text, rest: Object.keys(rest), body: shape(body).classes };
  };
  const ask = async (path, options, ...more) => readOf(await undici.request(`${url}${path}`, options, ...more));

  // What is asked for, by whatever kind of headers and body.
  for (const [name, headers] of Object.entries({
    object: { 'X-One': '1', 'x-many': ['a', 'b'], 'user-agent': 'me/1' },
    flat: ['X-One', '1', 'x-two', '2', 'X-ONE', '3'],
    own: { TraceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=b', baggage: 'user=ada', 'x-last': '1' },
    twice: ['traceparent', 'none', 'x-mid', '1', 'traceparent', 'neither'],
    none: undefined,
    null: null,
    wrong: { 'x-bad': 'a\nb' },
    iterable: Object.entries({ 'x-iterable': '1' }),
  })) {
    const options = deepFreeze({ headers, query: { name }, method: 'GET' });
    await tell(`headers ${name}`, () => ask('/headers', options));
    say('options afterwards', options);
  }
  for (const [name, body] of Object.entries({
    text: 'a text',
    empty: '',
    buffer: Buffer.from('bytes'),
    array: new Uint8Array([97, 98]),
    stream: Readable.from(['a ', 'stream']),
    iterable: (async function* () {
      yield 'an ';
      yield 'iterable';
    })(),
    number: 5,
  })) {
    await tell(`body ${name}`, () => ask('/body', { method: 'POST', body }));
    if (isEmitter(body)) say('listeners of the body', listeners(body));
  }
  const failing = () =>
    Readable.from(
      (async function* () {
        yield 'a';
        throw new RangeError('no more');
      })(),
    );
  await tell('body fails', () => ask('/body-fails', { method: 'POST', body: failing() }));
  for (const method of ['HEAD', 'DELETE', 'OPTIONS', 'get', 'PROPFIND', 'B AD'])
    await tell(`method ${method}`, () => ask('/method', { method }));
  for (const status of [204, 304, 404, 500]) await tell(`status ${status}`, () => ask(`/status/${status}`));
  for (const target of ['not a url', undefined, {}, 'ftp://x', new URL(`${url}/as-url`)])
    await tell('target', async () => readOf(await undici.request(target)));

  // The other functions.
  await new Promise((resolve) => {
    const returned = undici.getGlobalDispatcher().request({ origin: url, path: '/callback', method: 'GET' }, async (error, data) => {
      say('callback', error, (await readOf(data)).text);
      resolve();
    });
    say('returned', typeof returned);
  });
  await tell('stream', () => {
    const chunks = [];
    return undici
      .stream(`${url}/stream`, { opaque: { chunks } }, ({ statusCode, opaque }) => {
        say('factory', statusCode, opaque);
        return new Writable({ write: (chunk, _, done) => (chunks.push(String(chunk)), done()) });
      })
      .then(({ opaque, trailers }) => ({ opaque, trailers }));
  });
  await tell('stream that fails', () =>
    undici.stream(`${url}/stream`, {}, () => {
      throw new RangeError('no stream');
    }),
  );
  await new Promise((resolve) => {
    const chunks = [];
    const duplex = undici.pipeline(`${url}/pipeline`, { method: 'PUT' }, ({ body }) => body);
    say('pipeline', shape(duplex), listeners(duplex));
    pipeline(
      Readable.from(['through']),
      duplex,
      new Writable({ write: (chunk, _, done) => (chunks.push(String(chunk)), done()) }),
      (error) => {
        say('pipeline ended', error, chunks.join(''));
        resolve();
      },
    );
  });
  await tell('upgrade', async () => {
    const { headers, socket, opaque } = await undici.upgrade(`${url}/upgrade`, { protocol: 'echo', opaque: 1 });
    const [chunk] = await require('node:events').once(socket, 'data');
    socket.destroy();
    return { headers, opaque, chunk: String(chunk), listeners: listeners(socket).length > 0 };
  });
  await tell('connect', async () => {
    const { statusCode, socket } = await undici.getGlobalDispatcher().connect({ origin: url, path: url.slice('http://'.length) });
    socket.destroy();
    return statusCode;
  });
  await new Promise((resolve) => {
    const seen = [];
    const note =
      (name, result) =>
      (...args) => {
        seen.push([name, args.length, typeof args[0]]);
        if (/Complete|End$|Error|Upgrade/.test(name)) resolve(say('dispatched', seen));
        return result;
      };
    const newer = undici.Dispatcher.prototype.compose !== undefined && Number(require('undici/package.json').version.split('.')[0]) >= 7;
    const handler = deepFreeze(
      newer
        ? {
            onRequestStart: note('onRequestStart'),
            onResponseStart: note('onResponseStart'),
            onResponseData: note('onResponseData'),
            onResponseEnd: note('onResponseEnd'),
            onResponseError: note('onResponseError'),
          }
        : {
            onConnect: note('onConnect'),
            onHeaders: note('onHeaders', true),
            onData: note('onData', true),
            onComplete: note('onComplete'),
            onError: note('onError'),
          },
    );
    say(
      'dispatch',
      undici.getGlobalDispatcher().dispatch(deepFreeze({ origin: url, path: '/dispatch', method: 'GET', headers: ['x-a', '1'] }), handler),
    );
  });

  // Dispatchers.
  const settle = (promises) => Promise.all(promises.map((promise) => outcome(() => promise)));
  for (const [name, make] of Object.entries({
    client: () => new undici.Client(url, { pipelining: 2 }),
    pool: () => new undici.Pool(url, { connections: 2 }),
    balanced: () => new undici.BalancedPool([url], { connections: 1 }),
    agent: () => new undici.Agent({ connections: 1 }),
    retry: () => undici.RetryAgent && new undici.RetryAgent(new undici.Agent(), { minTimeout: 1, timeoutFactor: 1 }),
    proxy: () => new undici.ProxyAgent(url),
    'proxy by a tunnel': () => new undici.ProxyAgent({ uri: url, proxyTunnel: true }),
  })) {
    const dispatcher = make();
    if (!dispatcher) {
      say(name, 'is not there');
      continue;
    }
    for (const event of ['connect', 'disconnect', 'drain']) dispatcher.on(event, function named() {});
    say(name, shape(dispatcher).classes, listeners(dispatcher));
    const order = [];
    const results = await settle(
      Array.from({ length: 6 }, async (_, index) => {
        const { text } = await readOf(await undici.request(`${url}/${name.replaceAll(' ', '-')}/${index}`, { dispatcher }));
        order.push(index);
        return text;
      }),
    );
    say(`${name} answers`, plain(JSON.stringify(results)), order.length);
    if (name === 'retry') await tell('flaky', async () => readOf(await undici.request(`${url}/flaky`, { dispatcher })));
    await tell(`${name} closes`, () => dispatcher.close());
    await tell(`${name} is closed`, () => undici.request(url, { dispatcher }));
    say(listeners(dispatcher));
  }
  const destroyed = new undici.Client(url);
  const pending = outcome(() => destroyed.request({ path: '/silent/destroyed', method: 'GET' }));
  await new Promise((resolve) => destroyed.once('connect', resolve));
  await tell('destroys', () => destroyed.destroy(new RangeError('my own')));
  say('was destroyed', await pending);

  // Interceptors, redirects and mocks.
  const { interceptors } = undici;
  if (interceptors?.redirect !== undefined && undici.Dispatcher.prototype.compose !== undefined) {
    const composed = new undici.Agent().compose(
      interceptors.redirect({ maxRedirections: 5 }),
      interceptors.retry({ minTimeout: 1, maxRetries: 3 }),
      interceptors.dump(),
    );
    await tell('composed redirect', async () => (await undici.request(`${url}/redirect/2`, { dispatcher: composed })).statusCode);
    await tell('composed retry', async () => (await undici.request(`${url}/flaky/composed`, { dispatcher: composed })).statusCode);
    if (interceptors.responseError) {
      const strict = new undici.Agent().compose(interceptors.responseError());
      await tell('response error', () => undici.request(`${url}/status/404`, { dispatcher: strict }));
    }
  }
  await tell('maxRedirections', () => ask('/redirect/2', { maxRedirections: 3 }));
  await tell('throwOnError', () => ask('/status/500', { throwOnError: true }));
  const mock = new undici.MockAgent();
  mock.disableNetConnect();
  mock
    .get('http://mocked')
    .intercept({ path: '/a', headers: (headers) => (say('mock got', headers), true) })
    .reply(201, { mocked: true });
  await tell('mock', async () => readOf(await undici.request('http://mocked/a', { dispatcher: mock, headers: { 'x-mock': '1' } })));
  await tell('mock of nothing', () => undici.request('http://mocked/b', { dispatcher: mock }));
  say(mock.pendingInterceptors().length);
  await mock.close();

  // What goes wrong.
  for (const [name, reason] of Object.entries(REASONS)) {
    await tell(`aborted before: ${name}`, () => {
      const controller = new AbortController();
      controller.abort(reason);
      return undici.request(`${url}/aborted`, { signal: controller.signal });
    });
    await tell(`aborted meanwhile: ${name}`, async () => {
      const controller = new AbortController();
      const { body } = await undici.request(`${url}/hangs`, { signal: controller.signal });
      say('listeners of a body', listeners(body));
      body.once('data', () => controller.abort(reason));
      return body.text();
    });
    await tell(`destroyed: ${name}`, async () => {
      const { body } = await undici.request(`${url}/hangs`);
      const closed = new Promise((resolve) => body.on('error', (error) => resolve(failure(error))).on('close', () => resolve('closed')));
      body.destroy(name === 'error' ? reason : undefined);
      return closed;
    });
  }
  await tell('emitter as a signal', () => {
    const signal = new (require('node:events'))();
    const promise = undici.request(`${url}/silent/emitter`, { signal });
    say(listeners(signal));
    setImmediate(() => signal.emit('abort'));
    return promise;
  });
  await tell('cut', () => ask('/cut'));
  await tell('reset', () => ask('/resets'));
  await tell('refused', () => undici.request('http://127.0.0.1:2/'));
  await tell('headers too late', () => undici.request(`${url}/silent`, { headersTimeout: 20 }));
  await tell('body too late', () => ask('/hangs', { bodyTimeout: 20 }));
  await tell('too large', async () => {
    const client = new undici.Client(url, { maxResponseSize: 10 });
    const { body } = await client.request({ path: '/large', method: 'GET' });
    return body.text().finally(() => client.destroy());
  });

  // fetch, with a dispatcher of a few connections.
  await require('./fetch.app.cjs')(undici, echo, { dispatcher: new undici.Agent({ connections: 1, pipelining: 0 }) });

  say('got', plain(JSON.stringify(echo.got, undefined, 1)));
  if (process.env.END === 'throw') {
    void undici.request('http://127.0.0.1:2/unhandled');
    return echo.close();
  }
  await undici.getGlobalDispatcher().destroy();
  echo.close();
};
