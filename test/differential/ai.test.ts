/** The spans of the AI SDK: of each call of a model, of what it belongs to and of tools, in the trace of its request; nothing that was said. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inspect } from 'node:util';
import type { ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { ROOT } from '../e2e/kit/run-program.ts';
import { placeOf, runQuietly } from './kit.ts';
import { installLibraries } from './libraries.ts';

it('ai 7: a span for each operation, for each call of a model in it, and for each tool', async () => {
  using place = placeOf([ROOT, await installLibraries()]);
  const { code, metrics, spans } = await runQuietly({ place, program: 'ai.cjs' });
  assert.equal(code, 0);
  const one = (name: string): ReceivedSpan => {
    const found = spans.filter((span) => span.name === name);
    assert.equal(found.length, 1, `${found.length} spans "${name}" among ${spans.map((span) => span.name).join(', ')}`);
    return found[0] as ReceivedSpan;
  };
  const below = (parent: ReceivedSpan): readonly ReceivedSpan[] => spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);
  for (let id = 0; id < 5; id++) {
    const [operation] = below(one(`request ${id}`)) as [ReceivedSpan];
    const call = one(`chat model-${id}`);
    assert.deepEqual(
      [operation.name, operation.kind, call.kind, call.parentSpanId],
      ['ai.generateText', 'internal', 'client', operation.spanId],
    );
    assert.equal(one(`in model-${id}`).parentSpanId, call.spanId);
    assert.deepEqual(call.attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'mock',
      'gen_ai.request.model': `model-${id}`,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 9,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.response.id': 'r1',
      'gen_ai.response.model': 'answering',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 3,
      'gen_ai.usage.output_tokens': 4,
    });
  }
  const [tools] = below(one('tools')) as [ReceivedSpan];
  assert.deepEqual(
    below(tools).map(({ name }) => name),
    ['chat calling', 'execute_tool weather', 'chat calling'],
  );
  const tool = below(tools)[1] as ReceivedSpan;
  assert.deepEqual(
    [tool.attributes['gen_ai.tool.name'], tool.attributes['gen_ai.tool.call.id'], tool.status.code],
    ['weather', 'c1', 'unset'],
  );
  assert.equal(one('in tool').parentSpanId, tool.spanId);
  const [failing] = below(one('failing tool')) as [ReceivedSpan];
  const failed = below(failing).find(({ name }) => name === 'execute_tool weather');
  assert.deepEqual([failed?.status.code, failed?.attributes['error.type'], failing.status.code], ['error', 'RangeError', 'unset']);
  const [attempts] = below(one('retried')) as [ReceivedSpan];
  assert.deepEqual(
    below(attempts).map(({ status }) => status.code),
    ['error', 'unset'],
  );
  const [refused] = below(below(one('failed'))[0] as ReceivedSpan) as [ReceivedSpan];
  assert.deepEqual(
    [refused.status.code, refused.status.message, refused.attributes['error.type']],
    ['error', 'the model failed', 'TypeError'],
  );
  const streamed = one('chat streamed');
  assert.equal(streamed.parentSpanId, below(one('streamed'))[0]?.spanId);
  assert.deepEqual(
    [streamed.attributes['gen_ai.usage.output_tokens'], streamed.attributes['gen_ai.response.finish_reasons']],
    [4, ['length']],
  );
  assert.equal(one('chat broken').status.code, 'unset');
  assert.equal(one('chat refused').status.code, 'error');
  assert.equal(below(one('embedded'))[0]?.attributes['gen_ai.usage.input_tokens'], 1);
  assert.ok(spans.every(({ name }) => name !== 'chat off'));
  assert.doesNotMatch(
    inspect(
      spans.map((span) => [span.name, span.attributes, span.events]),
      { depth: 9, maxArrayLength: null },
    ),
    /secret/,
  );
  for (const [name, count] of [
    ['gen_ai.client.operation.duration', 20],
    ['gen_ai.client.token.usage', 30],
  ] as const) {
    const metric = metrics.find((each) => each.name === name);
    assert.ok(metric?.type === 'histogram', name);
    assert.ok(metric.points.reduce((sum, point) => sum + Number(point.count), 0) >= count - 10, name);
  }
});
