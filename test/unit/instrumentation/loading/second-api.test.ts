/** A copy of the API beside signalbox's: whether its records arrive, and what is said when they do not. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { reaches } from '../../../../src/instrumentation/loading/second-api.ts';
import { makeApplication } from '../../../e2e/kit/application.ts';
import { startCollector } from '../../../e2e/kit/collector.ts';
import { ROOT, runProgram, type SaidLine } from '../../../e2e/kit/run-program.ts';

const OURS = (JSON.parse(readFileSync(join(ROOT, 'node_modules/@opentelemetry/api/package.json'), 'utf8')) as { version: string }).version;
const RECORD = `const { trace, metrics, logs } = require('@opentelemetry/api');
trace.getTracer('it').startActiveSpan('work', (span) => span.end());
metrics.getMeter('it').createCounter('counted').add(1);
logs?.getLogger('it').emit({ body: 'a line' });`;

interface Outcome {
  readonly said: readonly SaidLine[];
  readonly recorded: readonly string[];
}

/** What an application records that has a copy of `version` in `folder`, and loads it. */
async function record(version: string, packageJson: object = {}, inside = '.'): Promise<Outcome> {
  await using collector = await startCollector();
  using application = makeApplication({
    'package.json': { name: 'it', ...packageJson },
    [`${inside}/index.cjs`]: RECORD,
    'app.cjs': `require('./${inside}/index.cjs');`,
    // Takes the place of the link to the project's own.
    'node_modules/@opentelemetry/api/.keep': '',
  });
  const copy = application.path(join(inside, 'node_modules/@opentelemetry/api'));
  cpSync(join(ROOT, 'node_modules/@opentelemetry/api'), copy, { recursive: true, dereference: true });
  // What is compared is the version that a copy has in itself.
  for (const file of ['package.json', 'dist/version.cjs']) {
    const path = join(copy, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`"${OURS}"`, `"${version}"`));
  }
  const ending = await runProgram({ program: application.path('app.cjs'), env: collector.env });
  assert.deepEqual({ code: ending.code, stderr: ending.ownStderr }, { code: 0, stderr: '' });
  const names = [...collector.store.spans(), ...collector.store.metrics()].map(({ name }) => name);
  return {
    said: ending.said.filter(({ level }) => level !== 'info'),
    recorded: [...names.filter((name) => ['work', 'counted'].includes(name)), ...collector.store.logs().map(({ body }) => String(body))],
  };
}

const ALL = ['work', 'counted', 'a line'];

describe('a second copy of the API', { concurrency: 2 }, () => {
  for (const version of ['1.0.0', '1.9.1', OURS, '1.10.7']) {
    it(`of ${version} loses nothing, and nothing is said`, async () => {
      assert.deepEqual(await record(version), { said: [], recorded: ALL });
    });
  }

  it('that is newer loses all: the line says so, and has the application install another', async () => {
    const { said, recorded } = await record('1.11.0', { dependencies: { '@opentelemetry/api': '^1.11.0' } });
    assert.deepEqual(recorded, []);
    assert.equal(said.length, 1);
    assert.match(
      said[0]?.message ?? '',
      /is 1\.11\.0\. What is recorded through it is lost\. Run "npm install @opentelemetry\/api@1\.10\.0"\./,
    );
  });

  it('that is newer and pinned by a package is overridden', async () => {
    const { said, recorded } = await record('1.11.0', {}, 'node_modules/pins');
    assert.deepEqual(recorded, []);
    assert.equal(said.length, 1);
    assert.ok(
      said[0]?.message.includes(`Put "overrides": {"@opentelemetry/api": "${OURS}"} into the application's package.json`),
      said[0]?.message,
    );
  });
});

it('a copy reaches what one as new or newer of its major has registered', () => {
  const versions: Readonly<Record<string, boolean>> = {
    '0.21.0': false,
    '1.0.0': true,
    '1.9.1': true,
    '1.10.0': true,
    '1.10.3': true,
    '1.11.0': false,
    '2.0.0': false,
    '1.10.0-rc.1': false,
  };
  for (const [version, expected] of Object.entries(versions)) assert.equal(reaches(version, '1.10.0'), expected, version);
});
