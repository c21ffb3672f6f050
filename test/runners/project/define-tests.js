// The same tests for each runner. `RUN` says which: those that pass, or the one that fails.
import { collectTelemetry } from 'signalbox/testing';
import { sell } from './cart.js';

/** Both tests are in the middle of theirs before either goes on. */
const arrived = [Promise.withResolvers(), Promise.withResolvers()];

/**
 * @param {{ test: Function, concurrent: Function, expect: Function, any: Function, clock: { useFake(): void, advance(ms: number): void, useReal(): void } }} runner
 */
export function defineTests({ test, concurrent, expect, any, clock }) {
  if (process.env.RUN === 'failing') {
    test('expects what is not there', async (t) => {
      const telemetry = collectTelemetry(t);
      await sell('c-1');
      const check = {
        span: () => expect(telemetry).toHaveSpan({ name: 'charge card', attributes: { 'cart.id': 7 }, parent: null }),
        log: () => expect(telemetry).toHaveLog({ body: 'sold nothing' }),
        metric: () => expect(telemetry).toHaveMetric({ name: 'shop.sold', value: 3 }),
        not: () => expect(telemetry).not.toHaveSpan({ name: 'sell cart' }),
      }[process.env.WHAT];
      check();
    });
    return;
  }

  test('sees what a sale records', async (t) => {
    const telemetry = collectTelemetry(t);
    await sell('c-1');
    expect(telemetry).toHaveSpan({ name: 'charge card', kind: 'client', attributes: { 'cart.id': any(String) }, parent: 'sell cart' });
    expect(telemetry).toHaveSpan({ name: 'sell cart', parent: null, count: 1 });
    expect(telemetry).toHaveLog({ body: 'sold c-1', severity: 'INFO', span: 'sell cart' });
    expect(telemetry).toHaveMetric({ name: 'shop.sold', value: 2, attributes: { id: 'c-1' } });
    expect(telemetry).not.toHaveSpan({ status: 'error' });
    expect(telemetry).not.toHaveLog({ severity: 'ERROR' });
    telemetry.stop();
  });

  for (const [mine, other] of [
    [0, 1],
    [1, 0],
  ])
    concurrent(`sees its own records alone, ${mine}`, () =>
      collectTelemetry(async (telemetry) => {
        await sell(`concurrent-${mine}`, async () => {
          arrived[mine].resolve();
          await arrived[other].promise;
        });
        expect(telemetry).toHaveSpan({ name: 'sell cart', attributes: { 'cart.id': `concurrent-${mine}` }, count: 1 });
        expect(telemetry).toHaveSpan({ name: 'sell cart', count: 1 });
        expect(telemetry).not.toHaveLog({ body: `sold concurrent-${other}` });
        expect(telemetry).toHaveMetric({ name: 'shop.sold', value: 2, count: 1 });
      }),
    );

  test('needs no real clock', async () => {
    const telemetry = collectTelemetry();
    clock.useFake();
    try {
      const sale = sell('c-2', () => new Promise((resolve) => setTimeout(resolve, 3_600_000)));
      clock.advance(3_600_000);
      await sale;
      expect(telemetry).toHaveSpan({ name: 'sell cart', attributes: { 'cart.id': 'c-2' } });
    } finally {
      clock.useReal();
      telemetry.stop();
    }
  });
}
