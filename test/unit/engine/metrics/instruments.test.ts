import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes } from '@opentelemetry/api';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { createReporter } from '../../../../src/diagnostics/reporter.ts';
import { startMetrics } from '../../../../src/engine/metrics/metrics.ts';
import { BIND, type Bindable } from '../../../../src/runtime/bound-instruments.ts';
import { keepIn, type CollectedMetric } from './collected.ts';

function start() {
  const said: string[] = [];
  const reporter = createReporter({ level: 'debug', forPerson: true, write: (line) => said.push(line) });
  const collected: CollectedMetric[] = [];
  const { config } = loadConfig({ OTEL_METRIC_EXPORT_INTERVAL: '3600000' });
  const metrics = startMetrics({ config, reporter, writer: keepIn(collected) });
  const points = (): unknown[] => {
    collected.length = 0;
    metrics.collectNow();
    return collected.flatMap((metric) => metric.points.map(({ attributes, value }) => [attributes, value]));
  };
  return { meter: metrics.meterProvider.getMeter('shop'), points, said, collected, metrics };
}

test('equal attributes are one series, in any order, from any object', () => {
  const { meter, points } = start();
  const counter = meter.createCounter('orders');
  const same = { a: 1, b: 'x', c: true };
  for (const attributes of [same, same, { c: true, b: 'x', a: 1 }, { b: 'x', a: 1, c: true }, Object.assign(Object.create(null), same)])
    counter.add(1, attributes as Attributes);
  counter.add(1, Object.assign(Object.create({ inherited: 1 }) as Attributes, same));
  assert.deepEqual(points(), [[same, 6]]);
});

test('what differs in type, name or number of attributes is another series', () => {
  const { meter, points } = start();
  const counter = meter.createCounter('orders');
  const sets: Attributes[] = [
    { a: 1 },
    { a: '1' },
    { a: true },
    { a: 'true' },
    { b: 1 },
    { a: 1, b: 1 },
    {},
    { a: [1] },
    { a: '[1]' },
    { a: NaN },
  ];
  for (let round = 0; round < 3; round++) for (const attributes of sets) counter.add(1, { ...attributes });
  counter.add(1, { a: 0 });
  counter.add(1, { a: -0 });
  assert.deepEqual(points(), [...sets.map((attributes) => [attributes, 3]), [{ a: 0 }, 2]]);
});

test('names of attributes may be those of Object.prototype', () => {
  const { meter, points } = start();
  const counter = meter.createCounter('orders');
  const attributes = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}') as Attributes;
  for (let i = 0; i < 3; i++) counter.add(1, attributes);
  assert.equal(JSON.stringify(points()), JSON.stringify([[attributes, 3]]));
});

test('bound attributes record as the instrument does, whatever becomes of the object; nothing is sent before', () => {
  const { meter, points, metrics } = start();
  const counter = meter.createCounter('orders', { valueType: 0 });
  const attributes = { route: '/a' };
  const bound = (counter as Bindable)[BIND]?.(attributes);
  const histogram = (meter.createHistogram('seconds', { advice: { explicitBucketBoundaries: [1] } }) as Bindable)[BIND]?.();
  assert.deepEqual(points(), []);
  attributes.route = '/b';
  for (const value of [2.9, -1, NaN, '1', 3n, 1] as number[]) bound?.record(value);
  counter.add(1, { route: '/a' });
  histogram?.record(0.5);
  const [first, second] = points() as [unknown, [Attributes, { count: number }]];
  assert.deepEqual(first, [{ route: '/a' }, 7]);
  assert.equal(second[1].count, 1);
  assert.equal(metrics.recorded, 5);
});

test('an instrument that is asked for again is the same one, whatever the case of its name; the longer description counts', () => {
  const { meter, points, said, collected } = start();
  meter.createCounter('orders', { description: 'Orders.' }).add(1);
  meter.createCounter('Orders', { description: 'Orders that were accepted.' }).add(1);
  assert.deepEqual(points(), [[{}, 2]]);
  assert.equal(collected[0]?.descriptor.description, 'Orders that were accepted.');
  assert.match(said.join(''), /The metric "orders" of "shop" must have one description, but has two\./);
});

test('one name for two kinds or units is said, and both are sent', () => {
  const { meter, points, said } = start();
  meter.createCounter('orders', { unit: 's' }).add(1);
  meter.createGauge('orders', { unit: 'ms' }).record(2);
  meter.createCounter('orders', { unit: 's' }).add(1);
  assert.deepEqual(points(), [
    [{}, 2],
    [{}, 2],
  ]);
  assert.match(
    said.join(''),
    /The metric "orders" of "shop" must be of one kind and unit, but was made as counter in "s" and as gauge in "ms"\. Both are sent/,
  );
});

test('a value that is none is said at debug, once, and a good one beside it arrives', () => {
  const { meter, points, said } = start();
  const counter = meter.createCounter('orders');
  for (const value of [NaN, Infinity, -5, 'text', null, {}] as number[]) counter.add(value);
  counter.add(1);
  assert.deepEqual(points(), [[{}, 1]]);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /What is recorded by the metric "orders" must be a number from 0 on, got NaN\. It is ignored\./);
});

test('attributes that throw are left out and said, the others are kept', () => {
  const { meter, points, said } = start();
  const attributes = {
    good: 'a',
    get bad(): never {
      throw new Error('of the application');
    },
  };
  meter.createCounter('orders').add(1, attributes);
  assert.deepEqual(points(), [[{ good: 'a' }, 1]]);
  assert.match(said.join(''), /The attributes of the metric "orders" must be readable, but reading one threw: of the application\./);
});
