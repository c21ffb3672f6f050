import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as metrics from '../../../../src/app/metrics/index.ts';
import { BIND } from '../../../../src/runtime/bound-instruments.ts';
import { api } from '../../../../src/runtime/otel.ts';
import { telemetryStarted } from '../../../../src/runtime/telemetry-start.ts';
import { HOSTILE_VALUES } from '../../values/hostile-values.ts';
import { startCollecting } from './collected.ts';

const collected = startCollecting();

describe('instruments', () => {
  it('record what they are given, with attributes or bound to them', async () => {
    const orders = metrics.counter<{ channel: string }>('orders', { unit: '{order}', description: 'Orders.' });
    orders.add(1, { channel: 'web' });
    const web = orders.bind({ channel: 'web' });
    web.add(2);
    web.add(3);
    assert.deepEqual(await collected.points('orders'), [{ attributes: { channel: 'web' }, value: 6, sum: 6 }]);
  });

  it('are made anew by a provider that comes later', async () => {
    const orders = metrics.counter('late');
    orders.add(1);
    api.metrics.disable();
    const second = startCollecting();
    orders.add(5);
    assert.equal((await second.points('late'))[0]?.value, 5);
  });

  it('use the series of an engine that has them, once an attribute set', () => {
    const bound: unknown[] = [];
    const recorded: number[] = [];
    const instrument = {
      add: () => assert.fail('must be recorded by the series'),
      [BIND](attributes: unknown) {
        bound.push(attributes);
        return { record: (value: number) => recorded.push(value) };
      },
    };
    api.metrics.disable();
    api.metrics.setGlobalMeterProvider({ getMeter: () => ({ createCounter: () => instrument }) as never });
    telemetryStarted();
    const web = metrics.counter('orders').bind({ channel: 'web' });
    web.add(1);
    web.add(2);
    assert.deepEqual([bound, recorded], [[{ channel: 'web' }], [1, 2]]);
  });

  it('never throw, whatever they are given, and whatever the provider does', () => {
    const thrower = (): never => {
      throw new Error('of the provider');
    };
    const providers = [
      { getMeter: () => new Proxy({}, { get: () => thrower }) },
      { getMeter: () => new Proxy({}, { get: () => () => new Proxy({}, { get: () => thrower }) }) },
    ];
    for (const provider of providers) {
      api.metrics.disable();
      api.metrics.setGlobalMeterProvider(provider as never);
      telemetryStarted();
      for (const [, value] of HOSTILE_VALUES) {
        const any = value as never;
        for (const make of [metrics.counter, metrics.upDownCounter]) {
          make(any, any).add(any, any, any);
          make('name', any).bind(any).add(any, any);
        }
        for (const make of [metrics.gauge, metrics.histogram]) {
          make(any, any).record(any, any, any);
          make('name', any).bind(any).record(any, any);
        }
        for (const make of [metrics.observableCounter, metrics.observableUpDownCounter, metrics.observableGauge])
          make(any, any, any).stop();
        assert.equal(metrics.timed(any, () => 1, any)(), 1);
        assert.equal(metrics.counted(any, () => 1, { attributes: any, onResult: any })(), 1);
        assert.equal(metrics.active(any, { attributes: any })(() => 1)(), 1);
      }
    }
  });
});
