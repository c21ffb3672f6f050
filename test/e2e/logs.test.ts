/** What an application is told that asks before it logs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { runProgram } from './kit/run-program.ts';

for (const [what, env, expected] of [
  ['while records are exported, until shutdown()', {}, ['true true', 'false false']],
  ['nowhere without an exporter for logs', { OTEL_LOGS_EXPORTER: 'none' }, ['false false', 'false false']],
  ['nowhere when telemetry is switched off', { OTEL_SDK_DISABLED: 'true' }, ['false undefined', 'false undefined']],
] as const) {
  test(`a logger is enabled ${what}`, async () => {
    await using collector = await startCollector();
    const { stdout, stderr } = await runProgram({
      program: 'logger-enabled.cjs',
      preload: 'none',
      env: { ...collector.env, ...env },
    });
    assert.deepEqual(stdout.trim().split('\n'), expected, stderr);
  });
}
