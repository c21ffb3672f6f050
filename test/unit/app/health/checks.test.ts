/** The ready-made checks that need no server of others; those that do stand in test/services/health.test.ts. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import type { Check, CheckResult } from '../../../../src/app/health/check.ts';
import { diskCheck } from '../../../../src/app/health/checks/disk.ts';
import { eventLoopCheck } from '../../../../src/app/health/checks/event-loop.ts';
import { httpCheck } from '../../../../src/app/health/checks/http.ts';
import { llmCheck } from '../../../../src/app/health/checks/llm.ts';
import { memoryCheck } from '../../../../src/app/health/checks/memory.ts';
import { migrationsCheck } from '../../../../src/app/health/checks/migrations.ts';
import { mongodbCheck } from '../../../../src/app/health/checks/mongodb.ts';
import { postgresCheck } from '../../../../src/app/health/checks/postgres.ts';
import { redisCheck } from '../../../../src/app/health/checks/redis.ts';
import { tcpCheck } from '../../../../src/app/health/checks/tcp.ts';
import { telegramCheck } from '../../../../src/app/health/checks/telegram.ts';
import { telemetryCheck } from '../../../../src/app/health/checks/telemetry.ts';
import { createHealth } from '../../../../src/app/health/health.ts';
import { countAcknowledged, countDropped, createAccount, noteFailure, publishAccounts } from '../../../../src/diagnostics/account.ts';

async function ask(check: Check, timeoutMs = 2000): Promise<CheckResult> {
  const health = createHealth();
  health.register('it', check, { timeoutMs });
  return (await health.report()).checks['it'] as CheckResult;
}

async function serve(listener: RequestListener): Promise<{ url: string; port: number; [Symbol.asyncDispose](): Promise<void> }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const REFUSING = 'http://127.0.0.1:1';

describe('httpCheck', () => {
  it('takes the status, and sends method and headers', async () => {
    await using server = await serve((request, response) => {
      response.writeHead(request.headers['x-key'] === 'k' && request.method === 'HEAD' ? 200 : 500).end();
    });
    assert.deepEqual((await ask(httpCheck(server.url, { method: 'HEAD', headers: { 'x-key': 'k' } }))).details, { http_status: 200 });
    const failed = await ask(httpCheck(server.url));
    assert.deepEqual([failed.status, failed.error], ['unhealthy', 'HTTP status 500']);
    assert.equal((await ask(httpCheck(server.url, { isExpected: (status) => status === 500 }))).status, 'healthy');
  });

  it('says why nobody answers', async () => {
    assert.match((await ask(httpCheck(REFUSING))).error ?? '', /fetch failed: .*(ECONNREFUSED|bad port)/);
    await using silent = await serve(() => {});
    assert.equal((await ask(httpCheck(silent.url), 30)).error, 'the check did not answer within 30 ms');
    assert.equal((await ask(httpCheck('no url'))).status, 'unhealthy');
  });
});

describe('tcpCheck', () => {
  it('connects, or says why it cannot', async () => {
    await using server = await serve(() => {});
    assert.equal((await ask(tcpCheck({ host: '127.0.0.1', port: server.port }))).status, 'healthy');
    assert.match((await ask(tcpCheck({ host: '127.0.0.1', port: 1 }))).error ?? '', /ECONNREFUSED/);
    assert.equal((await ask(tcpCheck({ host: '127.0.0.1', port: 70_000 }))).status, 'unhealthy');
  });
});

describe('telegramCheck', () => {
  const token = '123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc';

  it('shows no token, whoever repeats it', async () => {
    await using server = await serve((request, response) => {
      const ok = request.url === `/bot${token}/getMe`;
      const answer = ok ? { ok: true, result: { username: 'shop_bot' } } : { ok: false, description: `no bot at ${request.url}` };
      response.writeHead(ok ? 200 : 401).end(JSON.stringify(answer));
    });
    assert.deepEqual((await ask(telegramCheck(token, { apiRoot: server.url }))).details, { username: 'shop_bot' });
    for (const secret of ['wrong-token', '1:short'])
      assert.doesNotMatch(JSON.stringify(await ask(telegramCheck(secret, { apiRoot: server.url }))), new RegExp(secret));
    assert.doesNotMatch(JSON.stringify(await ask(telegramCheck(token, { apiRoot: REFUSING }))), /AAEhBOweik/);
  });

  it('asks a bot of grammY or Telegraf', async () => {
    const getMe = async (): Promise<object> => ({ username: 'shop_bot' });
    for (const bot of [{ api: { getMe } }, { telegram: { getMe } }])
      assert.deepEqual((await ask(telegramCheck(bot))).details, { username: 'shop_bot' });
    const failing = { api: { getMe: () => Promise.reject(new Error(`request to https://api.telegram.org/bot${token}/getMe failed`)) } };
    assert.doesNotMatch(JSON.stringify(await ask(telegramCheck(failing))), /AAEhBOweik/);
  });
});

describe('llmCheck', () => {
  it('passes the options of the request where each client has them', async () => {
    const calls: unknown[][] = [];
    const models = { list: (...args: unknown[]) => (calls.push(args), Promise.resolve()), retrieve: (...args: unknown[]) => (calls.push(args), Promise.resolve()) }; // prettier-ignore
    await ask(llmCheck({ models }));
    await ask(llmCheck({ models }, { model: 'gpt-5' }));
    await ask(llmCheck({ models, messages: {} } as { models: typeof models }, { model: 'claude' }));
    assert.deepEqual(calls.map((args) => args.map((arg) => (typeof arg === 'object' ? Object.keys(arg as object).join() : arg))), [['signal,maxRetries'], ['gpt-5', 'signal,maxRetries'], ['claude', '', 'signal,maxRetries']]); // prettier-ignore
  });

  it('fails with what the client says', async () => {
    const models = { list: () => Promise.reject(Object.assign(new Error('401 Incorrect API key provided: sk-proj-abcdefghijklmnop123456'), { status: 401 })) }; // prettier-ignore
    const { status, error = '' } = await ask(llmCheck({ models }));
    assert.equal(status, 'unhealthy');
    assert.match(error, /401 Incorrect API key/);
    assert.doesNotMatch(error, /abcdefghijklmnop/);
  });
});

describe('migrationsCheck', () => {
  const rows: readonly [unknown, string][] = [
    [0, 'healthy'],
    [2, 'unhealthy'],
    [true, 'healthy'],
    [false, 'unhealthy'],
    [[], 'healthy'],
    [['add-users'], 'unhealthy'],
    [{ rows: [{ count: '0' }] }, 'healthy'],
    [{ rows: [{ count: '3' }] }, 'unhealthy'],
    [[[{ 'count(*)': 0 }], []], 'healthy'],
    [{ rows: [] }, 'healthy'],
    [[{ name: 'add-users', file: 'a.js' }], 'unhealthy'],
    [undefined, 'unhealthy'],
    ['none', 'unhealthy'],
  ];
  for (const [answer, status] of rows)
    it(`${JSON.stringify(answer)} is ${status}`, async () => {
      assert.equal((await ask(migrationsCheck(() => answer))).status, status);
    });

  it('names those that are pending', async () => {
    const { details, error } = await ask(migrationsCheck(async () => ['add-users', 'add-orders']));
    assert.deepEqual([details, error], [{ pending: 2, names: ['add-users', 'add-orders'] }, '2 migrations are not applied']);
  });
});

describe('checks of databases', () => {
  it('ask postgres.js, and relatives of PostgreSQL without statistics', async () => {
    const asked: string[] = [];
    const client = { unsafe: (sql: string) => (asked.push(sql), /pg_stat/.test(sql) ? Promise.reject(new Error('permission denied')) : Promise.resolve([{}])) }; // prettier-ignore
    assert.equal((await ask(postgresCheck(client))).status, 'healthy');
    assert.equal(asked[0], 'SELECT 1');
  });

  it('give a connection of a pool back once, destroyed when it did not answer', async () => {
    const released: unknown[] = [];
    const connection = { query: (): Promise<unknown> => new Promise(() => {}), release: (destroy: unknown) => void released.push(destroy) };
    const pool = { totalCount: 1, idleCount: 0, waitingCount: 0, connect: async () => connection, query: connection.query };
    assert.equal((await ask(postgresCheck(pool), 10)).status, 'unhealthy');
    assert.deepEqual(released, [true]);
    connection.query = async () => ({ rows: [{}] });
    assert.equal((await ask(postgresCheck(pool))).status, 'healthy');
    assert.deepEqual(released, [true, false]);
  });

  it('ask MongoDB by its client, its database, or mongoose', async () => {
    const database = {
      command: async (command: object) => ('ping' in command ? { ok: 1 } : { connections: { current: 5, available: 95 } }),
    };
    for (const client of [database, { db: () => database }, { db: database }])
      assert.deepEqual((await ask(mongodbCheck(client))).details, { connections: 5, available_connections: 95 });
    assert.equal((await ask(mongodbCheck({ db: undefined }))).error, 'not connected');
  });

  it('do not queue commands of Redis while there is no connection', async () => {
    const client = { ping: () => Promise.reject(new Error('asked')), info: async () => '' };
    assert.equal((await ask(redisCheck({ ...client, status: 'reconnecting' } as typeof client))).error, 'not connected (reconnecting)');
    assert.equal((await ask(redisCheck({ ...client, isReady: false } as typeof client))).error, 'not connected');
    assert.equal((await ask(redisCheck({ ...client, status: 'ready' } as typeof client))).error, 'asked');
  });
});

describe('checks of the process', () => {
  it('know the disk', async () => {
    assert.equal((await ask(diskCheck('/', { degradedBelow: 0, unhealthyBelow: 0 }))).status, 'healthy');
    assert.equal((await ask(diskCheck('/', { degradedBelow: 1.1, unhealthyBelow: 0 }))).status, 'degraded');
    assert.match((await ask(diskCheck('/', { unhealthyBelow: 1.1 }))).error ?? '', /% of the disk is free, must be at least 10 %/);
    assert.match((await ask(diskCheck('/no/such/folder'))).error ?? '', /ENOENT/);
  });

  it('know the memory by its real limit', async () => {
    const { status, details } = await ask(memoryCheck());
    assert.equal(status, 'healthy');
    assert.ok((details?.['heap_limit_bytes'] as number) > 2 * (details?.['heap_used_bytes'] as number));
    assert.match((await ask(memoryCheck({ degradedAbove: 0 }))).error ?? '', /is used, must be at most 0 %/);
  });

  it('know the delay of the event loop', async () => {
    const check = eventLoopCheck({ degradedAboveMs: 1, unhealthyAboveMs: 60_000 });
    assert.equal((await ask(check)).status, 'healthy');
    // Two samples: before, and after what holds it up.
    await new Promise((resolve) => setTimeout(resolve, 60));
    const until = performance.now() + 100;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const { status, details } = await ask(check);
    assert.equal(status, 'degraded', JSON.stringify(details));
  });
});

describe('telemetryCheck', () => {
  afterEach(() => publishAccounts([]));

  it('is degraded without telemetry, while an endpoint fails, and by a new loss', async () => {
    const check = telemetryCheck();
    assert.equal((await ask(check)).status, 'degraded');
    const account = createAccount('traces');
    publishAccounts([account]);
    account.produced = 10;
    countAcknowledged(account, 5);
    const well = await ask(check);
    assert.equal(well.status, 'healthy');
    assert.deepEqual(well.details, { traces: { produced: 10, acknowledged: 5, in_flight: 5, dropped: {}, last_success_seconds_ago: 0 } });
    noteFailure(account, 'connection_refused');
    assert.equal((await ask(check)).error, 'traces cannot be exported (connection refused)');
    countAcknowledged(account, 1);
    countDropped(account, 'queue_full', 2);
    assert.equal((await ask(check)).error, '2 records of traces were lost');
    assert.equal((await ask(check)).status, 'healthy');
  });
});
