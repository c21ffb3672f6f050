/** Nothing secret leaves by any destination of the logger, and what only looks like it stays. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { PROGRAMS, runProgram } from './kit/run-program.ts';

describe('secrets in log calls', () => {
  for (const format of ['json', 'ecs', 'pretty'])
    it(`[${format}] are in no byte on stdout, in files, in transports of the application, or at the receiver`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'signalbox-secrets-'));
      try {
        await using collector = await startCollector();
        const { code, stdout, stderr } = await runProgram({
          program: join(PROGRAMS, 'logging/secrets.cjs'),
          env: { ...collector.env, LOG_FORMAT: format, LOG_DIR: folder },
        });
        assert.equal(code, 0, stderr);
        const [, calls, kept] = /^counts (\d+) (\d+)$/m.exec(stderr) ?? [];
        assert.deepEqual([Number(calls) >= 40, Number(kept) >= 40], [true, true]);
        const files = readdirSync(folder)
          .map((name) => readFileSync(join(folder, name), 'utf8'))
          .join('');
        const received = collector.store
          .logs()
          .map((log) => JSON.stringify(log, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)));
        const outputs = { stdout, files, transport: stderr, received: received.join('\n') };
        for (const [where, text] of Object.entries(outputs)) {
          assert.deepEqual(
            text.split('\n').filter((line) => line.includes('CANARY')),
            [],
            where,
          );
        }
        const countOf = (lines: readonly string[]): number => lines.filter((line) => line.includes('INNOCENT')).length;
        assert.equal(countOf(received), Number(kept), 'received');
        assert.equal(countOf(files.split('\n').filter((line) => line.includes('INFO') || line.includes('"info"'))), Number(kept), 'files');
        assert.ok(countOf(stdout.split('\n')) >= Number(kept), 'stdout');
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
});
