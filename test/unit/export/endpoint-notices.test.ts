import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockNotice, ownEndpointNotice } from '../../../src/export/endpoint-notices.ts';

const MINUTE_MS = 60_000;

test('a clock that is off is said with how much, in which direction, and what to do', () => {
  for (const [aheadMs, said] of [
    [3 * 60 * MINUTE_MS, '3 hours ahead of'],
    [-3 * 60 * MINUTE_MS + 400, '3 hours behind'],
    [90 * MINUTE_MS, '90 minutes ahead of'],
    [-61_400, '61 seconds behind'],
    [365 * 24 * 60 * MINUTE_MS, '365 days ahead of'],
  ] as const)
    assert.equal(
      clockNotice('http://c:4318', aheadMs),
      `The clock of the collector at http://c:4318 is ${said} the clock of this machine. One of them is wrong, and times in the backend are off by as much. Set the clock of the collector or of this machine (NTP).`,
    );
});

test('an endpoint that is the process itself is said with the setting to change, and with the other way out', () => {
  assert.equal(
    ownEndpointNotice('http://localhost:4318', 'OTEL_EXPORTER_OTLP_ENDPOINT'),
    'The endpoint http://localhost:4318 is this process itself: a server of the application gets its records, and no collector does. Set OTEL_EXPORTER_OTLP_ENDPOINT to the address of a collector, or let the application listen at another port.',
  );
});
