/** The settings leave nothing to instrument: whoever waits for spans is told. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeUnused, type InstrumentationUse } from '../../../../src/instrumentation/loading/unused-instrumentations.ts';
import { makeApplication } from '../../../e2e/kit/application.ts';
import { startCollector } from '../../../e2e/kit/collector.ts';
import { runProgram, startProgram } from '../../../e2e/kit/run-program.ts';

const use = (part: Partial<InstrumentationUse>): InstrumentationUse => ({ enabled: undefined, loaded: [], switchedOff: [], ...part });

describe('the settings that leave nothing are named', () => {
  it('when only libraries are enabled that were not loaded, with what was', () => {
    assert.equal(
      describeUnused(use({ enabled: ['bunyan', 'graphql'], switchedOff: ['http', 'express'] })),
      'OTEL_NODE_ENABLED_INSTRUMENTATIONS must name what the application uses, but no library of bunyan, graphql was loaded. No library is traced. In use and not in it: express, http. Name what is used, or remove the setting: then all that are known are.',
    );
    assert.match(describeUnused(use({ enabled: ['bunyan'] })) ?? '', /no library of bunyan was loaded\. No library is traced\. Name/);
  });

  it('when all that was loaded is switched off', () => {
    assert.equal(
      describeUnused(use({ switchedOff: ['http', 'express'] })),
      'OTEL_NODE_DISABLED_INSTRUMENTATIONS must leave something that the application uses, but it switches off all of that: express, http. No library is traced. Take away from it what is to be traced.',
    );
  });

  it('and not when one was loaded, none are wanted, or there is nothing to instrument', () => {
    for (const each of [
      use({ enabled: ['bunyan', 'http'], loaded: ['http'], switchedOff: ['express'] }),
      use({ loaded: ['http'], switchedOff: ['express'] }),
      use({ enabled: [], switchedOff: ['http'] }),
      use({}),
    ])
      assert.equal(describeUnused(each), undefined, JSON.stringify(each));
  });
});

const SERVER = `require('node:http').createServer((request, response) => response.end()).listen(0, '127.0.0.1');
process.on('message', () => process.exit());`;

describe('a process', { concurrency: 4 }, () => {
  for (const [setting, value] of [
    ['OTEL_NODE_ENABLED_INSTRUMENTATIONS', 'bunyan'],
    ['OTEL_NODE_DISABLED_INSTRUMENTATIONS', 'http,undici'],
  ] as const) {
    it(`that serves with ${setting}=${value} says that nothing is traced`, async () => {
      await using collector = await startCollector();
      using application = makeApplication({ 'app.cjs': SERVER });
      const program = startProgram({ program: application.path('app.cjs'), env: { ...collector.env, [setting]: value } });
      const [line] = await program.output(/.*"nothing-instrumented".*/, 'stderr');
      program.child.send('stop');
      await program.ended;
      assert.ok((JSON.parse(line) as { message: string }).message.startsWith(`${setting} must`), line);
      assert.match(line, /http/);
    });
  }

  for (const [what, code] of [
    ['that records by itself', `require('@opentelemetry/api').trace.getTracer('it').startSpan('work').end(); setTimeout(() => {}, 6000);`],
    [
      'that only waits for another',
      `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 6000)'], { env: {} });`,
    ],
    ['that is over soon', `require('node:http');`],
  ] as const) {
    it(`${what} says nothing of it`, async () => {
      await using collector = await startCollector();
      using application = makeApplication({ 'app.cjs': code });
      const { said, stderr } = await runProgram({
        program: application.path('app.cjs'),
        env: { ...collector.env, OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'bunyan' },
      });
      assert.deepEqual(
        said.filter((line) => line.code === 'nothing-instrumented'),
        [],
        stderr,
      );
    });
  }
});
