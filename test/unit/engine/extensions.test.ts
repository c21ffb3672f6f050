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

  it('cost nothing where there are none: no hook is set', () => {
    start({});
    assert.deepEqual(
      [recordHooks.spans, recordHooks.logs, recordHooks.decide, recordHooks.ids],
      [undefined, undefined, undefined, undefined],
    );
  });
});
