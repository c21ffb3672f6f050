/** `SIGNALBOX_REDACT_APP_LOGS`: what the application's own loggers print has no secrets, and is otherwise as it was. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PROGRAMS, runProgram, type Ending } from './kit/run-program.ts';

const QUIET = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', SIGNALBOX_LOG_LEVEL: 'none' };

async function run(logger: string, isOn: boolean): Promise<Ending> {
  const ending = await runProgram({
    program: join(PROGRAMS, 'loggers/secrets.cjs'),
    args: [logger],
    env: { ...QUIET, SIGNALBOX_REDACT_APP_LOGS: String(isOn) },
  });
  assert.equal(ending.code, 0, ending.stderr);
  return ending;
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
/** Without what differs from run to run. */
const bare = (line: string): string =>
  line.replaceAll(/"(?:time|timestamp|pid)":(?:\d+|"[^"]*")/g, '-').replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '-');

describe("secrets in lines of the application's own loggers", { concurrency: 2 }, () => {
  for (const logger of ['winston', 'winston, whole', 'pino', 'bunyan']) {
    it(`${logger}: are removed where it is asked for, lines stay JSON, innocent ones stay as they are`, async () => {
      const [off, on] = [await run(logger, false), await run(logger, true)];
      const [, calls, kept, isUntouched] = /^counts (\d+) (\d+) (\w+)$/m.exec(on.stderr) ?? [];
      assert.equal(isUntouched, 'true', "the application's objects are changed");
      assert.ok(Number(calls) >= 38);
      const planted = (text: string): number => linesOf(text).filter((line) => line.includes('CANARY')).length;
      assert.ok(planted(off.stdout) >= 30, `without the setting ${planted(off.stdout)} are printed`);
      assert.deepEqual(
        linesOf(on.stdout + on.stderr).filter((line) => line.includes('CANARY')),
        [],
      );
      for (const [at, line] of linesOf(on.stdout).entries()) {
        const printed = JSON.parse(line) as object;
        assert.deepEqual(Object.keys(printed), Object.keys(JSON.parse(linesOf(off.stdout)[at] as string) as object));
      }
      const innocent = (text: string): string[] =>
        linesOf(text)
          .filter((line) => line.includes('INNOCENT') && !line.includes(' at '))
          .map(bare);
      assert.deepEqual(innocent(on.stdout), innocent(off.stdout));
      assert.deepEqual(innocent(on.stderr), innocent(off.stderr));
      assert.ok(innocent(on.stdout).length >= Number(kept) - 1);
      assert.equal(linesOf(on.stdout).length, linesOf(off.stdout).length);
    });
  }
});
