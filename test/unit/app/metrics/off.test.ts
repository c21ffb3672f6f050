import assert from 'node:assert/strict';
import { test } from 'node:test';
import { active, counted, counter, observableGauge, timed, watchCache } from '../../../../src/app/metrics/index.ts';
import { telemetryStart, telemetryStarted } from '../../../../src/runtime/telemetry-start.ts';

test('when nothing is going to start, nothing is kept, and functions run as they are', async () => {
  counter('orders').add(1);
  observableGauge('asked', {}, (result) => result.observe(7));
  telemetryStarted(true);
  counter('orders').add(1);
  observableGauge('asked', {}, (result) => result.observe(7));
  assert.equal(telemetryStart.waiting.size, 0);

  const promise = Promise.resolve(1);
  const ask = () => promise;
  for (const wrapped of [timed('calls', ask), counted('calls', ask), active('calls', ask)]) assert.equal(wrapped(), promise);
  const get = () => promise;
  assert.equal(watchCache({ get, set() {} }, { name: 'prices' }).get(), promise);
});
