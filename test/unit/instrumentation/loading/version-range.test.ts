/** Our reading of ranges says what that of the official instrumentations says. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { CATALOGUE } from '../../../../src/instrumentation/loading/catalogue.ts';
import { InstrumentationBase } from '../../../../src/instrumentation/loading/instrumentation-base.ts';
import { isOfComparators, satisfies } from '../../../../src/instrumentation/loading/version-range.ts';

const require = createRequire(import.meta.url);
const official = (
  require(join(dirname(require.resolve('@opentelemetry/instrumentation')), 'semver.cjs')) as {
    satisfies: (version: string, range: string) => boolean;
  }
).satisfies;

const { config } = loadConfig({});
const ours = CATALOGUE.map((entry) => entry.create({ ...entry.options(config, {}), enabled: false })).filter(
  (instrumentation) => instrumentation instanceof InstrumentationBase,
);
const RANGES = [
  ...new Set([
    ...ours.flatMap((instrumentation) =>
      instrumentation
        .getModuleDefinitions()
        .flatMap(({ supportedVersions, files }) => [...supportedVersions, ...files.flatMap((file) => file.supportedVersions)]),
    ),
    ...CATALOGUE.flatMap(({ announced }) => announced?.versions ?? []),
    '>=1.2.3 <2 || >=3.1 <3.4.5',
    '> 1.0.0 <= 2.0.0',
    '=4.17.6',
  ]),
];
/** Around each limit: releases below, at and above it, a pre-release of it, a build of it. */
const VERSIONS = RANGES.flatMap((range) => [...range.matchAll(/(\d+)(?:\.(\d+))?(?:\.(\d+))?/g)]).flatMap(
  ([, major = '0', minor = '0', patch = '0']) => [
    `${major}.${minor}.${patch}`,
    `${major}.${minor}.${Number(patch) + 1}`,
    `${major}.${Number(minor) + 1}.0`,
    `${Number(major) + 1}.0.0`,
    `${major}.${minor}.${patch}-beta.1`,
    `${major}.${minor}.${patch}+build.5`,
    `${Math.max(0, Number(major) - 1)}.99.99`,
  ],
);

describe('a range of releases', () => {
  it('of our own instrumentations is one that we can read', () => {
    assert.ok(ours.length > 10);
    assert.deepEqual(
      RANGES.filter((range) => !isOfComparators(range)),
      [],
    );
  });

  it('holds the releases that the official instrumentations say it holds', () => {
    for (const range of RANGES)
      for (const version of [...VERSIONS, 'latest', '', '1.2'])
        assert.equal(satisfies(version, range), official(version, range), `${version} of ${range}`);
  });

  it('is left to the official ones with carets, tildes, wildcards, pre-releases and lone majors', () => {
    for (const range of ['^1.0.0', '~2.1', '*', '1.x', '2', '>=1.0.0-0 <2', '1 - 2', '>=1 3.5', '2 || >=4.0.0'])
      assert.equal(isOfComparators(range), false, range);
  });
});
