// `fetch` and what belongs to it, of Node.js or of the package.
const { failure, outcome, say, shape } = require('./show.cjs');

module.exports = async function run({ fetch, Headers, Request, FormData, WebSocket }, { url }, options) {
  const plain = (text) =>
    String(text)
      .replaceAll(url, 'URL')
      .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST');
  const causeOf = (error) => ({ ...failure(error), cause: error.cause === undefined ? undefined : failure(error.cause) });
  const tell = async (what, make) => {
    try {
      say(what, plain(JSON.stringify(await make())));
    } catch (error) {
      say(what, 'throws', plain(JSON.stringify(typeof error === 'object' && error !== null ? causeOf(error) : error)));
    }
  };
  const readOf = async (response) => ({
    classes: shape(response).classes,
    status: response.status,
    text: await response.text(),
    type: response.type,
    url: response.url,
    redirected: response.redirected,
    headers: [...response.headers].filter(([name]) => name !== 'date' && name !== 'keep-alive'),
  });
  const get = async (path, init) => readOf(await fetch(`${url}${path}`, { ...options, ...init }));

  say('fetch', fetch.name, fetch.length, Object.getOwnPropertyNames(fetch));
  await tell('get', () => get('/fetch?a=1#hash'));
  const init = Object.freeze({
    ...options,
    method: 'POST',
    body: 'a text',
    headers: Object.freeze({ 'X-One': '1', traceparent: 'my own' }),
  });
  await tell('post', async () => readOf(await fetch(`${url}/post`, init)));
  say(Object.keys(init), init.headers);
  const headers = new Headers([
    ['x-many', 'a'],
    ['x-many', 'b'],
  ]);
  await tell('headers', () => get('/headers', { headers }));
  say([...headers]);
  const request = new Request(`${url}/request`, { method: 'PUT', body: 'once', headers });
  await tell('request', async () => readOf(await fetch(request, options)));
  say('used', request.bodyUsed, [...request.headers]);
  await tell('request again', () => fetch(request, options));
  const form = new FormData();
  form.append('field', 'value');
  await tell('form', () => get('/form', { method: 'POST', body: form }));
  await tell('stream', () =>
    get('/stream', {
      method: 'POST',
      duplex: 'half',
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('streamed'));
          controller.close();
        },
      }),
    }),
  );
  for (const redirect of ['follow', 'manual', 'error']) await tell(`redirect ${redirect}`, () => get('/redirect/2', { redirect }));
  for (const status of [204, 404, 500]) await tell(`status ${status}`, () => get(`/status/${status}`));
  for (const path of ['/cut', '/resets']) await tell(path, () => get(path));
  await tell('refused', () => fetch('http://127.0.0.1:2/', options));
  await tell('no url', () => fetch('nothing', options));
  await tell('data', async () => (await fetch('data:text/plain,hello')).text());
  for (const [name, reason] of Object.entries({ none: undefined, text: 'left', object: { left: 1 }, error: new RangeError('left') })) {
    await tell(`aborted before: ${name}`, () => fetch(`${url}/aborted`, { ...options, signal: AbortSignal.abort(reason) }));
    await tell(`aborted while reading: ${name}`, async () => {
      const controller = new AbortController();
      const response = await fetch(`${url}/hangs`, { ...options, signal: controller.signal });
      const reader = response.body.getReader();
      await reader.read();
      controller.abort(reason);
      return reader.read();
    });
    await tell(`cancelled: ${name}`, async () => {
      const { body } = await fetch(`${url}/hangs`, options);
      return body.cancel(reason);
    });
  }
  await tell('too late', () => get('/silent', { signal: AbortSignal.timeout(20) }));
  say(
    await outcome(async () =>
      (await Promise.all(Array.from({ length: 8 }, (_, index) => get(`/many/${index}`)))).map(({ status }) => status),
    ),
  );

  if (WebSocket === undefined) return say('WebSocket is not there');
  const socket = new WebSocket(url.replace('http', 'ws'));
  const events = [];
  await new Promise((resolve) => {
    for (const name of ['open', 'message', 'error', 'close'])
      socket.addEventListener(name, ({ data, code }) => {
        events.push([name, data, code]);
        if (name === 'close') resolve();
      });
  });
  say('WebSocket', events);
};
