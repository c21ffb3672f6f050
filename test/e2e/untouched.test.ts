/** What the application calls, throws and shows is what it would be without: no wrapper stands in between. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCollector, type Collector } from './kit/collector.ts';
import { PROGRAMS, runProgram, type Ending } from './kit/run-program.ts';

async function runBoth(program: string, args: readonly string[], { env }: Collector): Promise<[bare: Ending, watched: Ending]> {
  return [
    await runProgram({ program: inFolder(program), args, preload: 'none' }),
    await runProgram({ program: inFolder(program), args, env }),
  ];
}

const inFolder = (program: string): string => join(PROGRAMS, 'untouched', program);
const shown = ({ code, stdout, ownStderr }: Ending): unknown => ({ code, stdout, stderr: ownStderr });

describe('stack traces have the frames that they have without', { concurrency: 2 }, () => {
  for (const framework of ['http', 'body', 'express', 'express4', 'koa', 'fastify']) {
    it(`in the handlers of ${framework}`, async () => {
      await using collector = await startCollector();
      const [bare, watched] = await runBoth('stack-traces.cjs', [framework], collector);
      assert.match(bare.stdout, /stack-traces\.cjs/);
      assert.deepEqual(shown(watched), shown(bare));
      assert.ok(collector.store.spans().some(({ kind }) => kind === 'server'));
    });
  }
});

describe('an uncaught error is printed as without', { concurrency: 2 }, () => {
  for (const way of [
    'handler',
    'body of a request',
    'answer to a request',
    'error of a request',
    'invalid request',
    'timer of a handler',
    'module that is loaded',
  ]) {
    it(`from the ${way}`, async () => {
      await using collector = await startCollector();
      const [bare, watched] = await runBoth('crashes.cjs', [way], collector);
      assert.equal(bare.code, 1);
      assert.deepEqual(shown(watched), shown(bare));
    });
  }

  it('also when a module is missing, but for the lines in the loader of Node.js', async () => {
    const withoutLines = (text: string): string => text.replaceAll(/(node:internal[\w/]+)[:\d]+/g, '$1');
    await using collector = await startCollector();
    const [bare, watched] = await runBoth('crashes.cjs', ['module that is missing'], collector);
    assert.match(bare.stderr, /requires-missing\.cjs:1:1/);
    assert.equal(withoutLines(watched.ownStderr), withoutLines(bare.stderr));
  });

  it('and stands on the span of the request whose handler threw it, which is exported', async () => {
    for (const way of ['handler', 'timer of a handler', 'body of a request']) {
      await using collector = await startCollector();
      await runProgram({ program: inFolder('crashes.cjs'), args: [way], env: collector.env });
      const server = collector.store.spans().find(({ kind }) => kind === 'server');
      const crash = collector.store.logs().find(({ eventName }) => eventName === 'exception');
      assert.equal(server?.status.code, 'error', way);
      assert.equal(server.attributes['error.type'], 'TypeError', way);
      assert.equal(crash?.traceId, server.traceId, way);
    }
  });
});

describe('the application finds', { concurrency: 2 }, () => {
  for (const [what, program, preload] of [
    ['the stand-ins that it put in the place of packages', 'stand-ins.cjs', 'require'],
    ['the files of packages where they are', 'resolves.mjs', 'import'],
    ['its own objects as it made them', 'objects.cjs', 'require'],
  ] as const) {
    it(what, async () => {
      await using collector = await startCollector();
      const bare = await runProgram({ program: inFolder(program), preload: preload === 'import' ? 'import-nothing' : 'none' });
      const watched = await runProgram({ program: inFolder(program), preload, env: collector.env });
      assert.equal(bare.code, 0, bare.stderr);
      assert.deepEqual(shown(watched), shown(bare));
    });
  }

  it('no listener of a signal that is not its own', async () => {
    await using collector = await startCollector();
    const [bare, watched] = await runBoth('signals.cjs', [], collector);
    assert.equal(bare.stdout.split('\n').at(-2), 'drained');
    assert.deepEqual(shown(watched), shown(bare));
  });

  it('its mocks of modules in tests', async () => {
    await using collector = await startCollector();
    const program = {
      program: inFolder('mocks.test.mjs'),
      nodeFlags: ['--test', '--experimental-test-module-mocks', '--test-reporter=tap'],
    };
    const { code, stdout } = await runProgram({ ...program, preload: 'node-options', env: collector.env });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /# pass 3/);
  });
});

describe('a request to another service', () => {
  it('is sent as the application made it, however that was', async () => {
    await using collector = await startCollector();
    const [bare, watched] = await runBoth('client-calls.cjs', [], collector);
    assert.equal(bare.code, 0, bare.stderr);
    assert.equal(watched.stdout, bare.stdout);
    // One `traceparent` each, and none of the `tracestate` that belonged to the one that was handed on.
    assert.deepEqual(new Set(watched.ownStderr.trim().split('\n')), new Set(['sent 1 0']));
    const clients = collector.store.spans().filter(({ kind }) => kind === 'client');
    const servers = collector.store.spans().filter(({ kind }) => kind === 'server');
    assert.equal(clients.length, 12);
    assert.deepEqual(new Set(servers.map(({ parentSpanId }) => parentSpanId)), new Set(clients.map(({ spanId }) => spanId)));
  });

  it('is told by where it goes', async () => {
    await using collector = await startCollector();
    await runProgram({ program: inFolder('client-calls.cjs'), env: collector.env });
    const seen = collector.store
      .spans()
      .filter(({ kind, attributes }) => kind === 'client' && attributes['http.request.method'] !== undefined)
      .map(({ attributes }) => String(attributes['url.full']).replace(/:\d{4,5}/, ':PORT'));
    for (const url of ['http://127.0.0.1:PORT/path?a=REDACTED', 'http://127.0.0.1:PORT/b', 'http://shop.example/path'])
      assert.ok(seen.includes(url), `${url} in ${seen.join(', ')}`);
  });
});
