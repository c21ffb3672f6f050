/** The ways to come by a module, on every release: each is traced, and what nobody asked for is left alone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { join } from 'node:path';
import { makeApplication, type Files } from '../e2e/kit/application.ts';
import { startCollector, type Collector } from '../e2e/kit/collector.ts';
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

/** What one use of each package leaves; twice as much when it is patched twice. */
const OF_ONE_USE: Readonly<Record<string, readonly string[]>> = {
  pino: ['log'],
  bunyan: ['log'],
  winston: ['log'],
  graphql: ['graphql.parse', 'graphql.parseSchema', 'graphql.validate', 'query Asked'],
  '@grpc/grpc-js': ['client grpc.it.Greeter/Greet', 'server grpc.it.Greeter/Greet'],
  ioredis: ['client set'],
  pg: ['client pg.query:SELECT it'],
  koa: ['client GET', 'exception', 'server GET'],
  express: ['client GET', 'request handler - /things/:thing', 'server GET /things/:thing'],
};
const MIXED: readonly (readonly [program: string, order: string])[] = [
  ['mixed.mjs', 'import, require'],
  ['mixed.mjs', 'require, import'],
  ['mixed.mjs', 'import, createRequire'],
  ['mixed.mjs', 'createRequire, import'],
  ['mixed.cjs', 'import, require'],
  ['mixed.cjs', 'require, import'],
];
const WHO = ['application', 'library'];

/** What was recorded in each trace, by the name of its first span. */
function leftBy({ store }: Collector): Readonly<Record<string, readonly string[]>> {
  const spans = store.spans();
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  return Object.fromEntries(
    roots.map(({ name, traceId }) => {
      const below = spans.filter((span) => span.traceId === traceId && span.parentSpanId !== undefined);
      const names = below.map((span) => (span.kind === 'internal' ? span.name : `${span.kind} ${span.name}`));
      const exceptions = below.flatMap(({ events }) => events.map((event) => event.name));
      const logs = store.logs().filter((log) => log.traceId === traceId);
      return [name, [...names, ...exceptions, ...logs.map(() => 'log')].sort()] as const;
    }),
  );
}

/** A package that has its ES module beside its CommonJS, each with classes of its own. */
const CLIENT = `class Redis {
  options = { host: 'localhost', port: 1 };
  connect() {}
  sendCommand(command) { queueMicrotask(() => command.resolve('OK')); }
}`;
const LOGGER = `function Bunyan() {
  if (!(this instanceof Bunyan)) return new Bunyan();
  this.streams = [];
}
Bunyan.prototype = {
  level: () => 30,
  addStream(stream) { this.streams.push(stream); },
  info(msg) { this._emit({ v: 0, level: 30, name: 'it', msg, time: new Date() }); },
  _emit(record) { for (const { stream } of this.streams) stream.write(record); },
};
Bunyan.createLogger = () => new Bunyan();`;
const USES = `const whole = (loaded) => (loaded[Symbol.toStringTag] === 'Module' ? loaded.default : loaded);
exports.use = (ioredis, bunyan) => {
  new (whole(ioredis))().sendCommand({ name: 'set', args: ['a', 'b'], promise: Promise.resolve(), resolve() {}, reject() {} });
  whole(bunyan).createLogger().info('a line');
};`;
const PACKAGES: Readonly<Record<string, Files>> = {
  'with two builds': {
    'node_modules/ioredis/package.json': {
      name: 'ioredis',
      version: '5.0.0',
      exports: { import: './redis.mjs', require: './redis.cjs' },
    },
    'node_modules/ioredis/redis.mjs': `${CLIENT}\nexport default Redis;`,
    'node_modules/ioredis/redis.cjs': `${CLIENT}\nmodule.exports = Redis;`,
    'node_modules/bunyan/package.json': {
      name: 'bunyan',
      version: '1.9.0',
      exports: { import: './bunyan.mjs', require: './bunyan.cjs' },
    },
    'node_modules/bunyan/bunyan.mjs': `import bunyan from './bunyan.cjs';\nexport default bunyan;`,
    'node_modules/bunyan/bunyan.cjs': `${LOGGER}\nmodule.exports = Bunyan;`,
  },
  'that are ES modules alone': {
    'node_modules/ioredis/package.json': { name: 'ioredis', version: '5.0.0', type: 'module', exports: './redis.js' },
    'node_modules/ioredis/redis.js': `${CLIENT}\nexport default Redis;`,
    'node_modules/bunyan/package.json': { name: 'bunyan', version: '1.9.0', type: 'module', exports: './bunyan.js' },
    'node_modules/bunyan/bunyan.js': `${LOGGER}\nexport default Bunyan;`,
  },
};
const MIXED_APPLICATION: Files = {
  'uses.cjs': USES,
  'library.cjs': `module.exports = (name) => require(name);`,
  'app.mjs': `import { trace } from '@opentelemetry/api';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const library = require('./library.cjs');
const { use } = require('./uses.cjs');
const loaded = {};
for (const way of process.argv[2].split(', ')) {
  if (way === 'import') loaded.application = [await import('ioredis'), await import('bunyan')];
  else loaded.library = [library('ioredis'), library('bunyan')];
}
for (const [who, exports] of Object.entries(loaded))
  trace.getTracer('it').startActiveSpan(who, (span) => { use(...exports); span.end(); });
console.log('used');
`,
};

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

    MIXED.forEach(([program, order], index) => {
      const preload: Preload = index % 3 === 0 ? 'require' : 'import';
      it(`${program}: by ${order}, the application and its library get each package patched once`, async () => {
        await using collector = await startCollector();
        const ending = await runProgram({
          program: join(FOLDER, program),
          preload,
          args: [order, ...Object.keys(OF_ONE_USE)],
          node: await installNode(release),
          nodeFlags: ['--disable-warning=ExperimentalWarning'],
          env: collector.env,
        });
        assert.deepEqual({ code: ending.code, stdout: ending.stdout, stderr: ending.ownStderr }, { code: 0, stdout: 'used\n', stderr: '' });
        const expected = Object.entries(OF_ONE_USE).flatMap(([name, left]) => WHO.map((who) => [`${name} of the ${who}`, left] as const));
        assert.deepEqual(leftBy(collector), Object.fromEntries(expected));
      });
    });

    for (const [kind, files] of Object.entries(PACKAGES)) {
      for (const order of ['import, require', 'require, import']) {
        for (const preload of ['require', 'import'] as const) {
          it(`packages ${kind}, by ${order}, with --${preload}, are patched once for both`, async () => {
            await using collector = await startCollector();
            using application = makeApplication({ ...MIXED_APPLICATION, ...files });
            const ending = await runProgram({
              program: application.path('app.mjs'),
              preload,
              args: [order],
              node: await installNode(release),
              nodeFlags: ['--disable-warning=ExperimentalWarning'],
              env: collector.env,
            });
            assert.deepEqual(
              { code: ending.code, stdout: ending.stdout, stderr: ending.ownStderr },
              { code: 0, stdout: 'used\n', stderr: '' },
            );
            assert.deepEqual(
              ending.said.filter(({ level }) => level !== 'info'),
              [],
            );
            assert.deepEqual(leftBy(collector), { application: ['client set', 'log'], library: ['client set', 'log'] });
          });
        }
      }
    }

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
