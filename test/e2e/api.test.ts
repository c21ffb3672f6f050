/** The application's copy of the OpenTelemetry API reaches what signalbox registers, which brings a copy of its own. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeApplication } from './kit/application.ts';
import { startCollector } from './kit/collector.ts';
import { ROOT, runProgram, type Ending } from './kit/run-program.ts';

const SIGNALBOX = JSON.stringify(join(ROOT, 'dist/index.js'));

interface Outcome {
  readonly stdout: string;
  readonly said: readonly string[];
  readonly names: readonly string[];
}

async function run(app: string, { preload = 'require' as 'require' | 'none', file = 'app.cjs' } = {}): Promise<Outcome> {
  await using collector = await startCollector();
  using application = makeApplication({ [file]: app }, ['express', 'winston']);
  const ending: Ending = await runProgram({ program: application.path(file), preload, env: collector.env });
  assert.equal(ending.code, 0, ending.stderr);
  return {
    stdout: ending.stdout,
    said: ending.said.filter(({ level }) => level !== 'info').map(({ code }) => code),
    names: [...collector.store.spans().map(({ name }) => name), ...collector.store.logs().map(({ body }) => String(body))].sort(),
  };
}

describe('nothing of OpenTelemetry is loaded', () => {
  it('by a program that uses none of it', async () => {
    const { stdout } = await run(
      'setImmediate(() => setImmediate(() => console.log(Object.keys(require.cache).filter((path) => /node_modules.@opentelemetry/.test(path) && !/sdk-metrics|resources|core|api|semantic-conventions/.test(path)))));',
    );
    assert.equal(stdout, '[]\n');
  });

  it('before the first statement of the program, nor by a server of Express', async () => {
    const { stdout } = await run(
      `const loaded = () => Object.keys(require.cache).filter((path) => /node_modules.@opentelemetry/.test(path));
       console.log(loaded()); require('express')().get('/', () => {}); require('winston').createLogger({}); console.log(loaded());`,
    );
    assert.equal(stdout, '[]\n[]\n');
  });
});

describe('an application that replaces the functions of node:crypto', () => {
  for (const [what, file, load] of [
    ['require', 'app.cjs', "const crypto = require('crypto'); const { trace } = require('@opentelemetry/api');"],
    ['require of node:', 'app.cjs', "const crypto = require('node:crypto'); const { trace } = require('@opentelemetry/api');"],
    ['import', 'app.mjs', "import crypto from 'node:crypto'; import { trace } from '@opentelemetry/api';"],
    [
      'process.getBuiltinModule',
      'app.cjs',
      "const crypto = process.getBuiltinModule('crypto'); const { trace } = require('@opentelemetry/api');",
    ],
  ] as const) {
    it(`by ${what}, hears nothing of the ids of spans`, async () => {
      const { names, stdout } = await run(
        `${load}
         for (const name of ['randomFillSync', 'randomBytes', 'randomUUID', 'randomInt']) crypto[name] = () => { console.log(name); throw new Error(name); };
         trace.getTracer('t').startSpan('work').end();`,
        { file },
      );
      assert.deepEqual({ names, stdout }, { names: ['work'], stdout: '' });
    });
  }
});

describe('what was taken from the API', () => {
  it('before startTelemetry() records after it', async () => {
    const { names, said } = await run(
      `const api = require('@opentelemetry/api');
       const [tracer, logger] = [api.trace.getTracer('early'), api.logs.getLogger('early')];
       require(${SIGNALBOX}).startTelemetry();
       tracer.startSpan('span of an early tracer').end();
       logger.emit({ body: 'line of an early logger' });`,
      { preload: 'none' },
    );
    assert.deepEqual({ names, said }, { names: ['line of an early logger', 'span of an early tracer'], said: [] });
  });

  it('after startTelemetry() in code that had not loaded it records', async () => {
    const { names } = await run(
      `require(${SIGNALBOX}).startTelemetry();
       const { trace, context } = require('@opentelemetry/api');
       trace.getTracer('late').startActiveSpan('outer', (outer) => {
         console.log(trace.getActiveSpan() === outer);
         trace.getTracer('late').startSpan('inner').end();
         outer.end();
       });`,
      { preload: 'none' },
    );
    assert.deepEqual(names, ['inner', 'outer']);
  });

  for (const [what, file, load] of [
    ['require', 'app.cjs', "const api = require('@opentelemetry/api');"],
    ['import', 'app.mjs', "import * as api from '@opentelemetry/api';"],
  ] as const) {
    it(`by ${what}, is what the official API gives: context, baggage, delegate, diagnostics`, async () => {
      const { names, said, stdout } = await run(
        `${load}
         const { context, propagation, trace, ROOT_CONTEXT } = api;
         const span = trace.getTracer('t').startSpan('work');
         context.with(propagation.setBaggage(trace.setSpan(ROOT_CONTEXT, span), propagation.createBaggage({ a: { value: '1' } })), () => {
           const headers = {};
           propagation.inject(context.active(), headers);
           console.log(headers.traceparent.includes(span.spanContext().traceId), trace.getActiveSpan() === span, propagation.getActiveBaggage().getEntry('a').value);
         });
         const { getDelegate } = trace.getTracerProvider();
         console.log(typeof getDelegate, typeof trace.getTracerProvider().getDelegate().getTracer, typeof trace.getTracerProvider().forceFlush);
         api.diag.error('something of the application');
         span.end();`,
        { file },
      );
      assert.equal(stdout, 'true true 1\nfunction function function\n');
      assert.deepEqual({ names, said }, { names: ['work'], said: ['otel.error something of the application'] });
    });
  }

  it('is refused to register another SDK, which is said', async () => {
    const { names, said } = await run(
      `const { trace, metrics } = require('@opentelemetry/api');
       console.log(trace.setGlobalTracerProvider({ getTracer() {} }), metrics.setGlobalMeterProvider({ getMeter() {} }));
       trace.getTracer('t').startSpan('work').end();`,
    );
    assert.deepEqual({ names, said }, { names: ['work'], said: ['other-provider'] });
  });

  it('has the root context where nothing is active', async () => {
    const { stdout } = await run(
      "const { context, ROOT_CONTEXT } = require('@opentelemetry/api'); console.log(context.active() === ROOT_CONTEXT);",
    );
    assert.equal(stdout, 'true\n');
  });
});
