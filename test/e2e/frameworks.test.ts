/** The route of each request, on the one server span that it has and on its duration, whichever framework answers. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { HistogramPoint, ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { startCollector, type Collector } from './kit/collector.ts';
import { PROGRAMS, ROOT, startProgram, type Ending } from './kit/run-program.ts';

const FOLDER = join(PROGRAMS, 'frameworks');

interface Row {
  readonly ask: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default 200 */
  readonly status?: number;
  /** `http.route`; without it the span is named by the method alone. */
  readonly route?: string;
  /** Message of the exception that must be recorded; without it there must be none. */
  readonly exception?: string;
}

interface Framework {
  readonly name: string;
  readonly rows: readonly Row[];
  /** Names of the spans that a request may have beside its server span, when the framework gives any. */
  readonly besides?: RegExp;
  /** Where its programs run: default is their folder. */
  readonly prepare?: () => { readonly folder: string; readonly remove: () => void };
}

const EXPRESS: readonly Row[] = [
  { ask: 'GET /plain', route: '/plain' },
  { ask: 'GET /plain?with=a&query=1', route: '/plain' },
  { ask: 'HEAD /plain', route: '/plain' },
  { ask: 'GET /', route: '/' },
  { ask: 'GET /users/7', route: '/users/:id' },
  { ask: 'GET /or', route: '/or' },
  { ask: 'GET /regexp', route: '/^\\/reg(ular|exp)$/' },
  { ask: 'POST /both/ways', route: '/both/:way' },
  { ask: 'GET /two-handlers', route: '/two-handlers' },
  { ask: 'GET /moved/here', route: '/moved/here' },
  { ask: 'GET /api/v1', route: '/api/v1' },
  { ask: 'GET /api/v1/acme/orders', route: '/api/v1/:tenant/orders' },
  { ask: 'GET /api/v1/acme/orders/12', route: '/api/v1/:tenant/orders/:order' },
  { ask: 'GET /api/v1/acme/orders/12/throws', status: 500, route: '/api/v1/:tenant/orders/:order/throws', exception: 'deep inside' },
  { ask: 'GET /second/thing', route: '/second/thing' },
  { ask: 'GET /api/after', route: '/api/after' },
  { ask: 'GET /inner/page/3', route: '/inner/page/:page' },
  // By a handler of `use`, under the very path that it was given.
  { ask: 'GET /inner/status', route: '/inner/status' },
  { ask: 'GET /inner/status/more' },
  { ask: 'GET /passes-on', status: 404 },
  { ask: 'GET /throws', status: 500, route: '/throws', exception: 'the handler failed' },
  { ask: 'GET /passes-error', status: 500, route: '/passes-error', exception: 'the handler failed later' },
  { ask: 'GET /client-error', status: 404, route: '/client-error' },
  { ask: 'GET /broken-middleware', status: 500, exception: 'the middleware failed' },
  { ask: 'GET /public/serve.cjs' },
  { ask: 'GET /nothing/here', status: 404 },
  { ask: 'GET /api/nothing-here', status: 404 },
];

const FRAMEWORKS: readonly Framework[] = [
  { name: 'express', besides: /^request handler - \//, rows: [...EXPRESS, { ask: 'GET /open/what/ever', route: '/open/*rest' }] },
  {
    name: 'express4',
    besides: /^request handler - \//,
    // Express 4 makes one pattern of a list.
    rows: [
      ...EXPRESS.map((row) => (row.ask === 'GET /or' ? { ...row, route: '/or' } : row)),
      { ask: 'GET /open/what/ever', route: '/open/*' },
    ],
    prepare: installExpress4,
  },
  {
    name: 'fastify',
    rows: [
      { ask: 'GET /plain?a=1', route: '/plain' },
      { ask: 'HEAD /plain', route: '/plain' },
      { ask: 'GET /', route: '/' },
      { ask: 'GET /users/7', route: '/users/:id' },
      { ask: 'GET /users/7', headers: { 'x-stranger': 'yes' }, status: 401, route: '/users/:id' },
      { ask: 'POST /checked', status: 400, route: '/checked' },
      { ask: 'GET /files/a/b', route: '/files/*' },
      { ask: 'GET /api/v1', route: '/api/v1' },
      { ask: 'GET /api/v1/orders/12', route: '/api/v1/orders/:order' },
      { ask: 'GET /api/v1/deep/1/and/2', route: '/api/v1/deep/:a/and/:b' },
      { ask: 'GET /throws', status: 500, route: '/throws', exception: 'the handler failed' },
      { ask: 'GET /api/v1/throws', status: 503, route: '/api/v1/throws', exception: 'handled here' },
      { ask: 'GET /client-error', status: 404, route: '/client-error' },
      { ask: 'GET /nothing', status: 404 },
    ],
  },
  {
    name: 'koa',
    rows: [
      { ask: 'GET /plain?a=1', route: '/plain' },
      { ask: 'HEAD /plain', route: '/plain' },
      { ask: 'GET /', route: '/' },
      { ask: 'GET /users/7', route: '/users/:id' },
      { ask: 'GET /two-handlers', route: '/two-handlers' },
      { ask: 'GET /regexp', route: '/^\\/reg(ular|exp)$/' },
      { ask: 'GET /or', route: '/or' },
      { ask: 'GET /api/v1/tenants', route: '/api/v1/tenants' },
      { ask: 'GET /api/v1/acme/orders', route: '/api/v1/:tenant/orders' },
      { ask: 'GET /api/v1/acme/orders/12', route: '/api/v1/:tenant/orders/:order' },
      { ask: 'GET /other/thing', route: '/other/:thing' },
      { ask: 'GET /throws', status: 500, route: '/throws', exception: 'the handler failed' },
      // What the application catches itself is not seen: for that, its functions would have to be wrapped.
      { ask: 'GET /caught', status: 502, route: '/caught' },
      { ask: 'GET /client-error', status: 404, route: '/client-error' },
      { ask: 'GET /unrouted' },
      { ask: 'GET /nothing', status: 404 },
    ],
  },
  {
    name: 'hapi',
    rows: [
      { ask: 'GET /plain?a=1', route: '/plain' },
      { ask: 'HEAD /plain', route: '/plain' },
      { ask: 'GET /', route: '/' },
      { ask: 'GET /users/7', route: '/users/{id}' },
      { ask: 'POST /any/where/else', route: '/any/{rest*}' },
      { ask: 'GET /secret/1', status: 401, route: '/secret/{id}' },
      { ask: 'GET /api/v1/orders/12', route: '/api/v1/orders/{order}' },
      { ask: 'GET /throws', status: 500, route: '/throws', exception: 'the handler failed' },
      { ask: 'GET /client-error', status: 404, route: '/client-error' },
      { ask: 'GET /nothing', status: 404 },
    ],
  },
  {
    name: 'nest',
    besides: /^request handler - \//,
    rows: [
      { ask: 'GET /api/v1/cats', route: '/api/v1/cats' },
      { ask: 'POST /api/v1/cats', status: 201, route: '/api/v1/cats' },
      { ask: 'GET /api/v1/cats/7/kittens/2', route: '/api/v1/cats/:id/kittens/:kitten' },
      { ask: 'GET /api/v1/cats/throws', status: 500, route: '/api/v1/cats/throws', exception: 'the handler failed' },
      { ask: 'GET /api/v1/cats/filtered', status: 503, route: '/api/v1/cats/filtered', exception: 'taken by a filter' },
      { ask: 'GET /api/v1/cats/missing', status: 404, route: '/api/v1/cats/missing' },
      // NestJS keeps a route of its own for what it does not find below the prefix.
      { ask: 'GET /api/v1/nothing', status: 404, route: '/api/*path' },
      { ask: 'GET /nothing', status: 404 },
    ],
  },
  { name: 'http', rows: [{ ask: 'GET /any/thing' }, { ask: 'POST /any/thing' }, { ask: 'GET /missing', status: 404 }] },
];

/** An alias is a package of another name, so the copy that is wanted stands in a folder that has the name. */
function installExpress4(): { folder: string; remove: () => void } {
  const cache = join(ROOT, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'express4-'));
  cpSync(join(ROOT, 'node_modules', 'express4'), join(folder, 'node_modules', 'express'), { recursive: true });
  for (const kind of ['cjs', 'mjs']) cpSync(join(FOLDER, `express4.${kind}`), join(folder, `express4.${kind}`));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

async function ask(port: string, { ask: line, headers }: Row): Promise<number> {
  const [method = '', path = ''] = line.split(' ');
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode as number));
    })
      .on('error', reject)
      .end();
  });
}

async function serveRows(
  program: string,
  rows: readonly Row[],
  env: Readonly<Record<string, string>>,
  preload: 'require' | 'import',
  args: readonly string[] = [],
): Promise<{ statuses: number[]; ending: Ending }> {
  const running = startProgram({ program, preload, args, env });
  const [, port = ''] = await running.output(/port (\d+)\n/);
  const statuses: number[] = [];
  for (const row of rows) statuses.push(await ask(port, row));
  running.child.send('stop');
  return { statuses, ending: await running.ended };
}

const isServer = ({ kind }: ReceivedSpan): boolean => kind === 'server';
const exceptionsOf = (spans: readonly ReceivedSpan[]): unknown[] =>
  spans.flatMap(({ events }) => events.filter(({ name }) => name === 'exception').map(({ attributes }) => attributes['exception.message']));

for (const framework of FRAMEWORKS) {
  describe(framework.name, { concurrency: 2 }, () => {
    for (const kind of ['cjs', 'mjs'] as const) {
      it(`[${kind}] names the route of each request`, async () => {
        const place = framework.prepare?.();
        try {
          await using collector = await startCollector();
          const program = join(place?.folder ?? FOLDER, `${framework.name}.${kind}`);
          const { statuses, ending } = await serveRows(
            program,
            framework.rows,
            collector.env,
            kind === 'cjs' ? 'require' : 'import',
            place === undefined ? [] : [FOLDER],
          );
          assert.equal(ending.code, 0, ending.stderr);
          assert.equal(ending.ownStderr, '');
          assert.deepEqual(
            ending.said.filter(({ level }) => level !== 'info'),
            [],
          );
          const spans = collector.store.spans();
          const servers = spans.filter(isServer).sort((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano));
          assert.equal(servers.length, framework.rows.length, `server spans: ${servers.map(({ name }) => name).join(', ')}`);
          framework.rows.forEach((row, index) => {
            const server = servers[index] as ReceivedSpan;
            const all = collector.store.spansOf(server.traceId);
            const [method] = row.ask.split(' ');
            const status = row.status ?? 200;
            assert.equal(statuses[index], status, row.ask);
            assert.deepEqual(
              {
                ask: row.ask,
                name: server.name,
                route: server.attributes['http.route'],
                status: server.attributes['http.response.status_code'],
                code: server.status.code,
                exceptions: exceptionsOf(all),
              },
              {
                ask: row.ask,
                name: row.route === undefined ? method : `${method} ${row.route}`,
                route: row.route,
                status,
                code: status >= 500 ? 'error' : 'unset',
                exceptions: row.exception === undefined ? [] : [row.exception],
              },
            );
            const others = all.filter((span) => span !== server);
            assert.deepEqual(
              others.filter(({ name, kind: spanKind }) => spanKind !== 'internal' || framework.besides?.test(name) !== true),
              [],
              `${row.ask} has too many spans`,
            );
          });
          assertDurations(collector, framework.rows);
        } finally {
          place?.remove();
        }
      });
    }
  });
}

it('requests that are not sampled are counted by their routes all the same', async () => {
  await using collector = await startCollector();
  const { ending } = await serveRows(
    join(FOLDER, 'express.cjs'),
    EXPRESS,
    { ...collector.env, OTEL_TRACES_SAMPLER: 'always_off' },
    'require',
  );
  assert.equal(ending.code, 0, ending.stderr);
  assert.deepEqual(collector.store.spans(), []);
  assertDurations(collector, EXPRESS);
});

/** The same route is on `http.server.request.duration`, and each request was counted once. */
function assertDurations({ store }: Collector, rows: readonly Row[]): void {
  const metric = store.metrics().findLast(({ name }) => name === 'http.server.request.duration');
  assert.ok(metric, 'no durations');
  const counted = (metric.points as readonly HistogramPoint[]).flatMap(({ attributes, count }) =>
    Array<string>(Number(count)).fill(
      `${attributes['http.request.method']} ${attributes['http.route']} ${attributes['http.response.status_code']}`,
    ),
  );
  const asked = rows.map(({ ask: line, route, status = 200 }) => `${line.split(' ')[0]} ${route} ${status}`);
  assert.deepEqual(counted.sort(), asked.sort());
}
