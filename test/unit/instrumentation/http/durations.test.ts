import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes, Histogram } from '@opentelemetry/api';
import { createDurations } from '../../../../src/instrumentation/http/durations.ts';
import { api } from '../../../../src/runtime/otel.ts';

const { ROOT_CONTEXT } = api;
type Recorded = [value: number, attributes: Attributes | undefined];

test('a duration is recorded with the attributes that the request has, and no others', () => {
  const recorded: Recorded[] = [];
  const histogram: Histogram = { record: (value, attributes) => void recorded.push([value, attributes]) };
  const durations = createDurations(histogram, ['method', 'status', 'route']);
  durations.record(1, ['GET', 200, '/a'], ROOT_CONTEXT);
  durations.record(2, ['GET', 200, undefined], ROOT_CONTEXT);
  durations.record(3, ['GET', 500, '/a'], ROOT_CONTEXT);
  durations.record(4, ['GET', 200, '/a'], ROOT_CONTEXT);
  assert.deepEqual(recorded, [
    [1, { method: 'GET', status: 200, route: '/a' }],
    [2, { method: 'GET', status: 200 }],
    [3, { method: 'GET', status: 500, route: '/a' }],
    [4, { method: 'GET', status: 200, route: '/a' }],
  ]);
});

test('a histogram that binds attributes is asked once for each set, and made-up routes do not pile up', () => {
  let bindings = 0;
  const recorded: number[] = [];
  const histogram = {
    record: () => assert.fail('it binds'),
    [Symbol.for('signalbox.metrics.bind')]() {
      bindings++;
      return { record: (value: number) => void recorded.push(value) };
    },
  };
  const durations = createDurations(histogram, ['method', 'route']);
  for (let i = 0; i < 1000; i++) durations.record(i, ['GET', `/${i % 10}`], ROOT_CONTEXT);
  assert.equal(bindings, 10);
  for (let i = 0; i < 100_000; i++) durations.record(i, ['GET', `/made/up/${i}`], ROOT_CONTEXT);
  assert.equal(recorded.length, 101_000);
  durations.record(0, ['GET', '/1'], ROOT_CONTEXT);
  assert.equal(bindings, 100_011);
});
