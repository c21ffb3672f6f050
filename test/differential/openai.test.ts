/** The spans of OpenAI: one for each call, however it is asked and however it ends, in the trace of its request. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inspect } from 'node:util';
import type { ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { runQuietly } from './kit.ts';

it('openai 6: a span for each call, in its request, with what the model says about it', async () => {
  const watched = await runQuietly({ program: 'openai-spans.cjs' });
  assert.equal(watched.code, 0);
  const spans = watched.spans;
  const find = (name: string): ReceivedSpan => {
    const found = spans.filter((span) => span.name === name);
    assert.equal(found.length, 1, `${found.length} spans "${name}" among ${spans.map((span) => span.name).join(', ')}`);
    return found[0] as ReceivedSpan;
  };
  for (let id = 0; id < 20; id++) {
    const [parent, span] = [find(`request ${id}`), find(`chat model-${id}`)];
    assert.deepEqual([span.traceId, span.parentSpanId, span.kind, span.status.code], [parent.traceId, parent.spanId, 'client', 'unset']);
    const { 'server.port': port, ...attributes } = span.attributes;
    assert.equal(typeof port, 'number');
    assert.deepEqual(attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': `model-${id}`,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 9,
      'gen_ai.response.id': 'c1',
      'gen_ai.response.model': 'answering',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 3,
      'gen_ai.usage.output_tokens': 4,
      'server.address': '127.0.0.1',
    });
    // The request that it makes is below it.
    assert.ok(spans.some(({ parentSpanId, name }) => parentSpanId === span.spanId && name === 'POST'));
  }
  const { attributes } = find('chat streamed');
  assert.deepEqual([attributes['gen_ai.usage.output_tokens'], attributes['gen_ai.response.finish_reasons']], [4, ['length']]);
  assert.equal(find('chat left').status.code, 'unset');
  assert.equal(find('chat raw').status.code, 'unset');
  const refused = find('chat refused');
  assert.deepEqual([refused.status.code, refused.attributes['error.type']], ['error', '401']);
  assert.doesNotMatch(inspect(spans.map((span) => [span.attributes, span.events])), /a question|an answer/);
  const names = new Set(watched.metrics.map(({ name }) => name));
  assert.ok(names.has('gen_ai.client.operation.duration') && names.has('gen_ai.client.token.usage'));
});
