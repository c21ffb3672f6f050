/** Prisma: what a program sees is what it sees without signalbox; operations and queries are spans in the trace of their request. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { ROOT } from '../e2e/kit/run-program.ts';
import { missing, startPostgres, type Service } from '../services/services.ts';
import { compare, placeOf, runWatched, type Place, type Watched } from './kit.ts';
import { installLibraries } from './libraries.ts';
import { generatePrismaClient } from './prisma-client.ts';

const REQUESTS = 50;

describe('prisma 7', { skip: missing('postgres') }, () => {
  let service: Service;
  let place: Place;
  before(async () => {
    service = await startPostgres();
    place = placeOf([ROOT, await installLibraries()]);
    await generatePrismaClient(place);
  });
  after(async () => {
    place[Symbol.dispose]();
    await service.stop();
  });

  for (const kind of ['cjs', 'mjs'])
    for (const END of ['well', 'throw'])
      it(`gives a program what it gives it without signalbox [${kind}], ending ${END}`, async () => {
        const env = { SERVICE: service.url, END };
        const { spans } = await compare({ place, program: `prisma.${kind}`, env }, 60);
        assert.ok(spans.some(({ name }) => name === 'create Order'));
      });

  async function run(env: Readonly<Record<string, string>> = {}): Promise<Watched> {
    const program = 'prisma-requests.cjs';
    const watched = await runWatched({ place, program, args: [String(REQUESTS)], env: { SERVICE: service.url, ...env } });
    assert.deepEqual([watched.code, watched.ownStderr], [0, '']);
    return watched;
  }

  /** `check` is given the spans of each request. */
  function eachRequest({ spans }: Watched, check: (server: ReceivedSpan, inTrace: readonly ReceivedSpan[]) => void): void {
    const servers = spans.filter(({ kind }) => kind === 'server');
    assert.equal(servers.length, REQUESTS);
    for (const server of servers)
      check(
        server,
        spans.filter(({ traceId }) => traceId === server.traceId),
      );
  }

  function assertOperations(server: ReceivedSpan, inTrace: readonly ReceivedSpan[]): void {
    const operations = inTrace.filter(({ kind, scope }) => scope.name === 'signalbox/prisma' && kind === 'internal');
    assert.deepEqual(operations.map(({ attributes, name }) => `${name} ${String(attributes['error.type'] ?? '')}`.trimEnd()).sort(), [
      'count Order',
      'create Order',
      'create Order P2002',
      'create Order PrismaClientValidationError',
      'queryRaw P2010',
      'transaction',
    ]);
    const transaction = operations.find(({ name }) => name === 'transaction');
    for (const { attributes, name, parentSpanId, status } of operations) {
      assert.equal(parentSpanId, name === 'count Order' ? transaction?.spanId : server.spanId);
      assert.equal(status.code, attributes['error.type'] === undefined ? 'unset' : 'error');
      assert.ok(!(status.message ?? '').includes('\n'));
    }
    const id = String(server.attributes['url.path']).slice(1);
    assert.deepEqual(
      inTrace.filter(({ name }) => name.startsWith('after')).map(({ name }) => name),
      Array<string>(5).fill(`after ${id}`),
    );
  }

  it('has a span for each operation, and one for each query, which is that of the driver', async () => {
    const watched = await run();
    eachRequest(watched, (server, inTrace) => {
      assertOperations(server, inTrace);
      const queries = inTrace.filter(({ kind, scope }) => kind === 'client' && scope.name !== 'signalbox/http');
      assert.ok(queries.length >= 4);
      for (const { parentSpanId, scope } of queries) {
        assert.match(scope.name, /pg$/);
        assert.ok(inTrace.some(({ scope: { name }, spanId }) => spanId === parentSpanId && name === 'signalbox/prisma'));
      }
    });
  });

  it('records queries itself where the driver is not recorded', async () => {
    const watched = await run({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg' });
    eachRequest(watched, (server, inTrace) => {
      assertOperations(server, inTrace);
      const queries = inTrace.filter(({ kind, scope }) => kind === 'client' && scope.name !== 'signalbox/http');
      assert.deepEqual(
        queries.map(({ attributes, name, status }) => `${name} ${String(attributes['db.operation.name'])} ${status.code}`).sort(),
        ['COMMIT COMMIT unset', 'INSERT INSERT error', 'INSERT INSERT unset', 'SELECT SELECT error', 'SELECT SELECT unset'],
      );
      for (const { attributes } of queries) {
        assert.equal(attributes['db.system.name'], 'postgresql');
        assert.equal(typeof attributes['db.query.text'], 'string');
      }
    });
    const duration = watched.metrics.find(({ name }) => name === 'db.client.operation.duration');
    assert.ok(duration !== undefined);
  });
});
