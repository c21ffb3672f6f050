/** What a failure says, read as a whole. */
import { logs, metrics } from '@opentelemetry/api';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  collectTelemetry,
  expectTelemetry,
  telemetryMatchers,
  type CollectedTelemetry,
  type TelemetryMatchers,
} from '../../../src/testing/index.ts';
import { addEvent, withSpan } from '../../../src/index.ts';

const counter = metrics.getMeter('test').createCounter('orders.placed', { unit: '{order}' });

function visit(): CollectedTelemetry {
  return collectTelemetry((telemetry) => {
    withSpan('POST /orders', { kind: 'server' }, () => {
      withSpan('load cart', () => addEvent('cache missed'));
      try {
        withSpan('charge card', { kind: 'client', attributes: { 'order.id': 'A-17' } }, () => {
          throw new RangeError('the card was refused');
        });
      } catch {
        // answered with 402
      }
      logs.getLogger('test').emit({ body: 'order refused', severityText: 'WARN', attributes: { order: 'A-17' } });
      counter.add(1, { region: 'eu' });
    });
    return telemetry;
  });
}

function messageOf(check: (expects: TelemetryMatchers & { not: TelemetryMatchers }) => void, telemetry = visit()): string {
  let message = '';
  assert.throws(
    () => check(expectTelemetry(telemetry)),
    (error: Error) => ((message = error.message), error instanceof assert.AssertionError),
  );
  return `\n${message.replace(/\d+\.\d ms/g, '_ ms')}\n`;
}

const COLLECTED = `Collected:
  "POST /orders"  server  _ ms
    └ "load cart"  _ ms  events: cache missed
    └ "charge card"  client  _ ms  error: the card was refused  { 'order.id': 'A-17', 'error.type': 'RangeError' }  events: exception
`;

describe('the message of a failure', () => {
  it('has the closest span, what is different, and all that was there', () => {
    assert.equal(
      messageOf((expects) => expects.toHaveSpan({ name: 'charge card', attributes: { 'order.id': 7 }, parent: 'load cart' })),
      `
expected a span { name: 'charge card', attributes: { 'order.id': 7 }, parent: 'load cart' }, but there is none.

The closest is "charge card"  client  _ ms  error: the card was refused  { 'order.id': 'A-17', 'error.type': 'RangeError' }  events: exception:
  attributes["order.id"]: expected 7, got "A-17"
  parent: expected "load cart", got "POST /orders"

${COLLECTED}`,
    );
  });

  it('has how many there are', () => {
    assert.equal(
      messageOf((expects) => expects.toHaveSpan({ name: /card/, count: 2 })),
      `\nexpected 2 spans { name: /card/ }, but there is 1.\n\n${COLLECTED}`,
    );
    assert.equal(
      messageOf((expects) => expects.not.toHaveSpan({ name: 'load cart' })),
      `\nexpected no span { name: 'load cart' }, but there is 1 span.\n\n${COLLECTED}`,
    );
  });

  it('has log records with their spans, and metrics with their points', () => {
    assert.equal(
      messageOf((expects) => expects.toHaveLog({ body: 'order placed' })),
      `
expected a log record { body: 'order placed' }, but there is none.

The closest is WARN  "order refused"  { order: 'A-17' }  in "POST /orders":
  body: expected "order placed", got "order refused"

Collected:
  WARN  "order refused"  { order: 'A-17' }  in "POST /orders"
`,
    );
    const text = messageOf((expects) => expects.toHaveMetric({ name: 'orders.placed', attributes: { region: 'us' } }));
    assert.ok(
      text.startsWith(`
expected a metric { name: 'orders.placed', attributes: { region: 'us' } }, but there is none.

The closest is "orders.placed"  counter  {order}:
  attributes["region"]: expected "us", got "eu"

Collected:
  "orders.placed"  counter  {order}
    { region: 'eu' }  1
`),
      text,
    );
  });

  it('says that nothing was there', () => {
    assert.equal(
      messageOf(
        (expects) => expects.toHaveSpan({ name: 'x' }),
        collectTelemetry((telemetry) => telemetry),
      ),
      "\nexpected a span { name: 'x' }, but there is none.\n\nNo span was collected.\n",
    );
  });

  it('is that of the matchers for vitest and jest', () => {
    const telemetry = visit();
    const { pass, message } = telemetryMatchers.toHaveSpan(telemetry, { name: 'missing' });
    assert.equal(pass, false);
    assert.match(message(), /^expected a span { name: 'missing' }, but there is none/);
    assert.equal(
      telemetryMatchers.toHaveSpan(telemetry, { parent: { kind: 'server' }, events: ['exception'], status: 'error' }).pass,
      true,
    );
    assert.throws(() => telemetryMatchers.toHaveLog({} as never, {}), /must get what collectTelemetry\(\) returned/);
  });

  it('stands at the line of the test', () => {
    try {
      expectTelemetry(visit()).toHaveSpan({ name: 'missing' });
      assert.fail();
    } catch (error) {
      assert.match((error as Error).stack?.split('\n').find((line) => line.includes('    at ')) ?? '', /failures\.test\.ts/);
    }
  });
});
