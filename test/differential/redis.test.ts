/** Clients of Redis against a real one: what a program sees is what it sees without signalbox, and each command is in the trace of its caller. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { missing, startRedis, type Service } from '../services/services.ts';
import { compare, runWatched } from './kit.ts';

describe('ioredis', { skip: missing('redis') }, () => {
  let service: Service;
  before(async () => void (service = await startRedis()));
  after(() => service.stop());
  const env = () => ({ SERVICE: service.url });

  it('gives a program what it gives it without signalbox', async () => {
    await compare({ program: 'ioredis.cjs', env: env() }, 60);
  });

  for (const ending of [
    'unhandled-command',
    'unhandled-pipeline',
    'unhandled-transaction',
    'unhandled-automatic',
    'thrown-in-callback',
    'rejections-counted',
  ]) {
    it(`ends a program as without signalbox: ${ending}`, async () => {
      const { spans } = await compare({ program: 'ioredis-endings.cjs', args: [ending], env: env() }, 0);
      const failed = spans.filter(({ kind, status }) => kind === 'client' && status.code === 'error');
      assert.equal(failed.length > 0, ending !== 'thrown-in-callback');
    });
  }

  it('has a span for each command, in the trace of its request and before what its callback does', async () => {
    const REQUESTS = 50;
    const { code, spans, metrics } = await runWatched({ program: 'ioredis-requests.cjs', args: [String(REQUESTS)], env: env() });
    assert.equal(code, 0);
    const servers = spans.filter(({ kind }) => kind === 'server');
    assert.equal(servers.length, REQUESTS);
    for (const server of servers) {
      const id = String(server.attributes['url.path']).slice(1);
      const inTrace = spans.filter(({ traceId }) => traceId === server.traceId);
      const commands = inTrace.filter(({ scope, name }) => scope.name === 'signalbox/ioredis' && !HANDSHAKE.has(name));
      assert.deepEqual(
        commands.map(({ attributes, status }) => `${attributes['db.operation.name']}|${attributes['db.query.text']}|${status.code}`).sort(),
        [
          'LPUSH|LPUSH order:? ?|error',
          'MULTI incr|incr count|unset',
          'PIPELINE get|get count|unset',
          'PIPELINE incr|incr count|unset',
          'PIPELINE incr|incr count|unset',
          'exec|exec|unset',
          'get|get order:?|unset',
          'multi|multi|unset',
          'set|set order:? ?|unset',
        ],
      );
      for (const { attributes, kind, parentSpanId, status } of commands) {
        assert.deepEqual([kind, parentSpanId], ['client', server.spanId]);
        assert.equal(attributes['db.system.name'], 'redis');
        assert.equal(attributes['db.namespace'], '0');
        assert.deepEqual([attributes['server.address'], Number(attributes['server.port'])], ['127.0.0.1', service.port]);
        if (status.code === 'error') assert.equal(attributes['db.response.status_code'], 'WRONGTYPE');
      }
      assert.deepEqual(
        inTrace.filter(({ name }) => name.startsWith('after')).map(({ name }) => name),
        Array(6).fill(`after ${id}`),
      );
    }
    const duration = metrics.find(({ name }) => name === 'db.client.operation.duration');
    assert.ok(duration?.type === 'histogram');
    const failed = duration.points.filter(({ attributes }) => attributes['error.type'] === 'WRONGTYPE');
    assert.deepEqual(
      failed.map(({ count }) => Number(count)),
      [REQUESTS],
    );
  });

  it('does not record commands outside of any work', async () => {
    const { code, spans } = await runWatched({ program: 'ioredis-requests.cjs', args: ['0'], env: env() });
    assert.deepEqual([code, spans], [0, []]);
  });
});

describe('redis', { skip: missing('redis') }, () => {
  let service: Service;
  before(async () => void (service = await startRedis()));
  after(() => service.stop());
  const env = () => ({ SERVICE: service.url });

  it('gives a program what it gives it without signalbox', async () => {
    await compare({ program: 'redis.cjs', env: env() }, 35);
  });

  for (const ending of [
    'unhandled-command',
    'unhandled-raw',
    'unhandled-transaction',
    'unhandled-pipeline',
    'unheard-error',
    'rejections-counted',
  ]) {
    it(`ends a program as without signalbox: ${ending}`, async () => {
      const { spans } = await compare({ program: 'redis-endings.cjs', args: [ending], env: env() }, 0);
      const failed = spans.filter(({ kind, status }) => kind === 'client' && status.code === 'error');
      assert.equal(failed.length > 0, ending !== 'unheard-error');
    });
  }

  it('has a span for each command, in the trace of its request, also when a pool makes it wait', async () => {
    const REQUESTS = 50;
    const { code, spans, metrics } = await runWatched({ program: 'redis-requests.cjs', args: [String(REQUESTS)], env: env() });
    assert.equal(code, 0);
    const servers = spans.filter(({ kind }) => kind === 'server');
    assert.equal(servers.length, REQUESTS);
    for (const server of servers) {
      const id = String(server.attributes['url.path']).slice(1);
      const inTrace = spans.filter(({ traceId }) => traceId === server.traceId);
      const commands = inTrace.filter(({ scope }) => scope.name === 'signalbox/redis');
      assert.deepEqual(
        commands.map(({ attributes, status }) => `${attributes['db.operation.name']}|${attributes['db.query.text']}|${status.code}`).sort(),
        [
          'GET|GET count|unset',
          'GET|GET order:?|unset',
          'INCR|INCR count|unset',
          'LPUSH|LPUSH order:? ?|error',
          'MULTI|MULTI|unset',
          'PIPELINE GET|GET count|unset',
          'PIPELINE INCR|INCR count|unset',
          'SET|SET order:? ?|unset',
        ],
      );
      for (const { attributes, kind, parentSpanId } of commands) {
        assert.deepEqual([kind, parentSpanId], ['client', server.spanId]);
        assert.equal(attributes['db.system.name'], 'redis');
        assert.equal(attributes['db.namespace'], '0');
        assert.deepEqual([attributes['server.address'], Number(attributes['server.port'])], ['127.0.0.1', service.port]);
        assert.equal(Number(attributes['db.operation.batch.size'] ?? 0), attributes['db.operation.name'] === 'MULTI' ? 2 : 0);
      }
      assert.deepEqual(
        inTrace.filter(({ name }) => name.startsWith('after')).map(({ name }) => name),
        Array(7).fill(`after ${id}`),
      );
    }
    const duration = metrics.find(({ name }) => name === 'db.client.operation.duration');
    assert.ok(duration?.type === 'histogram');
    const failed = duration.points.filter(({ attributes }) => attributes['error.type'] === 'WRONGTYPE');
    assert.deepEqual(
      failed.map(({ count }) => Number(count)),
      [REQUESTS],
    );
  });

  it('does not record commands outside of any work', async () => {
    const { code, spans } = await runWatched({ program: 'redis-requests.cjs', args: ['0'], env: env() });
    assert.deepEqual([code, spans], [0, []]);
  });
});

/** What a client sends when it connects, in the trace of the request that made it connect. */
const HANDSHAKE = new Set(['info', 'select', 'client', 'auth', 'hello', 'readonly']);
