import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReporter } from '../../../../src/diagnostics/reporter.ts';
import { createSampler } from '../../../../src/engine/traces/sampler.ts';
import { createSpanNotices, sayItemsDropped } from '../../../../src/engine/traces/span-notices.ts';
import { createTracerProvider } from '../../../../src/engine/traces/tracer-provider.ts';
import { toPlain } from '../../../../src/values/plain-value.ts';
import { onItemsDropped } from '../../../../src/values/dropped-items.ts';
import { LIMITS, resource } from './kit.ts';

function setUp(level: 'debug' | 'info') {
  const said: string[] = [];
  const reporter = createReporter({ level, forPerson: true, write: (line) => said.push(line) });
  const notices = createSpanNotices(reporter, LIMITS);
  const provider = createTracerProvider({ sampler: createSampler('always_on', 1), limits: LIMITS, resource, notices, onEnd() {} });
  return { said, tracer: provider.getTracer('t') };
}

const CONTEXT = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };

function recordTooMuch({ tracer }: ReturnType<typeof setUp>): void {
  const span = tracer.startSpan('GET /?token=abcdefgh12345678');
  for (let i = 0; i < 10; i++) {
    span.setAttribute(`k${i}`, i);
    span.addEvent('e', { a: 1, b: 2, c: 3, d: 4 });
    span.addLink({ context: CONTEXT, attributes: { a: 1, b: 2, c: 3 } });
  }
  span.end();
  span.setAttribute('late', 1);
  span.addEvent('late');
  span.end();
}

test('what the limits of a span cost is said at debug, each thing once, with its setting and without secrets', () => {
  const made = setUp('debug');
  recordTooMuch(made);
  recordTooMuch(made);
  const about = [
    /at most 8 attributes \(OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT\).* but 2 of/,
    /at most 5 events \(OTEL_SPAN_EVENT_COUNT_LIMIT\).* but 5 of/,
    /at most 3 links \(OTEL_SPAN_LINK_COUNT_LIMIT\).* but 7 of/,
    /An event .* at most 3 attributes \(OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT\).* but 5 of/,
    /A link .* at most 2 attributes \(OTEL_LINK_ATTRIBUTE_COUNT_LIMIT\).* but 3 of/,
    /setAttribute\(\) was called on "GET .*" after end\(\)/,
  ];
  assert.equal(made.said.length, about.length, made.said.join(''));
  for (const [index, pattern] of about.entries()) assert.match(made.said[index] as string, pattern);
  assert.doesNotMatch(made.said.join(''), /abcdefgh/);
});

test('nothing is said of a span within the limits, nor below debug', () => {
  const [quiet, info] = [setUp('debug'), setUp('info')];
  quiet.tracer
    .startSpan('s', { attributes: { a: 1 } })
    .addEvent('e')
    .end();
  recordTooMuch(info);
  assert.deepEqual([...quiet.said, ...info.said], []);
});

test('items of lists and maps for which a value has no room are said once, of every kind of list', (t) => {
  const said: string[] = [];
  const reporter = createReporter({ level: 'debug', forPerson: true, write: (line) => said.push(line) });
  const heard: (readonly [string, number])[] = [];
  onItemsDropped((key, items) => {
    heard.push([key, items]);
    sayItemsDropped(reporter, key, items);
  });
  t.after(() => onItemsDropped(undefined));
  const numbers = Array.from({ length: 1030 }, (_, i) => i);
  const span = setUp('info').tracer.startSpan('s');
  span.setAttribute('list', numbers);
  span.setAttribute('set', new Set(numbers) as never);
  span.setAttribute('map', new Map(numbers.map((i) => [i, i])) as never);
  span.setAttribute('object', Object.fromEntries(numbers.map((i) => [i, i])) as never);
  span.setAttribute('nested', { a: numbers.slice(0, 1000), b: numbers.slice(0, 30) } as never);
  span.setAttribute('fits', numbers.slice(0, 1024));
  assert.deepEqual(heard, [
    ['list', 6],
    ['set', 6],
    ['map', 6],
    ['object', 6],
    ['nested', 8],
  ]);
  assert.equal(said.length, 1);
  assert.match(said[0] as string, /The attribute "list" must have at most 1024 array items .* but 6 more did not fit/);
  assert.equal((toPlain(numbers, 100) as unknown[]).length, 1024);
});
