/** The ways to come by a module, on every release: each is traced, and what nobody asked for is left alone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { join } from 'node:path';
import { startCollector } from '../e2e/kit/collector.ts';
import { ROOT, runProgram, type Preload } from '../e2e/kit/run-program.ts';
import { installNode, RELEASES } from './releases.ts';

const FOLDER = join(ROOT, 'test/matrix/programs/modules');
/** Releases that strip types unasked. */
const STRIPPING = RELEASES.filter((release) => release !== '22.15.0');

const WITH_ROUTE = ['client GET', 'internal request handler - /things/:thing', 'server GET /things/:thing'];
const WITHOUT = ['client GET', 'server GET'];

const PROGRAMS: readonly { readonly program: string; readonly spans: readonly string[]; readonly releases?: readonly string[] }[] = [
  { program: 'dynamic-import.cjs', spans: WITH_ROUTE },
  { program: 'typed.ts', spans: ['client GET', 'server GET /things/:thing'], releases: STRIPPING },
  { program: 'typed.cts', spans: WITH_ROUTE, releases: STRIPPING },
  { program: 'builtin.cjs', spans: WITHOUT },
  { program: 'http-namespace.mjs', spans: WITHOUT },
  { program: 'http-default.mjs', spans: WITHOUT },
  { program: 'http-named.mjs', spans: WITHOUT },
  { program: 'http-named-late.mjs', spans: WITH_ROUTE },
];

for (const release of RELEASES) {
  describe(`on ${release}`, { concurrency: 2 }, () => {
    PROGRAMS.forEach(({ program, spans, releases = RELEASES }, index) => {
      const preload: Preload = index % 2 === 0 ? 'require' : 'import';
      if (!releases.includes(release)) return; // it strips no types
      it(`${program} is traced`, async () => {
        await using collector = await startCollector();
        const ending = await runProgram({
          program: join(FOLDER, program),
          preload,
          node: await installNode(release),
          nodeFlags: ['--disable-warning=ExperimentalWarning'],
          env: collector.env,
        });
        assert.deepEqual({ code: ending.code, stdout: ending.stdout, stderr: ending.ownStderr }, { code: 0, stdout: '200\n', stderr: '' });
        assert.deepEqual(
          collector.store
            .spans()
            .map(({ kind, name }) => `${kind} ${name}`)
            .sort(),
          spans,
        );
      });
    });

    for (const preload of ['require', 'import'] as const) {
      it(`a binding that is assigned late keeps its value by ${preload}`, async () => {
        await using collector = await startCollector();
        const ending = await runProgram({
          program: join(FOLDER, 'live.mjs'),
          preload,
          node: await installNode(release),
          env: collector.env,
        });
        assert.deepEqual(
          { code: ending.code, stdout: ending.stdout, stderr: ending.ownStderr },
          { code: 0, stdout: 'function assigned later assigned later, too\n', stderr: '' },
        );
      });
    }
  });
}
