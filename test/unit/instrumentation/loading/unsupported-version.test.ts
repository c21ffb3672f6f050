/** A library that is too new or too old for its instrumentation is named, and nothing else is. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { CATALOGUE } from '../../../../src/instrumentation/loading/catalogue.ts';
import { supportedInstead } from '../../../../src/instrumentation/loading/unsupported-version.ts';
import { makeApplication, type Files } from '../../../e2e/kit/application.ts';
import { runProgram, type SaidLine } from '../../../e2e/kit/run-program.ts';

const NOTHING = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

/** A package of CommonJS, or an ES module, that exports nothing of use. */
const made = (name: string, version: string, type: 'commonjs' | 'module' = 'commonjs'): Files => ({
  [`node_modules/${name}/package.json`]: { name, version, type, exports: { '.': './index.js', './inside.js': './inside.js' } },
  [`node_modules/${name}/index.js`]: type === 'module' ? 'export default class {}' : 'module.exports = class {};',
  [`node_modules/${name}/inside.js`]: type === 'module' ? 'export const inside = 1;' : 'exports.inside = 1;',
});

async function saidBy(files: Files, app: string, env: Readonly<Record<string, string>> = {}): Promise<readonly SaidLine[]> {
  const name = app.startsWith('import') ? 'app.mjs' : 'app.cjs';
  using application = makeApplication({ ...files, [name]: app });
  const ending = await runProgram({ program: application.path(name), env: { ...NOTHING, ...env } });
  assert.deepEqual({ code: ending.code, stderr: ending.ownStderr }, { code: 0, stderr: '' });
  return ending.said.filter(({ code }) => /^(?:unsupported-version|not-by-default)/.test(code));
}

describe('a release that is not instrumented is named once, with what is', { concurrency: 2 }, () => {
  for (const [what, files, app, library, supported, version] of [
    ['too new, by require', made('bunyan', '3.0.0'), `require('bunyan'); require('bunyan');`, 'bunyan', '>=1.0.0 <3', '3.0.0'],
    ['too new, by import', made('bunyan', '3.0.0'), `import 'bunyan';`, 'bunyan', '>=1.0.0 <3', '3.0.0'],
    ['too new, an ES module', made('openai', '8.1.0', 'module'), `import 'openai';`, 'openai', '>=4.19.0 <8', '8.1.0'],
    ['too new, an ES module by require', made('openai', '8.1.0', 'module'), `require('openai');`, 'openai', '>=4.19.0 <8', '8.1.0'],
    [
      'too new, a file of it',
      made('graphql', '18.0.0'),
      `require('graphql/inside.js');`,
      'graphql',
      '>=14.0.0 <17 or >=17.0.0 <18',
      '18.0.0',
    ],
    ['too old', made('pino', '4.17.6'), `require('pino');`, 'pino', '>=5.14.0 <11', '4.17.6'],
    ['too old for its channel', made('fastify', '3.29.5'), `require('fastify');`, 'fastify', '>=4.0.0', '3.29.5'],
    ['in a scope', made('@hapi/hapi', '22.0.0'), `import '@hapi/hapi';`, '@hapi/hapi', '>=18.0.0 <22', '22.0.0'],
  ] as const) {
    it(what, async () => {
      const said = await saidBy(files, app);
      assert.deepEqual(
        said.map(({ code }) => code),
        [`unsupported-version.${library}`],
      );
      assert.ok(
        said[0]?.message.startsWith(`"${library}" must be ${supported} to be instrumented, but ${version} was loaded. `),
        said[0]?.message,
      );
    });
  }
});

describe('a library that is not instrumented by default is named once', { concurrency: 2 }, () => {
  for (const app of [`require('tedious'); require('tedious');`, `import 'tedious';`])
    it(app, async () => {
      const said = await saidBy(made('tedious', '19.0.0'), app);
      assert.deepEqual(
        said.map(({ code, level }) => [code, level]),
        [['not-by-default.tedious', 'info']],
      );
    });

  for (const env of [
    { SIGNALBOX_INSTRUMENTATION_OPTIONS: '{"tedious":{"enabled":true}}' },
    { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'tedious' },
    { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' },
  ])
    it(`unless somebody decided: ${JSON.stringify(env)}`, async () => {
      const files = {
        'node_modules/tedious/package.json': { name: 'tedious', version: '19.0.0' },
        'node_modules/tedious/index.js':
          'exports.Connection = class { callProcedure() {} execSql() {} execSqlBatch() {} execBulkLoad() {} prepare() {} execute() {} connect() {} };',
      };
      assert.deepEqual(await saidBy(files, `require('tedious');`, env), []);
    });
});

describe('nothing is said', { concurrency: 2 }, () => {
  it('of a library whose instrumentation is switched off', async () => {
    const off = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'bunyan' };
    assert.deepEqual(await saidBy(made('bunyan', '3.0.0'), `require('bunyan');`, off), []);
    assert.deepEqual(await saidBy(made('bunyan', '3.0.0'), `require('bunyan');`, { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'pg' }), []);
    const byOption = { SIGNALBOX_INSTRUMENTATION_OPTIONS: '{"bunyan":{"enabled":false}}' };
    assert.deepEqual(await saidBy(made('bunyan', '3.0.0'), `require('bunyan');`, byOption), []);
  });

  it('of a library that nobody instruments, nor of one that is only looked for', async () => {
    assert.deepEqual(await saidBy(made('left-pad', '99.0.0'), `require('left-pad'); require.resolve('left-pad');`), []);
    assert.deepEqual(await saidBy(made('bunyan', '3.0.0'), `require.resolve('bunyan');`), []);
  });

  it('of the releases that this project has installed', async () => {
    const names = ['express', 'koa', 'pg', 'pino', 'bunyan', 'graphql', 'ioredis', 'kafkajs', 'mysql2', 'fastify', 'undici', 'bullmq'];
    using application = makeApplication({ 'app.cjs': names.map((name) => `require('${name}');`).join('\n') }, names);
    const ending = await runProgram({ program: application.path('app.cjs'), env: NOTHING });
    assert.equal(ending.code, 0, ending.stderr);
    assert.deepEqual(
      ending.said.filter(({ code }) => code.startsWith('unsupported-version.')),
      [],
    );
  });
});

describe('a release that is instrumented through another package', () => {
  const { config } = loadConfig({});
  const instead = (name: string, library: string, version: string): string | undefined => {
    const entry = CATALOGUE.find((each) => each.name === name) ?? assert.fail(name);
    const instrumentation = entry.create({ ...entry.options(config, {}), enabled: false }) as unknown as {
      getModuleDefinitions(): Parameters<typeof supportedInstead>[3];
    };
    return supportedInstead(library, version, entry, instrumentation.getModuleDefinitions());
  };

  it('is supported: redis 4 and newer by its client, older releases of the AWS SDK by theirs', () => {
    for (const version of ['2.6.0', '3.1.2', '4.7.1', '5.8.0', '6.0.0'])
      assert.equal(instead('redis', 'redis', version), undefined, version);
    for (const version of ['2.5.7', '3.0.0', '3.24.0']) assert.equal(instead('aws-sdk', '@smithy/core', version), undefined, version);
  });

  it('is not when that is too new itself, or there is no other', () => {
    assert.equal(instead('redis', '@redis/client', '7.0.0'), '>=5.12.0 <7 or >=1.0.0 <5.12.0');
    assert.equal(instead('redis', 'redis', '2.5.0'), '>=2.6.0 <4');
  });
});
