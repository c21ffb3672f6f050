/** What is installed and published: one copy of OpenTelemetry, exact versions, no script of ours, no foreign host. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { version } from '../../src/version.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const readJson = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Record<string, unknown>;

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifest = readJson('package.json') as {
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  scripts: Record<string, string>;
};
const locked = Object.entries((readJson('package-lock.json') as { packages: Record<string, LockedPackage> }).packages).filter(
  ([path]) => path !== '',
);

describe('the packages', () => {
  it('hold each @opentelemetry package once', () => {
    const copies = new Map<string, string[]>();
    for (const [path] of locked) {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      if (name.startsWith('@opentelemetry/') || name === 'import-in-the-middle' || name === 'require-in-the-middle')
        copies.set(name, [...(copies.get(name) ?? []), path]);
    }
    assert.ok(copies.size > 50, 'the lockfile was not read');
    assert.deepEqual(
      [...copies].filter(([, paths]) => paths.length > 1),
      [],
    );
  });

  it('are pinned to exact versions', () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, wanted]) => !/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(wanted),
    );
    assert.deepEqual(loose, []);
  });

  it('run no install script but those that are known', () => {
    const scripts = locked.filter(([, { hasInstallScript, dev }]) => hasInstallScript === true && dev !== true).map(([path]) => path);
    assert.deepEqual(scripts, ['node_modules/protobufjs']);
    for (const name of ['preinstall', 'install', 'postinstall']) assert.equal(manifest.scripts[name], undefined);
  });

  it('stand in the lockfile for every platform, or npm ci refuses it', () => {
    // A registry that lacks a platform's package makes npm leave it out.
    const names = new Set(locked.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)));
    const missing = locked.flatMap(([, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !names.has(name)),
    );
    assert.deepEqual(missing, []);
  });

  it('come without addresses of a registry in the lockfile', () => {
    assert.deepEqual(
      locked.filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith('file:')).map(([path]) => path),
      [],
    );
  });

  it('and the version in the code is the version of the package', () => {
    assert.equal(version, manifest.version);
  });
});
