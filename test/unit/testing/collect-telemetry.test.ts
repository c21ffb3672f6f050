import { logs, metrics, SeverityNumber } from '@opentelemetry/api';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { collectTelemetry, expectTelemetry, type CollectedTelemetry } from '../../../src/testing/index.ts';
import { extract, inject, withSpan } from '../../../src/index.ts';

const logger = logs.getLogger('test');
const meter = metrics.getMeter('test');
const orders = meter.createCounter('orders', { unit: '{order}' });
const latency = meter.createHistogram('latency', { unit: 's' });
let size = 0;
meter.createObservableGauge('queue.size').addCallback((result) => result.observe(size));
meter.createObservableGauge('queue.age').addCallback(async (result) => {
  await nextTurn();
  result.observe(9);
});

describe('collectTelemetry', () => {
  it('has spans, logs and metrics of what runs', async (t) => {
    const telemetry = collectTelemetry(t);
    await withSpan('order', { attributes: { 'order.id': 7 } }, async () => {
      await nextTurn();
      logger.emit({ body: 'received', severityNumber: SeverityNumber.INFO, attributes: { sku: 'a' } });
      orders.add(1, { region: 'eu' });
      orders.add(2, { region: 'eu' });
      latency.record(0.25);
    });
    size = 4;
    await telemetry.observe();
    const expects = expectTelemetry(telemetry);
    expects.toHaveSpan({ name: 'order', attributes: { 'order.id': 7 }, parent: null, count: 1 });
    expects.toHaveLog({ body: 'received', severity: 'info', attributes: { sku: /^a$/ }, span: 'order' });
    expects.toHaveMetric({ name: 'orders', attributes: { region: 'eu' }, value: 3, count: 2, unit: '{order}' });
    expects.toHaveMetric({ name: 'latency', type: 'histogram', value: 0.25, count: 1 });
    expects.toHaveMetric({ name: 'queue.size', value: 4 });
    expects.toHaveMetric({ name: 'queue.age', value: 9 });
    expects.not.toHaveSpan({ name: 'other' });
    telemetry.clear();
    assert.deepEqual([telemetry.spans, telemetry.logs], [[], []]);
  });

  it('collects no more when it is stopped', () => {
    const telemetry = collectTelemetry();
    telemetry.stop();
    withSpan('late', () => {});
    assert.deepEqual(telemetry.spans, []);
  });

  it('names spans that have not ended', async () => {
    await collectTelemetry(async (telemetry) => {
      const pending = withSpan('pending', () => nextTurn());
      assert.deepEqual(telemetry.openSpans, ['pending']);
      await pending;
      assert.deepEqual(telemetry.openSpans, []);
    });
  });
});

describe('tests that run at the same time', { concurrency: 8 }, () => {
  for (let i = 0; i < 8; i++)
    it(`see their own records (${i})`, async () => {
      using telemetry = collectTelemetry();
      for (let step = 0; step < 20; step++) {
        await withSpan(`step ${step} of ${i}`, () => nextTurn());
        orders.add(1, { test: i });
        logger.emit({ body: i });
      }
      assert.deepEqual(
        telemetry.spans.map(({ name }) => name),
        Array.from({ length: 20 }, (_, step) => `step ${step} of ${i}`),
      );
      assert.equal(telemetry.logs.length, 20);
      assert.deepEqual(
        telemetry.metrics.find(({ name }) => name === 'orders')?.points.map(({ attributes, value }) => [attributes, value]),
        [[{ test: i }, 20]],
      );
    });
});

describe('tests that share a server', { concurrency: 4 }, () => {
  const server = createServer((request, response) => {
    withSpan(`answer ${request.url}`, { parent: extract(request) }, () => response.end());
  }).listen(0);
  for (let i = 0; i < 4; i++)
    it(`see what it did for them (${i})`, async (t) => {
      const telemetry = collectTelemetry(t);
      if (!server.listening) await once(server, 'listening');
      await withSpan(`ask ${i}`, async () => {
        await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${i}`, { headers: inject({}) });
      });
      expectTelemetry(telemetry).toHaveSpan({ name: `answer /${i}`, parent: `ask ${i}` });
      assert.equal(telemetry.spans.length, 2);
      server.unref();
      server.closeIdleConnections();
    });
});

describe('tests that are set up by a hook', () => {
  let telemetry: CollectedTelemetry;
  beforeEach(() => {
    telemetry = collectTelemetry();
  });
  afterEach(() => telemetry.stop());
  for (const name of ['first', 'second'])
    it(`see their own records: ${name}`, async () => {
      await nextTurn();
      withSpan(name, () => {});
      assert.deepEqual(
        telemetry.spans.map((span) => span.name),
        [name],
      );
    });
});

describe('under a fake clock', () => {
  it('collects, and waits for no timer', async (t) => {
    t.mock.timers.enable();
    const telemetry = collectTelemetry(t);
    await withSpan('work', async () => {});
    withSpan('thenable', () => Readable());
    t.mock.timers.tick(60_000);
    await telemetry.observe();
    expectTelemetry(telemetry).toHaveSpan({ name: 'work' });
  });
  const Readable = (): AsyncIterable<number> => ({ async *[Symbol.asyncIterator]() {} });
});

describe('the context of a test', () => {
  it('of vitest, which is a function, is not run as one', () => {
    let stop = (): void => {};
    const context = Object.assign(() => assert.fail('it was run'), { onTestFinished: (fn: () => void) => (stop = fn) });
    const telemetry: CollectedTelemetry = collectTelemetry(context as { onTestFinished(fn: () => void): unknown });
    withSpan('work', () => {});
    stop();
    withSpan('late', () => {});
    assert.deepEqual(
      telemetry.spans.map(({ name }) => name),
      ['work'],
    );
  });
});
