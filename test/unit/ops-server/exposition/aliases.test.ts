import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { METRIC_ALIASES } from '../../../../src/names/metrics/aliases.ts';
import { METRICS } from '../../../../src/names/metrics/catalogue.ts';
import { withAliases } from '../../../../src/ops-server/exposition/aliases.ts';
import { createExpositionWriter } from '../../../../src/ops-server/exposition/exposition-writer.ts';
import { sourceOf } from '../kit.ts';
import { descriptor, histogram, number, type Metric } from './kit.ts';

async function expose(metrics: readonly Metric[]): Promise<string> {
  const source = withAliases(sourceOf(metrics));
  const writer = createExpositionWriter({ format: 'text', target: '', onConflict: ({ name }) => assert.fail(name) });
  await source.collect(writer);
  writer.take();
  await source.collect(writer);
  return writer.take().toString();
}

describe('aliases', () => {
  it('stand beside the canonical names, and series that differ in nothing else become one', async () => {
    const text = await expose([
      { descriptor: descriptor('http.server.request.duration', { unit: 's', type: 'histogram' }), points: [histogram({ count: 3, sum: 1.5, bounds: [1], counts: [2, 1] }, { 'http.route': '/' })] }, // prettier-ignore
      { descriptor: descriptor('messaging.process.duration', { unit: 's', type: 'histogram' }), points: [histogram({ count: 5, sum: 1 }, { queue: 'a' }), histogram({ count: 1, sum: 1 }, { queue: 'a', 'error.type': 'X' }), histogram({ count: 2, sum: 1 }, { queue: 'a', 'error.type': 'Y' })] }, // prettier-ignore
      { descriptor: descriptor('cache.operations', { unit: '{operation}' }), points: [number(7, { 'cache.name': 'c', 'cache.operation': 'get', 'cache.result': 'hit' }), number(2, { 'cache.name': 'c', 'cache.operation': 'get', 'cache.result': 'miss' })] }, // prettier-ignore
      { descriptor: descriptor('business.conversion_rate', { unit: '1', type: 'gauge' }), points: [number(0.5)] },
      { descriptor: descriptor('own', {}), points: [number(1)] },
    ]);
    for (const line of [
      'http_server_request_duration_seconds_count{http_route="/"} 3',
      'http_requests_total{http_route="/"} 3',
      'http_request_duration_seconds_bucket{http_route="/",le="1.0"} 2',
      'tasks_succeeded_total{queue="a"} 5',
      'tasks_failed_total{queue="a"} 3',
      'cache_hits_total{cache_name="c"} 7',
      'cache_misses_total{cache_name="c"} 2',
      'conversion_rate 0.5',
      'own_total 1',
    ])
      // prettier-ignore
      assert.ok(text.includes(`\n${line}\n`), `${line} is not in\n${text}`);
  });

  it('are served under exactly the names of the table', async () => {
    for (const { alias, metric, part, where = {} } of METRIC_ALIASES) {
      const row = METRICS.get(metric);
      if (row === undefined) continue;
      const attributes = Object.fromEntries(Object.entries(where).filter(([, value]) => value !== '').map(([key, value]) => [key, value === '*' ? 'any' : value])); // prettier-ignore
      const type = row.type === 'histogram' || row.type === 'gauge' ? row.type : 'sum';
      const described = descriptor(metric, { unit: row.unit, type, isMonotonic: row.type === 'counter' });
      const point = type === 'histogram' ? histogram({ count: 1, sum: 1 }, attributes) : number(1, attributes);
      const suffix = type === 'histogram' && part === undefined ? '_count' : '';
      assert.match(await expose([{ descriptor: described, points: [point] }]), new RegExp(`^${alias}${suffix}[ {]`, 'm'), alias);
    }
  });
});
