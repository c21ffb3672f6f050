/** The newest release of each library is within the range of its instrumentation; `scripts/try-newest.mjs --note` brings the list up to date. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { describe, it } from 'node:test';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { CATALOGUE, type CatalogueEntry } from '../../../../src/instrumentation/loading/catalogue.ts';
import { supportedInstead } from '../../../../src/instrumentation/loading/unsupported-version.ts';

const { asOf, releases } = JSON.parse(readFileSync(new URL('newest-releases.json', import.meta.url), 'utf8')) as {
  readonly asOf: string;
  readonly releases: Readonly<Record<string, string>>;
};
const { config } = loadConfig({});

/** Packages that have another name by now, of which there will be no new release. */
const ENDED = new Set([
  '@node-redis/client',
  '@aws-sdk/middleware-stack',
  '@smithy/middleware-stack',
  '@aws-sdk/smithy-client',
  '@smithy/smithy-client',
]);
/** Newest releases that are known not to be recorded, which docs/instrumentation.md says as well. */
const OUTSIDE: Readonly<Record<string, string>> = { oracledb: '>= 6.7 < 8' };

const librariesOf = ({ announced, targets }: CatalogueEntry): readonly string[] =>
  announced === undefined ? targets : [announced.library];

/** What must be there in place of a release; `undefined` when it is recorded. */
function insteadOf(entry: CatalogueEntry, library: string, version: string): string | undefined {
  const made = entry.create({ ...entry.options(config, {}), enabled: false }) as unknown as {
    getModuleDefinitions?(): Parameters<typeof supportedInstead>[3];
  };
  return supportedInstead(library, version, entry, made.getModuleDefinitions?.() ?? []);
}

describe(`the newest release of ${asOf}`, () => {
  const known = new Set<string>();
  for (const entry of CATALOGUE.filter(({ optIn, untried }) => optIn !== true || untried === true)) {
    for (const library of librariesOf(entry).filter((name) => !isBuiltin(name) && !ENDED.has(name))) {
      known.add(library);
      it(`of ${library} is recorded`, () => {
        const version = releases[library];
        assert.ok(version, `newest-releases.json must have ${library}`);
        assert.equal(insteadOf(entry, library, version), OUTSIDE[library], `${library} ${version}`);
      });
    }
  }

  it('is that of a library of the catalogue', () => {
    assert.deepEqual(Object.keys(releases).sort(), [...known].sort());
  });

  it('is told where it is a major that no range has', () => {
    const graphql = CATALOGUE.find(({ name }) => name === 'graphql') as CatalogueEntry;
    assert.equal(insteadOf(graphql, 'graphql', '18.0.0'), '>=14.0.0 <17 or >=17.0.0 <18');
  });
});
