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
  startExtensions({ given, module: undefined, limitMs: 1000, reporter: createReporter({ level: 'none' }) });

describe('processors of the application', () => {
  afterEach(() => Object.assign(recordHooks, { spans: undefined, logs: undefined, decide: undefined, ids: undefined }));

  it('are called in the order in which they were given, flushed, shut down, and not called any more', async () => {
    using recorded = record();
    const calls: string[] = [];
    const extensions = start({ spanProcessors: [recorder(calls, 'a'), recorder(calls, 'b')] });
    withSpan('work', () => {});
    assert.deepEqual(calls.splice(0), ['a onStart work', 'b onStart work', 'a onEnd work', 'b onEnd work']);
    await extensions.flush();
    assert.deepEqual(calls.splice(0), ['a forceFlush', 'b forceFlush']);
    await extensions.shutdown();
    withSpan('late', () => {});
    assert.deepEqual(calls, ['a shutdown', 'b shutdown']);
    assert.deepEqual(recorded.names, ['work', 'late']);
  });

  it('hold the end of the process only when something came since they were flushed', async () => {
    using _recorded = record();
    const calls: string[] = [];
    const extensions = start({ spanProcessors: [recorder(calls, 'a')] });
    assert.equal(extensions.flushRest(), undefined);
    withSpan('work', () => {});
    await extensions.flushRest();
    assert.equal(extensions.flushRest(), undefined);
    assert.equal(calls.at(-1), 'a forceFlush');
  });

  it('cost nothing where there are none: no hook is set', () => {
    start({});
    assert.deepEqual(
      [recordHooks.spans, recordHooks.logs, recordHooks.decide, recordHooks.ids],
      [undefined, undefined, undefined, undefined],
    );
  });
});
