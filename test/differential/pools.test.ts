/** 50 requests at once on two connections, or one broker: each span is in the trace of its own request. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { ROOT } from '../e2e/kit/run-program.ts';
import { missing, startKafka, startMariadb, startPostgres, type Service } from '../services/services.ts';
import { placeOf, runWatched, type Watched } from './kit.ts';
import { installLibraries } from './libraries.ts';

const REQUESTS = 50;

async function run(program: string, service: Service): Promise<Watched> {
  using place = placeOf([ROOT, await installLibraries()]);
  const watched = await runWatched({ place, program, args: [String(REQUESTS)], env: { SERVICE: service.url } });
  assert.deepEqual(
    [watched.code, watched.ownStderr.replaceAll(/^.*(?:TimeoutNegativeWarning|Timeout duration|trace-warnings).*\n/gm, '')],
    [0, ''],
  );
  return watched;
}

/** Each request with its number and all spans of its trace. */
function byRequest(spans: readonly ReceivedSpan[]): readonly { id: string; server: ReceivedSpan; inTrace: readonly ReceivedSpan[] }[] {
  const servers = spans.filter(({ kind }) => kind === 'server');
  assert.equal(servers.length, REQUESTS);
  return servers.map((server) => {
    const id = String(server.attributes['url.path']).slice(1);
    return { id, server, inTrace: spans.filter(({ traceId }) => traceId === server.traceId) };
  });
}

function assertNotes({ id, inTrace }: { id: string; inTrace: readonly ReceivedSpan[] }, count: number): void {
  assert.deepEqual(
    inTrace.filter(({ name }) => name.startsWith('after')).map(({ name }) => name),
    Array(count).fill(`after ${id}`),
  );
}

describe('pg', { skip: missing('postgres') }, () => {
  let service: Service;
  before(async () => void (service = await startPostgres()));
  after(() => service.stop());

  it('has a span for each query, in the trace of its request', async () => {
    const { metrics, spans } = await run('pg-requests.cjs', service);
    for (const request of byRequest(spans)) {
      const queries = request.inTrace.filter(({ name }) => name.startsWith('pg.query'));
      assert.deepEqual(queries.map(({ attributes, status }) => `${attributes['db.query.text']} ${status.code}`).sort(), [
        'SELECT $1::text unset',
        'SELECT ? + ? unset',
        'SELECT ? + ? unset',
        'SELECT ? + ? unset',
        'SELECT ? unset',
        'SELECT wrong FROM nothing error',
      ]);
      for (const { attributes, kind, parentSpanId } of queries)
        assert.deepEqual([kind, parentSpanId, attributes['db.system.name']], ['client', request.server.spanId, 'postgresql']);
      assertNotes(request, 7);
    }
    assert.ok(metrics.some(({ name }) => name === 'db.client.operation.duration'));
  });
});

describe('mysql', { skip: missing('mariadb') }, () => {
  let service: Service;
  before(async () => void (service = await startMariadb()));
  after(() => service.stop());

  it('has a span for each query, in the trace of its request and before what its callback does', async () => {
    const { metrics, spans } = await run('mysql-requests.cjs', service);
    for (const request of byRequest(spans)) {
      const queries = request.inTrace.filter(({ scope }) => scope.name === 'signalbox/mysql');
      assert.deepEqual(queries.map(({ attributes, status }) => `${attributes['db.query.text']} ${status.code}`).sort(), [
        'SELECT ? UNION SELECT ? unset',
        'SELECT ? unset',
        'SELECT ? unset',
        'SELECT wrong FROM nothing error',
      ]);
      for (const { attributes, kind, name, parentSpanId } of queries) {
        assert.deepEqual([kind, name, parentSpanId], ['client', 'SELECT', request.server.spanId]);
        assert.deepEqual([attributes['db.system.name'], attributes['db.namespace']], ['mysql', 'test']);
        assert.deepEqual([attributes['server.address'], Number(attributes['server.port'])], ['127.0.0.1', service.port]);
      }
      // Four callbacks, two rows, and a connection of the pool.
      assertNotes(request, 7);
    }
    const duration = metrics.find(({ name }) => name === 'db.client.operation.duration');
    assert.ok(duration?.type === 'histogram');
    assert.deepEqual(
      duration.points.map(({ attributes, count }) => [attributes['error.type'], Number(count)]).sort(),
      [
        ['1146', REQUESTS],
        [undefined, 3 * REQUESTS],
      ].sort(),
    );
  });
});

describe('kafkajs', { skip: missing('kafka') }, () => {
  let service: Service;
  before(async () => void (service = await startKafka()));
  after(() => service.stop());

  it('has a span for each message, in the trace of its request, and links batches to their messages', async () => {
    const { spans } = await run('kafkajs-requests.cjs', service);
    const linked = new Map<string, ReceivedSpan>();
    for (const span of spans) for (const { spanId } of span.links) linked.set(spanId, span);
    for (const request of byRequest(spans)) {
      const { id, inTrace, server } = request;
      const sent = inTrace.filter(({ kind }) => kind === 'producer');
      assert.deepEqual(sent.map(({ name, parentSpanId }) => [name.replace(/-\d+$/, ''), parentSpanId]).sort(), [
        ['send batch', server.spanId],
        ['send each', server.spanId],
      ]);
      const [inBatch, alone] = sent.toSorted((a, b) => (a.name < b.name ? -1 : 1)) as [ReceivedSpan, ReceivedSpan];
      const processed = inTrace.filter(({ kind, parentSpanId }) => kind === 'consumer' && parentSpanId === alone.spanId);
      assert.equal(processed.length, 1);
      const inner = inTrace.filter(({ name }) => name === `in message ${id}`);
      assert.deepEqual(
        inner.map(({ parentSpanId }) => parentSpanId),
        [processed[0]?.spanId],
      );
      assert.equal(linked.get(inBatch.spanId)?.attributes['messaging.destination.name'], inBatch.attributes['messaging.destination.name']);
      assertNotes(request, 2);
    }
    const batches = new Set(linked.values());
    const within = spans.filter(({ name }) => name === 'in batch');
    assert.ok(within.length > 0);
    for (const { traceId } of within)
      assert.ok(
        [...batches].some((batch) => batch.traceId === traceId),
        'a batch is processed outside of its span',
      );
  });
});
