import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OtlpConfig } from '../../../src/config/config.ts';
import { createAccount } from '../../../src/diagnostics/account.ts';
import { blockedText, createDelivery } from '../../../src/process/delivery.ts';
import type { Collectable, Outlet, Processors } from '../../../src/process/delivery-options.ts';
import { NoWorkerError } from '../../../src/process/exit-flush.ts';

/** A delivery of spans and metrics whose steps are written down. */
function createKit({ isSending = false, produced = 0, limitMs = 5000, launches = false, observers = false, processed = false } = {}) {
  const steps: string[] = [];
  const said: string[] = [];
  const account = createAccount('traces');
  account.produced = produced;
  const outlet: Outlet = {
    signal: 'traces',
    otlp: {} as OtlpConfig,
    account,
    health: undefined,
    sender: {
      isSending,
      add() {},
      addFailed() {},
      async flush(_deadlineMs, { hold = true, thenStop = false } = {}) {
        steps.push(`flush${hold ? ' holding' : ''}${thenStop ? ' for the last time' : ''}`);
      },
      takePending: () => (steps.push('take'), []),
      settle() {},
      close: () => void steps.push('close'),
    },
  };
  const metrics: Collectable = {
    recorded: 0,
    hasObservers: observers,
    collect: async () => void steps.push('collect'),
    collectNow: () => void steps.push('collect now'),
    stop: () => void steps.push('stop'),
  };
  const processors: Processors = {
    flush: async (withinMs) => void steps.push(`processors flush within ${withinMs}`),
    flushRest: async (withinMs) => void steps.push(`processors flush the rest within ${Math.round(withinMs)}`),
    flushNow: () => void steps.push('processors flush now'),
    shutdown: async (withinMs) => void steps.push(`processors shut down within ${Math.round(withinMs)}`),
  };
  const delivery = createDelivery({
    outlets: [outlet],
    processors: () => (processed ? processors : undefined),
    metrics,
    limitMs,
    userAgent: 'test',
    mayBeLauncher: () => launches,
    reporter: { say: (code, message) => said.push(`${code}: ${message}`) > 0, forget() {} },
  });
  return { delivery, account, steps, said };
}

describe('delivery', () => {
  it('collects metrics before it flushes, and collects nothing again that nobody recorded since', async () => {
    const { delivery, steps } = createKit();
    await delivery.flush();
    await delivery.flush();
    assert.deepEqual(steps, ['collect', 'flush holding', 'flush holding']);
  });

  it('asks callbacks each time, for nobody knows what they will say', async () => {
    const { delivery, steps } = createKit({ observers: true });
    await delivery.flush();
    await delivery.flush();
    assert.deepEqual(steps, ['collect', 'flush holding', 'collect', 'flush holding']);
  });

  it('holds a process that has nothing left to do while a request is under way', async () => {
    const { delivery, steps } = createKit({ isSending: true });
    await delivery.awaitAnswers();
    assert.deepEqual(steps, ['flush holding']);
  });

  it('does not hold it without a request under way, without a limit, or after shutdown()', async () => {
    assert.equal(createKit().delivery.awaitAnswers(), undefined);
    assert.equal(createKit({ isSending: true, limitMs: 0 }).delivery.awaitAnswers(), undefined);
    const { delivery } = createKit({ isSending: true });
    await delivery.shutdown();
    assert.equal(delivery.awaitAnswers(), undefined);
  });

  it('collects once before a signal ends the process, and again only what was recorded since', async () => {
    const { delivery, account, steps } = createKit({ produced: 1 });
    await delivery.flushBeforeSignal();
    delivery.finish();
    assert.deepEqual(steps, ['collect', 'flush holding for the last time', 'take']);
    account.produced++;
    delivery.finish();
    assert.deepEqual(steps.slice(3), ['collect now', 'take']);
  });

  it('collects again at the end of a process that outlived its signal', async () => {
    const { delivery, steps } = createKit({ produced: 1 });
    await delivery.flushBeforeSignal();
    delivery.callOff();
    delivery.finish();
    assert.deepEqual(steps.slice(2), ['collect now', 'take']);
  });

  it('collects nothing at the end of a process that was only there to start others', () => {
    for (const [launches, step] of [
      [true, ['take']],
      [false, ['collect now', 'take']],
    ] as const) {
      const { delivery, steps } = createKit({ launches });
      delivery.finish();
      assert.deepEqual(steps, step);
    }
  });

  it('gives processors of the application a part of the one limit, whichever way the process ends', async () => {
    const { delivery, steps } = createKit({ processed: true });
    await delivery.awaitAnswers();
    assert.deepEqual(steps.splice(0), ['processors flush the rest within 2000']);
    delivery.flushMeanwhile();
    await delivery.flushBeforeSignal();
    assert.equal(steps.filter((step) => step === 'processors flush the rest within 2000').length, 2, steps.join());
    delivery.finish();
    assert.ok(steps.includes('processors flush now'));
    await delivery.shutdown();
    assert.ok(steps.some((step) => step.startsWith('processors shut down within ')));
  });

  it('without a limit waits for no processor', async () => {
    const { delivery, steps } = createKit({ processed: true, limitMs: 0 });
    await delivery.awaitAnswers();
    assert.deepEqual(steps, ['processors flush the rest within 0']);
  });

  it('of a shutdown counts and says what is left, once, and nothing follows it', async () => {
    const { delivery, account, steps, said } = createKit({ produced: 2 });
    await Promise.all([delivery.shutdown(), delivery.shutdown()]);
    delivery.finish();
    await delivery.flush();
    assert.deepEqual(steps, ['stop', 'collect', 'flush holding', 'close']);
    assert.deepEqual([...account.dropped], [['exit_deadline', 2]]);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /^exit\.lost: Lost at exit: 2 spans \(exit deadline\)\./);
  });
});

it('a worker that does not start in time is not said to be forbidden: the line names the limit', () => {
  const late = new NoWorkerError('it did not start within 350 ms', 'Raise SIGNALBOX_SHUTDOWN_TIMEOUT.');
  assert.match(blockedText(late), /did not start within 350 ms\. What waits is lost\. Raise SIGNALBOX_SHUTDOWN_TIMEOUT\.$/);
  assert.match(blockedText(new Error('Access denied')), /--allow-worker/);
});
