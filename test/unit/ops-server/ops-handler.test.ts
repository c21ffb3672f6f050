/** The handler in servers of applications. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { createOpsHandler } from '../../../src/ops-server/ops-handler.ts';
import type { OpsHandler } from '../../../src/ops-server/ops-types.ts';
import { partsWith } from './kit.ts';

// Some of them carry no types of their own here.
const require = createRequire(import.meta.url);

interface Served {
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

async function serve(listener: RequestListener | Server): Promise<Served> {
  const server = typeof listener === 'function' ? createServer(listener) : listener;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Use = (handler: OpsHandler) => Promise<RequestListener>;

const FRAMEWORKS: Readonly<Record<string, Use>> = {
  'node:http': async (handler) => (request, response) => void handler(request, response, () => response.end('own')),
  async express(handler) {
    const app = (require('express') as () => { use(...args: unknown[]): void } & RequestListener)();
    app.use(handler);
    app.use((_request: unknown, response: { send(text: string): void }) => response.send('own'));
    return app;
  },
  async koa(handler) {
    const Koa = require('koa') as { default?: unknown };
    const app = new ((Koa.default ?? Koa) as new () => { use(fn: unknown): void; callback(): RequestListener })();
    app.use(handler);
    app.use((context: { body: string }) => void (context.body = 'own'));
    return app.callback();
  },
  async fastify(handler) {
    const app = (require('fastify') as () => { all(path: string, fn: unknown): void; setNotFoundHandler(fn: unknown): void; ready(): Promise<void>; routing: RequestListener })(); // prettier-ignore
    app.all('/*', handler);
    app.setNotFoundHandler((_request: unknown, reply: { code(status: number): { send(text: string): void } }) =>
      reply.code(200).send('own'),
    );
    await app.ready();
    return app.routing;
  },
  async hono(handler) {
    const { Hono } = (await import('hono')) as { Hono: new () => { use(path: string, fn: unknown): void; get(path: string, fn: unknown): void; fetch(request: Request): Promise<Response> } }; // prettier-ignore
    const app = new Hono();
    app.use('*', handler);
    app.get('*', (context: { text(text: string): unknown }) => context.text('own'));
    return (request, response) => {
      const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as [string, string]);
      void app.fetch(new Request(`http://own${request.url}`, { method: request.method ?? 'GET', headers })).then(async (answered) => {
        response.writeHead(answered.status, Object.fromEntries(answered.headers));
        response.end(Buffer.from(await answered.arrayBuffer()));
      });
    };
  },
};

describe('the ops port mounted', () => {
  for (const [name, use] of Object.entries(FRAMEWORKS))
    it(`into ${name} answers its own paths and passes the others on`, async () => {
      const parts = partsWith({ token: 'known' });
      parts.health.register('database', () => ({ status: 'unhealthy', error: 'away' }));
      await using server = await serve(await use(createOpsHandler(() => parts)));
      const health = await fetch(`${server.url}/health`, { headers: { authorization: 'Bearer known' } });
      assert.equal(health.status, 503);
      assert.equal(((await health.json()) as { checks: { database: { error: string } } }).checks.database.error, 'away');
      const metrics = await fetch(`${server.url}/metrics?a`, { headers: { accept: 'application/openmetrics-text' } });
      assert.match(metrics.headers.get('content-type') ?? '', /^application\/openmetrics-text/);
      assert.match(await metrics.text(), /\n# EOF\n$/);
      const post = await fetch(`${server.url}/live`, { method: 'POST' });
      assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD']);
      const head = await fetch(`${server.url}/live`, { method: 'HEAD' });
      assert.deepEqual([head.status, await head.text()], [200, '']);
      assert.equal(await (await fetch(`${server.url}/orders`)).text(), 'own');
    });

  it('below a path, by the framework or by itself', async () => {
    const app = (require('express') as () => { use(...args: unknown[]): void } & RequestListener)();
    app.use(
      '/ops',
      createOpsHandler(() => partsWith()),
    );
    app.use(createOpsHandler(() => partsWith(), { basePath: '/internal/' }));
    app.use(createOpsHandler(() => partsWith(), { basePath: 'no/slash' }));
    await using server = await serve(app);
    const statusOf = async (path: string): Promise<number> => (await fetch(server.url + path)).status;
    assert.deepEqual(await Promise.all(['/ops/live', '/internal/live', '/no/slash/live', '/live'].map(statusOf)), [200, 200, 200, 404]);
  });

  it('answers 404 where there is nobody else', async () => {
    await using server = await serve(createOpsHandler(() => partsWith()) as RequestListener);
    assert.equal((await fetch(`${server.url}/orders`)).status, 404);
  });

  it('throws for what no framework gives', () => {
    assert.throws(() => createOpsHandler(() => partsWith())({}, {}), /must be given what node:http/);
  });
});
