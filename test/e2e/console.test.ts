import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { PROGRAMS, runProgram } from './kit/run-program.ts';

const program = join(PROGRAMS, 'loggers/console.cjs');

describe('SIGNALBOX_CONSOLE', () => {
  for (const preload of ['require', 'import'] as const)
    it(`[--${preload}] exports each call once with its ids, and leaves what is printed alone`, async () => {
      await using collector = await startCollector();
      const bare = await runProgram({ program, preload: 'none' });
      const watched = await runProgram({ program, preload, env: { ...collector.env, SIGNALBOX_CONSOLE: 'true' } });
      assert.equal(watched.stdout, bare.stdout);
      const stackless = (text: string): string => text.replace(/^\s+at .*\n/gm, '');
      assert.equal(stackless(watched.ownStderr), stackless(bare.stderr));
      const span = collector.store.spans().find(({ name }) => name === 'inside');
      const logs = collector.store.logs().filter(({ scope }) => scope.name === 'signalbox/console');
      assert.deepEqual(
        logs.map(({ severityText, severityNumber, body, spanId, attributes }) => [
          severityText,
          severityNumber,
          String(body).split('\n', 1)[0],
          spanId === span?.spanId,
          attributes['exception.type'],
        ]),
        [
          ['info', 9, 'outside 1 { a: 1 }', false, undefined],
          ['info', 9, 'info', true, undefined],
          ['debug', 5, 'debug', true, undefined],
          ['warn', 13, 'warn', true, undefined],
          ['error', 17, 'failed TypeError: broke', true, 'TypeError'],
          ['info', 9, '[Object]', true, undefined],
          ['info', 9, 'nested', true, undefined],
          ['info', 9, '┌─────────┬───┐', true, undefined],
        ],
      );
    });

  it('is off by default', async () => {
    await using collector = await startCollector();
    await runProgram({ program, env: collector.env });
    assert.deepEqual(collector.store.logs(), []);
  });
});
