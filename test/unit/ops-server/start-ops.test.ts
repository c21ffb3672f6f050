/** The ops port and its handlers, asked for from code. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { OpsHandler } from '../../../src/ops-server/ops-types.ts';
import { publishedOpsSources, publishOpsSources, type OpsSources } from '../../../src/ops-server/ops-sources.ts';
import { telemetryState } from '../../../src/runtime/end-work.ts';
import { opsHandler, startOpsServer } from '../../../src/start-ops.ts';
import { health } from '../../../src/app/health/index.ts';
import { sourceOf } from './kit.ts';

interface Counted extends OpsSources {
  readonly counts: { opened: number; collected: number };
}

function countedSources(): Counted {
  const counts = { opened: 0, collected: 0 };
  return {
    counts,
    config: { isWanted: false, host: '127.0.0.1', port: 0, portSetting: 'SIGNALBOX_OPS_PORT', details: false, aliases: false },
    reporter: { say: () => {}, forget: () => {} } as never,
    metrics() {
      counts.opened++;
      return sourceOf([], () => void counts.collected++);
    },
    resource: () => ({}),
    whyNoMetrics: 'No metrics.',
  };
}

/** What a handler answers. */
async function ask(handler: OpsHandler, url: string): Promise<{ status: number; body: string }> {
  const answer = { status: 0, body: '' };
  await handler(
    { method: 'GET', url, headers: {} },
    { writeHead: (status: number) => (answer.status = status), end: (body: Uint8Array) => (answer.body = Buffer.from(body).toString()) },
  );
  return answer;
}

describe('the ops port and its handlers in one process', () => {
  const before = publishedOpsSources();
  afterEach(() => publishOpsSources(before as OpsSources));

  it('share what they answer with, though a handler is made for each request', async () => {
    const sources = countedSources();
    publishOpsSources(sources);
    const server = startOpsServer({ port: 0, details: true });
    const unregister = health.register('database', () => ({ status: 'healthy', details: { connections: 1 } }));
    try {
      await server.ready;
      assert.equal(telemetryState.opsUrl, server.url, 'for the start line');
      const asked = Array.from({ length: 20 }, () => ask(opsHandler({}), '/metrics'));
      const [own] = await Promise.all([fetch(`${server.url}/metrics`), ...asked]);
      assert.equal(own.status, 200);
      assert.equal(sources.counts.opened, 1);
      assert.ok(sources.counts.collected <= 2, `${sources.counts.collected} collections for scrapes at the same time`);
      assert.match(await (await fetch(`${server.url}/health`)).text(), /connections/);
      assert.doesNotMatch((await ask(opsHandler({}), '/health')).body, /connections/, 'what one shows is not what the other may show');
    } finally {
      unregister();
      await server.close();
    }
    assert.equal(telemetryState.opsUrl, undefined);
  });

  it('serve metrics from the moment telemetry starts, whenever the handler was made and asked first', async () => {
    publishOpsSources(undefined as never);
    const handler = opsHandler({});
    assert.equal((await ask(handler, '/metrics')).status, 404);
    publishOpsSources(countedSources());
    assert.equal((await ask(handler, '/metrics')).status, 200);
  });
});
