import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { launcherOf } from '../../../src/process/launcher.ts';

const of = (argv: readonly string[], execArgv: readonly string[] = [], isRunnersChild = false): string | undefined =>
  launcherOf({ argv: ['/usr/bin/node', ...argv], execArgv, isRunnersChild })?.name;

describe('a launcher is', () => {
  for (const script of [
    '/usr/lib/node_modules/npm/bin/npm-cli.js',
    '/usr/lib/node_modules/npm/bin/npx-cli.js',
    '/app/node_modules/typescript/bin/tsc',
    '/app/node_modules/tsx/dist/cli.mjs',
    '/app/node_modules/.bin/nodemon',
    '/home/me/.cache/node/corepack/v1/pnpm/9.0.0/node_modules/pnpm/bin/pnpm.cjs',
    '/app/node_modules/concurrently/dist/bin/concurrently.js',
  ]) {
    it(script, () => assert.notEqual(of([script]), undefined));
  }

  it('a link on the PATH to one of them', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-launcher-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const script = join(folder, 'lib/node_modules/npm/bin/npm-cli.js');
    mkdirSync(dirname(script), { recursive: true });
    writeFileSync(script, '');
    symlinkSync(script, join(folder, 'npm'));
    assert.equal(of([join(folder, 'npm')]), 'npm/bin/npm-cli.js');
    writeFileSync(join(folder, 'tsx'), '');
    assert.equal(of([join(folder, 'tsx')]), undefined);
  });

  for (const flags of [
    ['--check'],
    ['-c'],
    ['--run', 'start'],
    ['--run=start'],
    ['--test'],
    ['--watch'],
    ['--watch-path=src'],
    ['--build-snapshot'],
    ['--prof-process'],
  ]) {
    it(`node ${flags.join(' ')}`, () => assert.equal(of(['/app/server.js'], flags), flags[0]));
  }
});

describe('what a launcher starts', () => {
  const starts = (script: string, execArgv: readonly string[] = []): boolean | undefined =>
    launcherOf({ argv: ['/usr/bin/node', script], execArgv, isRunnersChild: false })?.startsApplications;

  for (const script of ['tsx/dist/cli.mjs', 'nx/bin/nx.js', 'lerna/dist/cli.js', 'turbo/bin/turbo', '.bin/turbo', '.bin/npm'])
    it(`may be the application: ${script}`, () => assert.equal(starts(`/app/node_modules/${script}`), true));

  for (const script of ['typescript/bin/tsc', '.bin/eslint', 'husky/bin.js'])
    it(`is not: ${script}`, () => assert.equal(starts(`/app/node_modules/${script}`), false));

  it('gets its flags when the launcher is Node.js itself', () => assert.equal(starts('/app/server.js', ['--watch']), false));
});

describe('an application is', () => {
  for (const script of [
    '/app/server.js',
    '/app/npm.js',
    '/app/src/tsc',
    '/app/bin/tsx',
    '/app/node_modules/.bin/next',
    '/app/node_modules/next/dist/bin/next',
    '/app/my-npm/bin/npm-cli.mjs',
  ]) {
    it(script, () => assert.equal(of([script]), undefined));
  }

  it('a program without a script', () => assert.equal(of([], ['-e', '1']), undefined));
  it('one whose flags only look like those', () =>
    assert.equal(of(['/app/server.js'], ['--test-timeout=5', '--check-something', '--require', 'x']), undefined));
  it('the child of a runner, in spite of its flags', () => {
    assert.equal(of(['/app/a.test.js'], ['--test'], true), undefined);
    assert.equal(of(['/app/server.js'], ['--watch'], true), undefined);
  });
});
