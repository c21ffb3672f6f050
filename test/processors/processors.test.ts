/** Span processors of vendors receive from signalbox's engine what they receive under the official SDK that they are made for. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startCollector, type Collector } from '../e2e/kit/collector.ts';
import { ROOT, runProgram, type Preload } from '../e2e/kit/run-program.ts';
import { startVendorServer, type Sent } from './kit/vendor-server.ts';

// Plain JavaScript without a declaration, hence the type here.
const { arePackagesInstalled, packagesFolder } = (await import(new URL('../../scripts/install-packages.mjs', import.meta.url).href)) as {
  packagesFolder(name: string): string;
  arePackagesInstalled(name: string): boolean;
};

const required = process.env['SIGNALBOX_TEST_SERVERS'] === 'required';
const skip =
  !required && !arePackagesInstalled('processors')
    ? 'SKIP processors: they are not installed (node scripts/install-packages.mjs processors)'
    : false;

const PROGRAMS = join(dirname(fileURLToPath(import.meta.url)), 'programs');
const RESOURCE = { OTEL_SERVICE_NAME: 'shop', OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.2.3,team=till' };
/** Traceloop renames `ai.generateText` as it starts, for everybody. */
const NAMES = ['ai.toolCall lookup', 'alone', 'clerk.agent', 'POST /chat'];

interface Run {
  /** What the processors were called with, line by line. */
  readonly calls: readonly Readonly<Record<string, unknown>>[];
  readonly sent: readonly Sent[];
}

interface RunOptions {
  readonly preload?: Preload;
  readonly env?: Readonly<Record<string, string>>;
}

/** In an application that has the packages of test/processors, and signalbox as built. */
async function run(program: string, { preload = 'none', env = {} }: RunOptions = {}): Promise<Run> {
  await using vendors = await startVendorServer();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-processors-')));
  try {
    const packages = join(packagesFolder('processors'), 'node_modules');
    mkdirSync(join(folder, 'node_modules'));
    for (const name of readdirSync(packages)) symlinkSync(join(packages, name), join(folder, 'node_modules', name));
    symlinkSync(ROOT, join(folder, 'node_modules/signalbox'));
    for (const file of readdirSync(PROGRAMS)) copyFileSync(join(PROGRAMS, file), join(folder, file));
    const ending = await runProgram({
      program: join(folder, program),
      cwd: folder,
      preload,
      env: { ...RESOURCE, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', VENDORS: vendors.url, ...env },
    });
    assert.equal(ending.code, 0, ending.stderr);
    assert.deepEqual(
      // Where the vendors' packages are loaded before signalbox, so are libraries that they bring.
      ending.said.filter(({ level, code }) => level !== 'info' && !code.startsWith('loaded-first.')),
      [],
    );
    const lines = ending.stdout.split('\n').filter((line) => line.startsWith('{'));
    return { calls: lines.map((line) => JSON.parse(line) as Record<string, unknown>), sent: vendors.sent };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What each vendor got, in its own order; of the resource what was said of it, for signalbox knows more. */
function sentTo({ sent }: Run): Record<string, unknown> {
  const paths = new Map<string, unknown[]>();
  for (const { path, authorization, spans } of sent) {
    const known = paths.get(path) ?? [];
    paths.set(path, known);
    for (const { resource, resourceSchemaUrl: _, ...span } of spans) {
      const { 'service.name': name, 'service.version': version, team } = resource;
      known.push({ ...span, resource: { name, version, team }, authorization });
    }
  }
  return Object.fromEntries([...paths].sort());
}

function namesAt(collector: Collector): string[] {
  return collector.store
    .spans()
    .map(({ name }) => name)
    .sort((a, b) => a.localeCompare(b));
}

describe('processors of vendors', { skip }, () => {
  if (skip !== false) return;
  const official = run('official.cjs');

  it('are called by the official SDK, and send (so that there is something to compare)', async () => {
    const expected = await official;
    assert.deepEqual(Object.keys(sentTo(expected)), ['/api/public/otel/v1/traces', '/i/v0/ai/otel', '/traceloop/v1/traces']);
    const methods = new Set(expected.calls.map(({ method }) => method));
    for (const method of ['onStart', 'onEnding', 'onEnd']) assert.ok(methods.has(method), method);
    assert.ok(expected.calls.filter(({ name }) => name === 'memory').length === 2 * NAMES.length);
  });

  for (const [how, program, options] of [
    ['given to startTelemetry()', 'given.cjs', {}],
    ['exported by SIGNALBOX_EXTENSIONS', 'preloaded.cjs', { preload: 'require', env: { SIGNALBOX_EXTENSIONS: './vendors.cjs' } }],
  ] as const)
    it(`get the same when they are ${how}, field by field; the collector gets every span as well`, async () => {
      await using collector = await startCollector();
      const actual = await run(program, { ...options, env: { ...collector.env, ...('env' in options ? options.env : {}) } });
      const expected = await official;
      assert.deepEqual(actual.calls, expected.calls);
      assert.deepEqual(sentTo(actual), sentTo(expected));
      assert.deepEqual(namesAt(collector), NAMES);
    });
});
