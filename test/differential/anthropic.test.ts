/** Anthropic's SDK has spans of its own since 0.134: each call has one, the request below it another, and one `traceparent` is sent. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { ROOT } from '../e2e/kit/run-program.ts';
import { compare, placeOf, runQuietly } from './kit.ts';
import { installLibraries } from './libraries.ts';

const MODELS = [
  'plain',
  'promise',
  'with-response',
  'raw',
  'refused',
  'streamed',
  'left',
  'helper',
  'together-1',
  'together-2',
  'together-3',
];

describe('@anthropic-ai/sdk', () => {
  for (const kind of ['cjs', 'mjs']) {
    it(`gives a program what it gives it without signalbox [${kind}]`, async () => {
      using place = placeOf([ROOT, await installLibraries()]);
      await compare({ place, program: `anthropic.${kind}` }, 9);
    });

    it(`has one span for each call, and one traceparent, that of the request [${kind}]`, async () => {
      using place = placeOf([ROOT, await installLibraries()]);
      const { code, spans, stdout } = await runQuietly({ place, program: `anthropic.${kind}`, env: { TRACED: 'yes' } });
      assert.equal(code, 0);
      const calls = spans.filter(({ attributes }) => attributes['gen_ai.operation.name'] === 'chat');
      assert.deepEqual(calls.map(({ attributes }) => attributes['gen_ai.request.model']).sort(), [...MODELS].sort());
      for (const model of MODELS) {
        const call = calls.find(({ attributes }) => attributes['gen_ai.request.model'] === model);
        const requests = spans.filter(({ kind: of, parentSpanId }) => of === 'client' && parentSpanId === call?.spanId);
        assert.equal(requests.length, 1, model);
        const [, count, traceparent] = new RegExp(`^${model}: (\\d) (.*)$`, 'm').exec(stdout) ?? [];
        assert.deepEqual([count, traceparent], ['1', `00-${requests[0]?.traceId}-${requests[0]?.spanId}-03`], model);
        const caller = model.replace(/-\d$/, '').replace('-', ' ');
        assert.equal(spans.find(({ spanId }) => spanId === call?.parentSpanId)?.name, `in ${caller}`);
      }
      assert.doesNotMatch(inspect(spans.map(({ attributes, events }) => [attributes, events])), /a question|an answer/);
    });
  }
});
