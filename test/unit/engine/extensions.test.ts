import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { startExtensions } from '../../../src/engine/extensions.ts';
import { createReporter } from '../../../src/diagnostics/reporter.ts';
import { recordHooks } from '../../../src/runtime/record-hooks.ts';
import { record } from '../app/tracing/recorded.ts';
import { withSpan } from '../../../src/index.ts';

function recorder(calls: string[], name: string) {
  const note = (method: string) => async (): Promise<void> => void calls.push(`${name} ${method}`);
  return {
    onStart: (span: { name: string }) => void calls.push(`${name} onStart ${span.name}`),
    onEnd: (span: { name: string }) => void calls.push(`${name} onEnd ${span.name}`),
    forceFlush: note('forceFlush'),
    shutdown: note('shutdown'),
  };
}

const start = (given: Record<string, unknown>) =>
  startExtensions({ given, module: undefined, reporter: createReporter({ level: 'none' }) });

describe('processors of the application', () => {
  afterEach(() => Object.assign(recordHooks, { spans: undefined, logs: undefined, decide: undefined, ids: undefined }));

  it('are called in the order in which they were given, flushed, shut down, and not called any more', async () => {
    using recorded = record();
    const calls: string[] = [];
    const extensions = start({ spanProcessors: [recorder(calls, 'a'), recorder(calls, 'b')] });
    withSpan('work', () => {});
    assert.deepEqual(calls.splice(0), ['a onStart work', 'b onStart work', 'a onEnd work', 'b onEnd work']);
    await extensions.flush(1000);
    assert.deepEqual(calls.splice(0), ['a forceFlush', 'b forceFlush']);
    await extensions.shutdown(1000);
    withSpan('late', () => {});
    assert.deepEqual(calls, ['a shutdown', 'b shutdown']);
    assert.deepEqual(recorded.names, ['work', 'late']);
  });

  it('hold the end of the process only when something came since they were flushed', async () => {
    using _recorded = record();
    const calls: string[] = [];
    const extensions = start({ spanProcessors: [recorder(calls, 'a')] });
    assert.equal(extensions.flushRest(1000), undefined);
    withSpan('work', () => {});
    await extensions.flushRest(1000);
    assert.equal(extensions.flushRest(1000), undefined);
    assert.equal(calls.at(-1), 'a forceFlush');
  });

  it('that never answer are waited for once, and not again while they are at it', async () => {
    using _recorded = record();
    let flushes = 0;
    const forceFlush = async (): Promise<void> => {
      flushes++;
      await new Promise(() => {});
    };
    const extensions = start({ spanProcessors: [{ ...recorder([], 'a'), forceFlush }] });
    withSpan('work', () => {});
    await extensions.flush(1);
    withSpan('more', () => {});
    await extensions.flush(1e6);
    assert.equal(extensions.flushRest(1e6), undefined);
    assert.equal(flushes, 1);
  });

  it('are waited for by an end that meets a flush under way, and asked once more where the process stands still', async () => {
    using _recorded = record();
    const calls: string[] = [];
    let finish = (): void => {};
    const flushed = new Promise<void>((resolve) => (finish = resolve));
    const forceFlush = (): Promise<void> => (calls.push('forceFlush'), flushed);
    const extensions = start({ spanProcessors: [{ ...recorder([], 'a'), forceFlush }] });
    withSpan('work', () => {});
    const first = extensions.flushRest(1e6);
    const second = extensions.flushRest(1e6);
    assert.ok(first !== undefined && second !== undefined);
    extensions.flushNow();
    assert.deepEqual(calls, ['forceFlush']);
    withSpan('more', () => {});
    extensions.flushNow();
    assert.deepEqual(calls, ['forceFlush', 'forceFlush']);
    finish();
    await Promise.all([first, second]);
    assert.equal(extensions.flushRest(1e6), undefined);
  });

  it('that reject, or have no prototype, cost their own telemetry and are said, by whatever they throw', async () => {
    using recorded = record();
    const lines: string[] = [];
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    const reject = async (): Promise<void> => Promise.reject(new Error('too bad'));
    const fail = (): never => {
      throw Object.create(null) as Error;
    };
    const rejecting = { onStart: reject, onEnding: reject, onEnd: reject, forceFlush: reject, shutdown: reject };
    const bare = Object.assign(Object.create(null) as object, { ...rejecting, onStart: fail, onEnding: fail, onEnd: fail });
    startExtensions({
      given: { spanProcessors: [rejecting, bare], logRecordProcessors: [{ ...rejecting, onEmit: reject }] },
      module: undefined,
      reporter: createReporter({ level: 'warn', write: (line) => void lines.push(line) }),
    });
    withSpan('work', () => {});
    recordHooks.logs?.({ body: 'written', attributes: {} } as never, {} as never);
    await new Promise(setImmediate);
    process.off('unhandledRejection', onUnhandled);
    assert.deepEqual(recorded.names, ['work']);
    assert.deepEqual(unhandled, []);
    for (const method of ['onStart', 'onEnding', 'onEnd', 'onEmit'])
      assert.ok(lines.join('').includes(`"extension-failed.${method}"`), method);
  });

  for (const [what, result] of [
    ['a promise', Promise.resolve({ decision: 0 })],
    ['no decision that there is', { decision: 7 }],
  ] as const)
    it(`a sampler that gives ${what} is as if it were not there`, () => {
      using recorded = record();
      start({ sampler: { shouldSample: () => result } });
      withSpan('work', () => {});
      assert.deepEqual(recorded.names, ['work']);
    });

  it('a sampler that gives something else for a trace state gives none', () => {
    using recorded = record();
    start({ sampler: { shouldSample: () => ({ decision: 2, traceState: 'vendor=1' }) } });
    withSpan('work', () => {});
    assert.equal(recorded.spans[0]?.spanContext().traceState, undefined);
  });

  it('may spoil a span that has ended: it is exported as it was', () => {
    const seen: unknown[] = [];
    using _recorded = record({
      onExport: ({ name, status, attributes, startTime }) => void seen.push([name, status, attributes, startTime.length]),
    });
    const onEnd = (span: object): void => void Object.assign(span, { name: undefined, status: null, attributes: null, startTime: null });
    start({ spanProcessors: [{ ...recorder([], 'a'), onEnd }] });
    withSpan('work', { attributes: { a: 1 } }, () => {});
    assert.deepEqual(seen, [['work', { code: 0 }, { a: 1 }, 2]]);
  });

  it('cost nothing where there are none: no hook is set', () => {
    start({});
    assert.deepEqual(
      [recordHooks.spans, recordHooks.logs, recordHooks.decide, recordHooks.ids],
      [undefined, undefined, undefined, undefined],
    );
  });
});
