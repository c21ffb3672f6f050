/** Libraries against their servers: what a program sees is what it sees without signalbox, and each call is in the trace of its caller. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { missing, startKafka, startMariadb, startRabbitmq, type Service } from '../services/services.ts';
import { compare, runWatched } from './kit.ts';

describe('mysql2', { skip: missing('mariadb') }, () => {
  let service: Service;
  before(async () => void (service = await startMariadb()));
  after(() => service.stop());
  const env = () => ({ SERVICE: service.url });

  it('gives a program what it gives it without signalbox', async () => {
    await compare({ program: 'mysql2.cjs', env: env() }, 80);
  });

  for (const ending of [
    'unheard-query',
    'unheard-execute',
    'unheard-stream',
    'unheard-pool',
    'unheard-connection',
    'unhandled-query',
    'unhandled-execute',
    'unhandled-pool',
    'rejections-counted',
  ]) {
    it(`ends a program as without signalbox: ${ending}`, async () => {
      const { spans } = await compare({ program: 'mysql2-endings.cjs', args: [ending], env: env() });
      const failed = spans.filter(({ kind, status }) => kind === 'client' && status.code === 'error');
      assert.equal(failed.length > 0, ending !== 'unheard-connection');
      for (const { attributes } of failed) assert.equal(attributes['db.response.status_code'], '1146');
    });
  }

  it('has a span for each call, in the trace of its request and before what its callback does', async () => {
    const REQUESTS = 50;
    const { code, spans, metrics } = await runWatched({ program: 'mysql2-requests.cjs', args: [String(REQUESTS)], env: env() });
    assert.equal(code, 0);
    const servers = spans.filter(({ kind }) => kind === 'server');
    assert.equal(servers.length, REQUESTS);
    for (const server of servers) {
      const id = String(server.attributes['url.path']).slice(1);
      const inTrace = spans.filter(({ traceId }) => traceId === server.traceId);
      const queries = inTrace.filter(({ scope }) => scope.name === 'signalbox/mysql2');
      assert.deepEqual(queries.map(({ attributes, status }) => `${attributes['db.query.text']} ${status.code}`).sort(), [
        'SELECT ? AS executed unset',
        'SELECT ? UNION SELECT ? unset',
        'SELECT ? unset',
        'SELECT ? unset',
        'SELECT wrong FROM nothing error',
      ]);
      for (const { attributes, kind, name, parentSpanId } of queries) {
        assert.deepEqual([kind, name, parentSpanId], ['client', 'SELECT', server.spanId]);
        assert.equal(attributes['db.system.name'], 'mysql');
        assert.equal(attributes['db.namespace'], 'test');
        assert.equal(attributes['db.operation.name'], 'SELECT');
        assert.deepEqual([attributes['server.address'], Number(attributes['server.port'])], ['127.0.0.1', service.port]);
      }
      // Five callbacks, two rows, and a connection of the pool.
      assert.deepEqual(
        inTrace.filter(({ name }) => name.startsWith('after')).map(({ name }) => name),
        Array(8).fill(`after ${id}`),
      );
    }
    const duration = metrics.find(({ name }) => name === 'db.client.operation.duration');
    assert.ok(duration?.type === 'histogram');
    assert.equal(duration.unit, 's');
    assert.deepEqual(
      duration.points.map(({ attributes, count }) => [attributes['error.type'], Number(count)]).sort(),
      [
        ['1146', REQUESTS],
        [undefined, 4 * REQUESTS],
      ].sort(),
    );
  });

  it('does not record queries outside of any work', async () => {
    const { code, spans } = await runWatched({ program: 'mysql2-requests.cjs', args: ['0'], env: env() });
    assert.deepEqual([code, spans], [0, []]);
  });
});

describe('@grpc/grpc-js', () => {
  for (const kind of ['generated', 'plain']) {
    it(`gives a program what it gives it without signalbox: ${kind} clients`, async () => {
      await compare({ program: 'grpc.cjs', args: [kind] }, 60);
    });
  }

  for (const ending of [
    'unheard-stream',
    'throwing-callback',
    'throwing-failed-callback',
    'throwing-listener',
    'throwing-stream-handler',
  ]) {
    it(`ends a program as without signalbox: ${ending}`, async () => {
      await compare({ program: 'grpc-endings.cjs', args: [ending] });
    });
  }

  it('has a client and a server span for each call, in the trace of its request', async () => {
    const REQUESTS = 50;
    const { code, spans, metrics } = await runWatched({ program: 'grpc-requests.cjs', args: [String(REQUESTS)] });
    assert.equal(code, 0);
    const requests = spans.filter(({ attributes, kind }) => kind === 'server' && attributes['url.path'] !== undefined);
    assert.equal(requests.length, REQUESTS);
    for (const request of requests) {
      const id = String(request.attributes['url.path']).slice(1);
      const inTrace = spans.filter(({ traceId }) => traceId === request.traceId);
      const calls = inTrace.filter(({ scope }) => scope.name === 'signalbox/grpc');
      const shown = (kind: string) =>
        calls
          .filter((span) => span.kind === kind)
          .map(({ attributes, name, status }) =>
            `${name} ${attributes['rpc.status_code']} ${status.code} ${attributes['error.type'] ?? ''}`.trimEnd(),
          )
          .sort();
      assert.deepEqual(shown('client'), [
        'grpc.shop.Orders/Fail NOT_FOUND error NOT_FOUND',
        'grpc.shop.Orders/Many OK unset',
        'grpc.shop.Orders/One OK unset',
        'grpc.shop.Orders/Slow CANCELLED error CANCELLED',
        'grpc.shop.Orders/Slow DEADLINE_EXCEEDED error DEADLINE_EXCEEDED',
        'grpc.shop.Orders/Sum OK unset',
      ]);
      // What the client's deadline ends first reaches the server as a cancellation.
      assert.deepEqual(
        shown('server').map((line) => line.replace(/(Slow) (?:CANCELLED unset|DEADLINE_EXCEEDED error DEADLINE_EXCEEDED)$/, '$1')),
        [
          'grpc.shop.Orders/Fail NOT_FOUND unset',
          'grpc.shop.Orders/Many OK unset',
          'grpc.shop.Orders/One OK unset',
          'grpc.shop.Orders/Slow',
          'grpc.shop.Orders/Slow',
          'grpc.shop.Orders/Sum OK unset',
        ],
      );
      const byId = new Map(calls.map((span) => [span.spanId, span]));
      for (const { attributes, kind, name, parentSpanId = '' } of calls) {
        if (kind === 'client') assert.equal(parentSpanId, request.spanId);
        else assert.deepEqual([byId.get(parentSpanId)?.kind, byId.get(parentSpanId)?.name], ['client', name]);
        assert.deepEqual(
          [attributes['rpc.system.name'], attributes['rpc.method'], attributes['server.address']],
          ['grpc', name.slice('grpc.'.length), '127.0.0.1'],
        );
      }
      for (const { name, parentSpanId = '' } of inTrace.filter((span) => span.name.startsWith('in ')))
        assert.equal(byId.get(parentSpanId)?.name, `grpc.shop.Orders/${name.slice('in '.length)}`);
      // Six callbacks and two messages.
      assert.deepEqual(
        inTrace.filter(({ name }) => name.startsWith('after')).map(({ name }) => name),
        Array(8).fill(`after ${id}`),
      );
    }
    for (const name of ['rpc.client.call.duration', 'rpc.server.call.duration']) {
      const duration = metrics.find((metric) => metric.name === name);
      assert.ok(duration?.type === 'histogram', name);
      assert.equal(
        duration.points.reduce((sum, { count }) => sum + Number(count), 0),
        6 * REQUESTS,
      );
    }
  });
});

describe('amqplib', { skip: missing('rabbitmq') }, () => {
  let service: Service;
  before(async () => void (service = await startRabbitmq()));
  after(() => service.stop());
  const env = () => ({ SERVICE: service.url });

  it('gives a program what it gives it without signalbox', async () => {
    await compare({ program: 'amqplib.cjs', env: env() }, 25);
  });

  for (const ending of ['rejecting-consumer', 'rejections-counted', 'throwing-consumer', 'unhandled-rejection', 'unheard-error']) {
    it(`ends a program as without signalbox: ${ending}`, async () => {
      const { spans } = await compare({ program: 'amqplib-endings.cjs', args: [ending], env: env() });
      const failed = spans.filter(({ kind, status }) => kind === 'consumer' && status.message === 'in a consumer').length;
      assert.equal(failed, ending === 'rejections-counted' ? 3 : ending.endsWith('consumer') ? 1 : 0);
    });
  }

  it('has a span for each message that is sent and processed, in the trace of its request', async () => {
    const REQUESTS = 50;
    const { code, spans, metrics } = await runWatched({ program: 'amqplib-requests.cjs', args: [String(REQUESTS)], env: env() });
    assert.equal(code, 0);
    const requests = spans.filter(({ kind }) => kind === 'server');
    assert.equal(requests.length, REQUESTS);
    for (const request of requests) {
      const id = String(request.attributes['url.path']).slice(1);
      const inTrace = spans.filter(({ traceId }) => traceId === request.traceId);
      const byId = new Map(inTrace.map((span) => [span.spanId, span]));
      assert.deepEqual(inTrace.map(({ kind, name, parentSpanId = '' }) => `${kind} ${name} in ${byId.get(parentSpanId)?.name}`).sort(), [
        'client GET in undefined',
        ...Array<string>(2).fill('consumer requests process in publish <default>'),
        `internal after ${id} in GET`,
        `internal in confirmed ${id} in requests process`,
        `internal in plain ${id} in requests process`,
        ...Array<string>(2).fill('producer publish <default> in GET'),
        'server GET in GET',
      ]);
      for (const { attributes, kind } of inTrace.filter(({ scope }) => scope.name === 'signalbox/amqplib')) {
        assert.equal(attributes['messaging.system'], 'rabbitmq');
        assert.equal(attributes['messaging.destination.name'], 'requests');
        assert.equal(attributes['messaging.operation.type'], kind === 'producer' ? 'send' : 'process');
        assert.equal(Number(attributes['server.port']), service.port);
      }
    }
    for (const name of ['messaging.client.operation.duration', 'messaging.process.duration']) {
      const duration = metrics.find((metric) => metric.name === name);
      assert.ok(duration?.type === 'histogram', name);
      assert.equal(
        duration.points.reduce((sum, { count }) => sum + Number(count), 0),
        2 * REQUESTS,
      );
    }
  });
});

describe('kafkajs', { skip: missing('kafka') }, () => {
  let service: Service;
  before(async () => void (service = await startKafka()));
  after(() => service.stop());

  it('gives a program what it gives it without signalbox, and has a span for each message', async () => {
    const { spans } = await compare({ program: 'kafkajs.cjs', env: { SERVICE: service.url } }, 12);
    const work = spans.find(({ name }) => name === 'work');
    const sent = spans.filter(({ kind, status }) => kind === 'producer' && status.code !== 'error');
    assert.equal(sent.length, 6);
    for (const { attributes, parentSpanId } of sent)
      assert.deepEqual([parentSpanId, attributes['messaging.system']], [work?.spanId, 'kafka']);
    const processed = spans.filter(({ kind }) => kind === 'consumer');
    assert.deepEqual(processed.map(({ status, traceId }) => [status.code, traceId === work?.traceId]).sort(), [
      ['error', true],
      ...Array<unknown>(6).fill(['unset', true]),
    ]);
  });
});
