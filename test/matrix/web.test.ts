/**
 * Each way to preload, for CommonJS and ES modules, on the oldest, the newest and the releases between where hooks changed: one
 * request is one trace with all its spans, and the program says what it says alone.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { join } from 'node:path';
import type { ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { startCollector } from '../e2e/kit/collector.ts';
import { PRELOADS, ROOT, runProgram, type Ending, type Preload } from '../e2e/kit/run-program.ts';
import { missing, startPostgres, startRedis, type Service } from '../services/services.ts';
import { installNode, RELEASES } from './releases.ts';

const SPANS = [
  'client GET undefined',
  'client GET undefined',
  'client GET undefined',
  'client get undefined',
  'client pg.query:SELECT postgres undefined',
  'client set undefined',
  'internal request handler - /leaf/:kind /leaf/:kind',
  'internal request handler - /leaf/:kind /leaf/:kind',
  'internal request handler - /orders/:order /orders/:order',
  'server GET /leaf/:kind /leaf/:kind',
  'server GET /leaf/:kind /leaf/:kind',
  'server GET /orders/:order /orders/:order',
];

describe('one request', { skip: missing('postgres', 'redis'), concurrency: 2 }, () => {
  let services: readonly Service[] = [];
  let env: Readonly<Record<string, string>> = {};
  before(async () => {
    services = await Promise.all([startPostgres(), startRedis()]);
    const [postgres, redis] = services;
    env = { POSTGRES: postgres?.url ?? '', REDIS: redis?.url ?? '' };
  });
  after(async () => void (await Promise.all(services.map(({ stop }) => stop()))));

  for (const release of RELEASES) {
    for (const kind of ['cjs', 'mjs'] as const) {
      const program = join(ROOT, 'test/matrix/programs', `web.${kind}`);
      const bareRuns = new Map<Preload, Promise<Ending>>();
      const bareRun = async (preload: Preload): Promise<Ending> => {
        const run = bareRuns.get(preload) ?? installNode(release).then((node) => runProgram({ program, preload, node, env }));
        bareRuns.set(preload, run);
        return run;
      };
      for (const preload of PRELOADS) {
        it(`on ${release}, ${kind}, by ${preload}`, async () => {
          await using collector = await startCollector();
          const bare = await bareRun(preload === 'import' ? 'import-nothing' : 'none');
          assert.equal(bare.code, 0, bare.stderr);
          const ending = await runProgram({ program, preload, node: await installNode(release), env: { ...env, ...collector.env } });
          assert.deepEqual(
            { code: ending.code, stdout: ending.stdout, stderr: ending.ownStderr },
            { code: bare.code, stdout: bare.stdout, stderr: bare.ownStderr },
          );
          assert.deepEqual(
            ending.said.map(({ code }) => code),
            ['started'],
            ending.stderr,
          );
          const spans = collector.store.spans();
          assert.deepEqual(spans.map(describeSpan).sort(), SPANS);
          assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
          assertNested(spans);
        });
      }
    }
  }
});

function describeSpan({ kind, name, attributes }: ReceivedSpan): string {
  return `${kind} ${name} ${attributes['http.route']}`;
}

/** All that the route did belongs to its handler, and what it asked of itself to the client span of the question. */
function assertNested(spans: readonly ReceivedSpan[]): void {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const parentOf = ({ parentSpanId }: ReceivedSpan): string => {
    const parent = parentSpanId === undefined ? undefined : byId.get(parentSpanId);
    return parent === undefined ? 'nothing' : `${parent.kind} ${parent.name}`;
  };
  const pairs = new Set(spans.map((span) => `${span.kind} ${span.name} in ${parentOf(span)}`));
  assert.deepEqual([...pairs].sort(), [
    'client GET in internal request handler - /orders/:order',
    'client GET in nothing',
    'client get in internal request handler - /orders/:order',
    'client pg.query:SELECT postgres in internal request handler - /orders/:order',
    'client set in internal request handler - /orders/:order',
    'internal request handler - /leaf/:kind in server GET /leaf/:kind',
    'internal request handler - /orders/:order in server GET /orders/:order',
    'server GET /leaf/:kind in client GET',
    'server GET /orders/:order in client GET',
  ]);
}
