import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

// Taken at load.
const { now } = performance;
const { setTimeout } = globalThis;
let aheadMs = 0;
/** What is called after 30 s. */
let look: (() => void) | undefined;
performance.now = () => now.call(performance) + aheadMs;
globalThis.setTimeout = ((callback: () => void, ms: number) => {
  if (ms !== 30_000) return setTimeout(callback, ms);
  look = callback;
  return { unref() {} };
}) as never;

const { createHealth } = await import('../../../../src/app/health/health.ts');
const { isTracingSuppressed } = await import('../../../../src/context/context-keys.ts');
const { createContextManager } = await import('../../../../src/context/context-manager.ts');
const { api } = await import('../../../../src/runtime/otel.ts');
const { processState } = await import('../../../../src/runtime/process-state.ts');
const { startCollecting } = await import('../metrics/collected.ts');
performance.now = now;
globalThis.setTimeout = setTimeout;

interface Logged {
  readonly eventName?: string;
  readonly severityText?: string;
  readonly body?: unknown;
  readonly attributes?: object;
}

describe('what is observed of checks', () => {
  const logged: Logged[] = [];
  const health = createHealth();
  const answers = { database: 'healthy', disk: 'degraded', queue: 'unhealthy' };
  const metrics = startCollecting();
  before(() => {
    processState.isRecording = true;
    api.context.setGlobalContextManager(createContextManager());
    api.logs.setGlobalLoggerProvider({ getLogger: () => ({ emit: (record: Logged) => void logged.push(record) }) } as never);
    for (const name of Object.keys(answers) as (keyof typeof answers)[])
      health.register(name, () => ({ status: answers[name], error: name === 'queue' ? 'it is full' : undefined }), { cacheMs: 0 });
  });
  after(() => void (processState.isRecording = false));

  it('is 1, 0.5 or 0 in the metric, and a log record for what is not well', async () => {
    await health.report();
    const points = await metrics.points('signalbox.health.status');
    assert.deepEqual(Object.fromEntries(points.map(({ attributes, value }) => [attributes['signalbox.health.check.name'], value])), {
      database: 1,
      disk: 0.5,
      queue: 0,
    });
    assert.deepEqual(
      logged.map(({ body, eventName, severityText }) => [eventName, severityText, body]),
      [
        ['signalbox.health.changed', 'WARN', 'Health check disk is degraded'],
        ['signalbox.health.changed', 'ERROR', 'Health check queue is unhealthy: it is full'],
      ],
    );
  });

  it('is logged again only when it changes, also when all is well again', async () => {
    logged.length = 0;
    await health.report();
    assert.deepEqual(logged, []);
    answers.queue = 'healthy';
    await health.report();
    assert.deepEqual(
      logged.map(({ attributes, severityText }) => [severityText, attributes]),
      [['INFO', { 'signalbox.health.check.name': 'queue', 'signalbox.health.status': 'healthy' }]],
    );
  });

  it('is found out every 30 s where nobody probes, and not more often where somebody does', async () => {
    let runs = 0;
    let isUntraced = false;
    health.register('looked at', () => {
      runs++;
      isUntraced = isTracingSuppressed(api.context.active());
    });
    look?.();
    assert.equal(runs, 1, 'never run before');
    assert.equal(isUntraced, true, 'a probe is no work of the application');
    await health.report();
    aheadMs += 15_000;
    look?.();
    assert.equal(runs, 1);
    aheadMs += 15_000;
    look?.();
    assert.equal(runs, 2);
  });
});
