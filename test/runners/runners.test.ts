/** The test kit in a user's project, under the runners themselves: vitest, jest and node:test, with the preload and without. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { startCollector } from '../e2e/kit/collector.ts';
import { snippetsOf } from '../e2e/kit/consumer-project.ts';
import { ROOT, runProgram, type Ending, type Preload } from '../e2e/kit/run-program.ts';

// Plain JavaScript without a declaration, hence the type here.
const { arePackagesInstalled, packagesFolder } = (await import(new URL('../../scripts/install-packages.mjs', import.meta.url).href)) as {
  packagesFolder(name: string): string;
  arePackagesInstalled(name: string): boolean;
};

const required = process.env['SIGNALBOX_TEST_SERVERS'] === 'required';
const skip =
  !required && !arePackagesInstalled('runners')
    ? 'SKIP runners: they are not installed (node scripts/install-packages.mjs runners)'
    : false;

const PROJECT = join(fileURLToPath(import.meta.url), '../project');
const PACKAGES = join(packagesFolder('runners'), 'node_modules');

interface Runner {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly nodeFlags?: readonly string[];
  /** jest runs tests in a realm of their own, which the preload is not in. */
  readonly isInRealm: boolean;
}

const RUNNERS: readonly Runner[] = [
  { name: 'vitest', program: join(PACKAGES, 'vitest/vitest.mjs'), args: ['run', 'vitest.test.js'], isInRealm: true },
  {
    name: 'jest',
    program: join(PACKAGES, 'jest/bin/jest.js'),
    args: ['--ci', 'jest.test.js'],
    nodeFlags: ['--experimental-vm-modules'],
    isInRealm: false,
  },
  { name: 'node:test', program: 'node.test.js', args: [], nodeFlags: ['--test-reporter=spec'], isInRealm: true },
];

const SNIPPETS = snippetsOf(readFileSync(join(ROOT, 'docs/testing.md'), 'utf8'));
const snippet = (note: string, name: string): string => {
  const found = SNIPPETS.find(({ notes }) => notes[note] === name);
  assert.ok(found, `docs/testing.md has a program after <!-- ${note}: ${name} -->`);
  return found.text;
};

/** With the types of each runner, in the forms that `expect` of both has. */
const typed = (module: string, matchers: string): string => `
import { expect, test } from '${module}';
import { collectTelemetry, telemetryMatchers } from 'signalbox/testing';
${matchers}
expect.extend(telemetryMatchers);
test('types', () => {
  using telemetry = collectTelemetry();
  const nothing: void = expect(telemetry).toHaveSpan({ name: 'a', attributes: { a: expect.any(String) } });
  expect(telemetry).not.toHaveLog({ body: /a/ });
  expect(telemetry).toHaveMetric({ name: 'm', value: 1 });
  // @ts-expect-error no such kind
  expect(telemetry).toHaveSpan({ kind: 'clint' });
  // @ts-expect-error no such matcher
  expect(telemetry).toHaveSpam({});
  return nothing;
});
`;

/** A project that has the runners, and signalbox as built. */
function createProject(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-runners-')));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@opentelemetry'), { recursive: true });
  for (const name of readdirSync(PACKAGES)) if (name !== '@opentelemetry') symlinkSync(join(PACKAGES, name), join(modules, name));
  symlinkSync(ROOT, join(modules, 'signalbox'));
  symlinkSync(join(ROOT, 'node_modules/@opentelemetry/api'), join(modules, '@opentelemetry/api'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'shop', type: 'module' }));
  for (const file of readdirSync(PROJECT)) copyFileSync(join(PROJECT, file), join(folder, file));
  return folder;
}

describe('the test kit', { skip }, () => {
  const folder = skip === false ? createProject() : '';
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** What it prints, whichever way, in one text. */
  async function run(
    runner: Runner,
    env: Readonly<Record<string, string>>,
    preload: Preload = 'none',
  ): Promise<Ending & { readonly printed: string }> {
    const program = runner.program.startsWith('/') ? runner.program : join(folder, runner.program);
    const { args, nodeFlags = [] } = runner;
    const ending = await runProgram({ program, args, nodeFlags, cwd: folder, preload, env, timeoutMs: 60_000 });
    return { ...ending, printed: stripVTControlCharacters(ending.stdout + ending.stderr) };
  }

  for (const runner of RUNNERS)
    describe(`under ${runner.name}`, () => {
      it('runs the tests of a project, those of one file at the same time too', async () => {
        const { code, printed } = await run(runner, { RUN: 'passing' });
        assert.equal(code, 0, printed);
        assert.match(printed, /4 passed|pass 4/);
      });

      it('runs them with signalbox/register, which exports what it can see', async () => {
        await using collector = await startCollector();
        const { code, printed } = await run(runner, { RUN: 'passing', ...collector.env }, 'node-options');
        assert.equal(code, 0, printed);
        const sales = collector.store.spans().filter(({ name }) => name === 'sell cart');
        assert.equal(sales.length, runner.isInRealm ? 4 : 0);
      });

      for (const [what, said] of Object.entries({
        span: [
          /expected a span \{ name: 'charge card', attributes: \{ 'cart\.id': 7 \}, parent: null \}, but there is none/,
          /attributes\["cart\.id"\]: expected 7, got "c-1"/,
          /parent: expected none, got "sell cart"/,
          /Collected:\n +"sell cart".*\n +└ "charge card"  client/,
        ],
        log: [/expected a log record \{ body: 'sold nothing' \}/, /body: expected "sold nothing", got "sold c-1"/],
        metric: [/expected a metric \{ name: 'shop\.sold', value: 3 \}/, /value: expected 3, got 2/],
        not: [/expected no span \{ name: 'sell cart' \}/],
      }))
        it(`a failure says what was there: ${what}`, async () => {
          const { code, printed } = await run(runner, { RUN: 'failing', WHAT: what });
          assert.notEqual(code, 0);
          for (const pattern of said) assert.match(printed, pattern);
        });
    });

  for (const [name, module] of [
    ['vitest', 'vitest'],
    ['jest', '@jest/globals'],
  ] as const) {
    it(`runs the program of docs/testing.md under ${name}`, async () => {
      const runner = RUNNERS.find((each) => each.name === name) as Runner;
      writeFileSync(join(folder, 'snippet.test.js'), snippet('runner', name));
      const { code, printed } = await run({ ...runner, args: [...runner.args.slice(0, -1), 'snippet.test.js'] }, {});
      assert.equal(code, 0, printed);
      assert.match(printed, /1 passed/);
    });

    for (const resolution of [
      ['--module', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ])
      it(`has types for ${name}, with ${resolution.join(' ')}`, async () => {
        writeFileSync(join(folder, 'typed.ts'), typed(module, snippet('types', name)));
        const flags = [
          '--strict',
          '--noEmit',
          '--skipLibCheck',
          '--target',
          'es2022',
          '--lib',
          'es2023,esnext.disposable,dom',
          '--types',
          '',
        ];
        const { code, stdout } = await runProgram({
          program: join(ROOT, 'node_modules/typescript/bin/tsc'),
          args: [...flags, ...resolution, 'typed.ts'],
          cwd: folder,
          preload: 'none',
        });
        assert.equal(code, 0, stdout);
      });
  }
});
