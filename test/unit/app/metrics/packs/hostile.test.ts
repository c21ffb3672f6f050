import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as metrics from '../../../../../src/app/metrics/index.ts';
import { METRICS } from '../../../../../src/names/metrics/catalogue.ts';
import { HOSTILE_VALUES } from '../../../values/hostile-values.ts';
import { startCollecting } from '../collected.ts';

const collected = startCollecting();

test('no pack throws, whatever it is given, and no value becomes a series of its own', { timeout: 60_000 }, async () => {
  for (const [, value] of HOSTILE_VALUES) {
    const any = value as never;
    const ai = metrics.aiMetrics({ provider: any, model: any, operation: any });
    assert.equal(
      ai.call(() => 1, any),
      1,
    );
    metrics.aiMetrics(any).answered(any);
    const bot = metrics.botMetrics(any);
    bot.message(any);
    bot.command(any);
    assert.equal(
      bot.handle(any, () => 1),
      1,
    );
    void bot.middleware()(any, async () => {});
    const business = metrics.businessMetrics();
    business.conversionRate(any);
    business.lifetimeValue(any, any);
    business.referralRevenue(any, any);
    const cache = metrics.cacheMetrics({ name: any });
    cache.operation(any, any);
    cache.evicted(any, any);
    metrics.watchCache(any, any);
    const database = metrics.databaseMetrics({ system: any, slowMs: any });
    assert.equal(
      database.measure(any, () => 1),
      1,
    );
    database.took(any, any);
    metrics.watchPool(any, any).stop();
    metrics.errorMetrics({ module: any }).record(any);
    metrics.watchServer(any, any).stop();
    metrics.paymentMetrics({ provider: any }).record({ outcome: any, currency: any, amountMinor: any }, any);
    metrics.paymentMetrics(any).available(any);
    const queue = metrics.queueMetrics({ name: any, system: any });
    queue.begin()(any);
    queue.waited(any);
    queue.dead(any);
    metrics.watchQueue(any).stop();
    metrics.watchWorker(any).stop();
    metrics.subscriptionMetrics().changed(any, any);
    const transfer = metrics.transferMetrics({ kind: any, direction: any }).begin();
    transfer.add(any);
    transfer.end(any);
    const users = metrics.userMetrics();
    users.seen(any);
    users.registered(any);
    users.loggedIn(any, any);
  }
  for (const { name } of await collected.metrics()) {
    if (!METRICS.has(name)) continue;
    for (const { attributes, value } of await collected.points(name)) {
      assert.ok(Number.isFinite(value), name);
      for (const text of Object.values(attributes)) assert.ok(String(text).length <= 256, name);
    }
  }
});
