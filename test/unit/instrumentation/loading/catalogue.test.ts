/** The catalogue says what the packages say. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { INSTRUMENTATION_NAMES } from '../../../../src/config/instrumentation-names.ts';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { CATALOGUE, enabledEntries } from '../../../../src/instrumentation/loading/catalogue.ts';

interface Declared {
  readonly name: string;
  readonly files: readonly { readonly name: string }[];
}
interface Inside {
  readonly _modules?: readonly Declared[];
  readonly instrumentationV2_V3?: Inside;
  readonly instrumentationV4_V5?: Inside;
}

const { config } = loadConfig({});
/** They patch nothing: they listen on channels, observe the process, or wrap a handler that the environment names. */
const WITHOUT_TARGETS = ['undici', 'fastify', 'runtime-node', 'host-metrics', 'aws-lambda'];

/** It listens on channels too, of the modules that load it. */
const ONLY_LISTENS = ['http'];
/** Packages that a target brings, which are patched with it. */
const BROUGHT: Readonly<Record<string, readonly string[]>> = { express: ['finalhandler', 'parseurl'], undici: ['undici'] };

function declaredBy(name: string): Declared[] {
  const entry = CATALOGUE.find((each) => each.name === name);
  assert.ok(entry);
  const {
    _modules = [],
    instrumentationV2_V3,
    instrumentationV4_V5,
  } = entry.create({ ...entry.options(config, {}), enabled: false }) as unknown as Inside;
  return [..._modules, ...(instrumentationV2_V3?._modules ?? []), ...(instrumentationV4_V5?._modules ?? [])];
}

describe('each entry', () => {
  for (const { name, targets, files = [], announced, create } of CATALOGUE) {
    it(`${name} has the targets that its instrumentation declares`, () => {
      const declared = declaredBy(name);
      if (!ONLY_LISTENS.includes(name))
        assert.deepEqual([...targets, ...(BROUGHT[name] ?? [])].sort(), [...new Set(declared.map((each) => each.name))].sort());
      assert.equal(targets.length === 0, WITHOUT_TARGETS.includes(name));
      if (files.length > 0)
        assert.deepEqual(
          files,
          declared.flatMap((each) => each.files.map((file) => file.name)),
        );
      if (announced !== undefined)
        assert.equal(typeof (create({ enabled: false }) as unknown as Record<string, unknown>)[announced.method], 'function');
    });
  }

  it('has a name that the settings know, and the settings know no other', () => {
    assert.deepEqual(CATALOGUE.map(({ name }) => name).sort(), [...INSTRUMENTATION_NAMES].sort());
  });

  it('has targets that no other has', () => {
    const targets = CATALOGUE.flatMap((entry) => entry.targets);
    assert.equal(new Set(targets).size, targets.length);
  });
});

describe('options', () => {
  const optionsOf = (name: string, given: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined =>
    CATALOGUE.find((entry) => entry.name === name)?.options(config, given);

  it('of a user win over ours one by one', () => {
    assert.deepEqual(optionsOf('pg', { requireParentSpan: false, enhancedDatabaseReporting: true }), {
      requireParentSpan: false,
      ignoreConnectSpans: true,
      enhancedDatabaseReporting: true,
    });
  });

  for (const [environment, isCollected] of [
    [{}, undefined],
    [{ OTEL_METRICS_EXPORTER: 'none' }, false],
    [{ OTEL_METRICS_EXPORTER: 'prometheus' }, undefined],
    [{ OTEL_METRICS_EXPORTER: 'none', OTEL_CONFIG_FILE: fileURLToPath(import.meta.url) }, undefined],
  ] as const)
    it(`have the runtime ${isCollected === false ? 'not watched' : 'watched'} with ${JSON.stringify(environment)}`, () => {
      const runtime = CATALOGUE.find(({ name }) => name === 'runtime-node');
      assert.equal(runtime?.options(loadConfig(environment).config, {})['isCollected'], isCollected);
    });

  it('of a user do not take the place of the hooks for http that signalbox needs', () => {
    const asked: string[] = [];
    const options = optionsOf('http', {
      ignoreIncomingRequestHook: ({ url }: { url: string }) => (asked.push(url), url === '/mine'),
      redactedQueryParams: ['a'],
    });
    const isIgnored = options?.['ignoreIncomingRequestHook'] as (request: { url: string }) => boolean;
    assert.deepEqual(
      ['/health', '/mine', '/other'].map((url) => isIgnored({ url })),
      [true, true, false],
    );
    assert.deepEqual(asked, ['/mine', '/other']);
    assert.deepEqual(options?.['redactedQueryParams'], ['a']);
    assert.equal(options?.['requestHook'], undefined);
  });
});

describe('what is on', () => {
  const names = (environment: Readonly<Record<string, string>>): string[] =>
    enabledEntries(loadConfig(environment).config).map(({ name }) => name);

  it('by its option is what is off by default', () => {
    const options = { SIGNALBOX_INSTRUMENTATION_OPTIONS: '{"tedious":{"enabled":true},"dns":{"enabled":false}}' };
    assert.deepEqual(
      names(options).filter((name) => !names({}).includes(name)),
      ['tedious'],
    );
    assert.ok(!names({ ...options, OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'tedious' }).includes('tedious'));
  });

  it('by default is everything but noise, and what was not tried', () => {
    const off = CATALOGUE.map(({ name }) => name).filter((name) => !names({}).includes(name));
    assert.deepEqual(off.sort(), [
      'aws-lambda',
      'cassandra-driver',
      'connect',
      'cucumber',
      'dataloader',
      'dns',
      'fs',
      'generic-pool',
      'host-metrics',
      'knex',
      'lru-memoizer',
      'net',
      'oracledb',
      'router',
      'tedious',
    ]);
  });

  it('is what is enabled by name, without what is disabled by name', () => {
    assert.deepEqual(names({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'net,http,pg', OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg' }), [
      'http',
      'net',
    ]);
  });
});

describe('what is on by default has a program that compares it with bare', () => {
  /** Where it is not of the name of the entry; `undefined` for what watches no library. */
  const PROGRAMS: Readonly<Record<string, string | undefined>> = {
    http: 'http-client',
    'runtime-node': undefined,
    'nestjs-core': 'nestjs',
    'aws-sdk': 'aws',
    'azure-sdk': 'azure',
  };
  for (const { name } of enabledEntries(config)) {
    const program = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : name;
    if (program !== undefined)
      it(name, () => {
        const file = new URL(`../../../differential/programs/${program}.cjs`, import.meta.url);
        assert.ok(existsSync(file), fileURLToPath(file));
      });
  }
});
