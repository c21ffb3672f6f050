/** One metric has one set of buckets, whoever records it: a pack of `signalbox/metrics` or an instrumentation. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Meter, MetricOptions } from '@opentelemetry/api';
import { METRICS } from '../../../src/names/metrics/catalogue.ts';
import { HttpSide } from '../../../src/instrumentation/http/http-side.ts';
import { durationOfOperations } from '../../../src/instrumentation/libraries/db-client.ts';
import { durationOfCalls } from '../../../src/instrumentation/libraries/grpc-call.ts';
import { messagingMetrics } from '../../../src/instrumentation/libraries/messaging.ts';
import { modelMetrics } from '../../../src/instrumentation/libraries/openai-call.ts';
import { observeGarbageCollection } from '../../../src/instrumentation/node-runtime/garbage-collection.ts';

interface Made extends MetricOptions {
  readonly name: string;
  readonly type: string;
}

/** What instruments were made of `meter`. */
function listen(): { readonly meter: Meter; readonly made: Made[] } {
  const made: Made[] = [];
  const make =
    (type: string) =>
    (name: string, options: MetricOptions): object => {
      made.push({ name, type, ...options });
      return { record() {}, add() {} };
    };
  return { made, meter: { createHistogram: make('histogram'), createCounter: make('counter') } as unknown as Meter };
}

const RECORDERS: Readonly<Record<string, (meter: Meter) => unknown>> = {
  http: (meter) => {
    for (const side of ['server', 'client'] as const) new HttpSide(side, []).setMeterProvider({ getMeter: () => meter });
  },
  databases: durationOfOperations,
  brokers: messagingMetrics,
  grpc: (meter) => [durationOfCalls(meter, 'client'), durationOfCalls(meter, 'server')],
  openai: modelMetrics,
  'garbage collection': (meter) => observeGarbageCollection(meter)(),
};

describe('the metrics of instrumentations are those of the catalogue', () => {
  for (const [name, record] of Object.entries(RECORDERS))
    it(name, () => {
      const { made, meter } = listen();
      record(meter);
      assert.ok(made.length > 0);
      for (const { advice, description, name: metric, type, unit } of made) {
        const row = METRICS.get(metric);
        assert.deepEqual(
          { type, unit, description, buckets: advice?.explicitBucketBoundaries },
          { type: row?.type, unit: row?.unit, description: row?.description, buckets: row?.buckets },
          metric,
        );
      }
    });
});
