// node --require signalbox/register test/differential/programs/undici-requests.cjs 50
// Each request asks others, all by dispatchers of two connections.
const http = require('node:http');
const { once } = require('node:events');
const { trace } = require('@opentelemetry/api');
const undici = require('undici');

const count = Number(process.argv[2]);
const tracer = trace.getTracer('program');
const tried = new Map();

const upstream = http.createServer((request, response) => {
  const [, what, id] = request.url.split('/');
  const key = `${what}/${id}`;
  tried.set(key, (tried.get(key) ?? 0) + 1);
  const parents = request.rawHeaders.filter((text) => text.toLowerCase() === 'traceparent').length;
  if (parents !== 1) console.log(key, parents, 'parents');
  if (what === 'flaky' && tried.get(key) < 3) response.statusCode = 503;
  if (what === 'away' || what === 'elsewhere') response.writeHead(302, { location: `${what === 'away' ? '/elsewhere' : '/end'}/${id}` });
  setImmediate(() => response.end('done'));
});

(async () => {
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const url = `http://127.0.0.1:${upstream.address().port}`;
  const pool = new undici.Pool(url, { connections: 2 });
  const agent = new undici.Agent({ connections: 2 });
  const retrying = undici.RetryAgent && new undici.RetryAgent(new undici.Agent({ connections: 2 }), { minTimeout: 1, timeoutFactor: 1 });
  const { interceptors } = undici;
  const redirecting =
    interceptors?.redirect && undici.Dispatcher.prototype.compose && agent.compose(interceptors.redirect({ maxRedirections: 5 }));

  const server = http.createServer(async (request, response) => {
    const id = request.url.slice(1);
    const read = async ({ body }) => {
      await body.text();
      tracer.startSpan(`after ${id}`).end();
    };
    const asks = [
      read(await pool.request({ path: `/pool/${id}`, method: 'GET' })),
      pool.stream(
        { path: `/stream/${id}`, method: 'GET' },
        () => new (require('node:stream').Writable)({ write: (_, __, done) => done() }),
      ),
      undici
        .request(`${url}/agent/${id}?token=secret`, { dispatcher: agent, method: 'POST', body: 'text', headers: { 'user-agent': 'me/1' } })
        .then(read),
      undici.fetch(`${url}/fetch/${id}`, { dispatcher: agent }).then((answer) => answer.text()),
      undici.fetch(`${url}/away/${id}`, { dispatcher: agent }).then((answer) => answer.text()),
      undici
        .fetch(`${url}/passed-on/${id}`, { dispatcher: agent, headers: { TraceParent: request.headers.traceparent } })
        .then((answer) => answer.text()),
      ...(retrying ? [undici.request(`${url}/flaky/${id}`, { dispatcher: retrying }).then(read)] : []),
      ...(redirecting ? [undici.request(`${url}/away/r${id}`, { dispatcher: redirecting }).then(read)] : []),
    ];
    await Promise.all(asks);
    response.end('answered');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = `http://127.0.0.1:${server.address().port}`;
  await Promise.all(
    Array.from(
      { length: count },
      (_, id) => new Promise((resolve) => http.get(`${own}/${id}`, { agent: false }, (answer) => answer.resume().on('end', resolve))),
    ),
  );
  console.log(retrying ? 'retries' : '', redirecting ? 'redirects' : '');
  for (const each of [pool, agent, retrying]) await each?.close();
  for (const each of [server, upstream]) each.close();
})();
