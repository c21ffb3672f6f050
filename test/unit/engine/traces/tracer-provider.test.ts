import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Span, Tracer } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { require } from '../../../../src/runtime/otel.ts';
import { newSpanId, newTraceId } from '../../../../src/engine/traces/ids.ts';
import { createSampler } from '../../../../src/engine/traces/sampler.ts';
import { createPropagator } from '../../../../src/context/propagation/create-propagator.ts';
import { jsonEncoder } from '../../../../src/otlp/encode/json-encoder.ts';
import { createTracerProvider } from '../../../../src/engine/traces/tracer-provider.ts';
import { api, createEngine, LIMITS, onlySpan, record, resource } from './kit.ts';

const { suppressTracing, W3CTraceContextPropagator } = require('@opentelemetry/core') as typeof import('@opentelemetry/core');
const ROOT = api.ROOT_CONTEXT;
const REMOTE = { traceId: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', spanId: 'bbbbbbbbbbbbbbbb', isRemote: true };

test('ids are lower-case hex of the right length, never all zero, and differ', () => {
  const traceIds = Array.from({ length: 5000 }, newTraceId);
  const spanIds = Array.from({ length: 5000 }, newSpanId);
  for (const id of traceIds) assert.match(id, /^(?!0{32})[0-9a-f]{32}$/);
  for (const id of spanIds) assert.match(id, /^(?!0{16})[0-9a-f]{16}$/);
  assert.equal(new Set([...traceIds, ...spanIds]).size, 10_000);
});

/** The flags of the `traceparent` that goes out with `span`. */
function flagsSent(span: Span, context = api.trace.setSpan(ROOT, span)): string | undefined {
  const headers: Record<string, string> = {};
  createPropagator({ propagators: ['tracecontext'], baggageHosts: [] }).inject(context, headers, api.defaultTextMapSetter);
  return headers['traceparent']?.slice(-2);
}

test('a root span is sent with the random flag, and so are its children; applications see whether it is sampled', () => {
  const { tracer } = createEngine();
  const root = tracer.startSpan('root', {}, ROOT);
  const child = tracer.startSpan('child', {}, api.trace.setSpan(ROOT, root));
  const saved = api.trace.wrapSpanContext(child.spanContext());
  const grandchild = tracer.startSpan('grandchild', {}, api.trace.setSpan(ROOT, saved));
  for (const span of [root, child, saved, grandchild]) {
    assert.equal(span.spanContext().traceFlags, api.TraceFlags.SAMPLED);
    assert.deepEqual(Object.keys(span.spanContext()), ['traceId', 'spanId', 'traceFlags']);
    assert.equal(flagsSent(span), '03');
  }
  const unsampled = createEngine({ sampler: 'always_off' }).tracer.startSpan('root', {}, ROOT);
  assert.equal(unsampled.spanContext().traceFlags, api.TraceFlags.NONE);
  assert.equal(flagsSent(unsampled), '02');
});

test('the random flag is exported with spans and links, as OTLP says', () => {
  const other = createEngine().tracer.startSpan('other', {}, ROOT).spanContext();
  const span = record((span) => span.addLink({ context: other }).addLink({ context: { ...REMOTE, traceFlags: 1 } }));
  assert.deepEqual(
    span.links.map(({ context }) => context.traceFlags),
    [1, 1],
  );
  const { flags, links } = JSON.parse(Buffer.from(jsonEncoder.encodeSpan(span, (_key, value) => value)).toString()) as {
    flags: number;
    links: { flags: number }[];
  };
  assert.deepEqual([flags & 0xff, ...links.map((link) => link.flags & 0xff)], [3, 3, 1]);
});

for (const traceFlags of [0x00, 0x01, 0x02, 0x03]) {
  test(`a child of a remote parent with flags ${traceFlags} carries the random bit on`, () => {
    const { tracer } = createEngine();
    const header = { traceparent: `00-${REMOTE.traceId}-${REMOTE.spanId}-0${traceFlags}` };
    const extracted = createPropagator({ propagators: ['tracecontext'], baggageHosts: [] }).extract(ROOT, header, api.defaultTextMapGetter);
    for (const context of [api.trace.setSpanContext(ROOT, { ...REMOTE, traceFlags }), extracted]) {
      const span = tracer.startSpan('child', {}, context);
      const child = span.spanContext();
      assert.equal(child.traceId, REMOTE.traceId);
      assert.notEqual(child.spanId, REMOTE.spanId);
      assert.equal(child.traceFlags, traceFlags & 1);
      assert.equal(flagsSent(span), `0${traceFlags}`);
    }
    assert.equal(api.trace.getSpanContext(extracted)?.traceFlags, traceFlags & 1);
  });
}

test('an unsampled span is not recording, has one valid context, and leads its children', () => {
  const engine = createEngine({ sampler: 'parentbased_always_off' });
  const root = engine.tracer.startSpan('root', { attributes: { a: 1 } }, ROOT);
  assert.equal(root.isRecording(), false);
  assert.equal(root.spanContext(), root.spanContext());
  assert.ok(api.isSpanContextValid(root.spanContext()));
  assert.equal(root.spanContext().traceFlags, 0x00);
  root
    .setAttribute('a', 1)
    .setAttributes({})
    .addEvent('e')
    .addLink({ context: root.spanContext() })
    .addLinks([])
    .setStatus({ code: 2 })
    .updateName('n');
  root.recordException('e');
  const child = engine.tracer.startSpan('child', {}, api.trace.setSpan(ROOT, root));
  assert.equal(child.spanContext().traceId, root.spanContext().traceId);
  assert.notEqual(child.spanContext().spanId, root.spanContext().spanId);
  root.end();
  child.end();
  assert.deepEqual(engine.spans, []);
});

test('a sampled flag is read by the official propagator', () => {
  const headers: Record<string, string> = {};
  const span = createEngine().tracer.startSpan('s', {}, ROOT);
  new W3CTraceContextPropagator().inject(api.trace.setSpan(ROOT, span), headers, api.defaultTextMapSetter);
  assert.match(headers.traceparent ?? '', new RegExp(`^00-${span.spanContext().traceId}-${span.spanContext().spanId}-0[13]$`));
});

test('where tracing is suppressed, a span has no valid context and is not exported', () => {
  const engine = createEngine();
  const span = engine.tracer.startSpan('s', {}, suppressTracing(ROOT));
  span.end();
  assert.equal(span.isRecording(), false);
  assert.equal(api.isSpanContextValid(span.spanContext()), false);
  assert.deepEqual(engine.spans, []);
});

test('the option root ignores the parent', () => {
  const engine = createEngine();
  const parent = engine.tracer.startSpan('parent', {}, ROOT);
  engine.tracer.startSpan('s', { root: true }, api.trace.setSpan(ROOT, parent)).end();
  const span = onlySpan(engine);
  assert.equal(span.parentSpanContext, undefined);
  assert.notEqual(span.spanContext().traceId, parent.spanContext().traceId);
});

test('without a context, the parent is the active span', () => {
  const engine = createEngine();
  engine.tracer.startActiveSpan('parent', (parent) => {
    engine.tracer.startSpan('child').end();
    assert.equal(onlySpan(engine).parentSpanContext?.spanId, parent.spanContext().spanId);
  });
});

test('startActiveSpan hands its function the active span, in every form, and gives its result back', () => {
  const engine = createEngine();
  const key = api.createContextKey('key');
  const context = ROOT.setValue(key, 'value');
  const result = { untouched: true };
  const fn = (span: Span): object => {
    assert.equal(api.trace.getActiveSpan(), span);
    span.end();
    return result;
  };
  assert.equal(engine.tracer.startActiveSpan('1', fn), result);
  assert.equal(engine.tracer.startActiveSpan('2', { kind: 1 }, fn), result);
  assert.equal(
    engine.tracer.startActiveSpan('3', { kind: 2 }, context, (span) => {
      assert.equal(api.context.active().getValue(key), 'value');
      return fn(span);
    }),
    result,
  );
  assert.deepEqual(
    engine.spans.map(({ name, kind }) => [name, kind]),
    [
      ['1', 0],
      ['2', 1],
      ['3', 2],
    ],
  );
  assert.equal(api.trace.getActiveSpan(), undefined);
});

test('what the function of startActiveSpan throws or rejects with passes through', async () => {
  const { tracer } = createEngine();
  const error = new Error('of the application');
  assert.throws(
    () =>
      tracer.startActiveSpan('s', () => {
        throw error;
      }),
    (thrown) => thrown === error,
  );
  const rejected = Promise.reject(error);
  assert.equal(
    tracer.startActiveSpan('s', () => rejected),
    rejected,
  );
  await assert.rejects(rejected, (reason) => reason === error);
});

test('the same scope is one object, and its attributes tell scopes apart', () => {
  const spans: ReadableSpan[] = [];
  const provider = createTracerProvider({
    sampler: createSampler('always_on', 1),
    limits: LIMITS,
    resource,
    onEnd: (span) => spans.push(span),
  });
  const options = [undefined, { schemaUrl: 'https://example.com/1' }, { attributes: { a: 1n } }, { attributes: { a: '1' } }];
  for (const each of [...options, ...options]) provider.getTracer('lib', '2.0', each).startSpan('s').end();
  const scopes = spans.map(({ instrumentationScope }) => instrumentationScope);
  assert.deepEqual(scopes.slice(0, 2), [
    { name: 'lib', version: '2.0' },
    { name: 'lib', version: '2.0', schemaUrl: 'https://example.com/1' },
  ]);
  assert.equal(new Set(scopes.slice(0, 4)).size, 4);
  for (let i = 0; i < 4; i++) assert.equal(scopes[i], scopes[i + 4]);
});

test('scopes that differ by a value which JSON does not know are kept apart', () => {
  const provider = createTracerProvider({ sampler: createSampler('always_on', 1), limits: LIMITS, resource, onEnd() {} });
  const values = [null, NaN, Infinity, -Infinity, 0, -0, '0', 1n, 1, new Uint8Array([1]), { 0: 1 }, [1]];
  const tracers = values.map((value) => provider.getTracer('lib', '1', { attributes: { value } } as object));
  assert.equal(new Set(tracers).size, values.length);
  for (const [index, value] of values.entries())
    assert.equal(provider.getTracer('lib', '1', { attributes: { value } } as object), tracers[index]);
});

test('an application that makes up tracer names gets its spans, and the provider does not grow with them', () => {
  const names: string[] = [];
  const provider = createTracerProvider({
    sampler: createSampler('always_on', 1),
    limits: LIMITS,
    resource,
    onEnd: (span) => names.push(span.instrumentationScope.name),
  });
  for (let i = 0; i < 3000; i++) provider.getTracer(`t${i}`).startSpan('s').end();
  assert.equal(names.length, 3000);
  assert.equal(names[2999], 't2999');
  const isRemembered = (name: string): boolean => provider.getTracer(name) === provider.getTracer(name);
  assert.equal(isRemembered('t0'), true);
  assert.equal(isRemembered('t2999'), false);
});

test('what the export throws stays with it', () => {
  const provider = createTracerProvider({
    sampler: createSampler('always_on', 1),
    limits: LIMITS,
    resource,
    onEnd() {
      throw new Error('of the export');
    },
  });
  const span = provider.getTracer('t').startSpan('s');
  span.end();
  assert.equal(span.isRecording(), false);
});

test('a span that ended changes no more and is exported once', () => {
  const engine = createEngine();
  const span = engine.tracer.startSpan('s');
  span.end();
  const [before] = engine.spans;
  const seen = JSON.stringify(before);
  span
    .setAttribute('a', 1)
    .setAttributes({ b: 1 })
    .addEvent('e')
    .addLink({ context: span.spanContext() })
    .addLinks([{ context: span.spanContext() }])
    .setStatus({ code: 2 })
    .updateName('n');
  span.recordException('x');
  span.end();
  assert.equal(engine.spans.length, 1);
  assert.equal(JSON.stringify(engine.spans[0]), seen);
});

test('until it ends, a span has no end and no duration', () => {
  const span = createEngine().tracer.startSpan('s') as Span & ReadableSpan;
  assert.deepEqual([span.ended, span.endTime, span.duration, span.isRecording()], [false, [0, 0], [-1, -1], true]);
});

test('strings are cut to the limits without splitting a character, and the rest is not kept', () => {
  const span = record((span) => {
    span.updateName('n'.repeat(5000));
    span.setAttribute('long', 'a'.repeat(63) + '😀' + 'b'.repeat(100));
    span.setAttribute('k'.repeat(1000), 'long key');
    span.setStatus({ code: 2, message: 'm'.repeat(1000) });
    span.recordException(Object.assign(new Error('e'), { stack: 's'.repeat(1000) }));
  });
  assert.equal(span.name.length, 1024);
  assert.equal(span.attributes.long, 'a'.repeat(63));
  assert.equal(span.attributes['k'.repeat(256)], 'long key');
  assert.equal(span.status.message?.length, LIMITS.attributeValueLength);
  assert.equal(String(span.events[0]?.attributes?.['exception.stacktrace']).length, LIMITS.attributeValueLength);
});

test('what is beyond the limits, or cannot be kept, is counted', () => {
  const span = record((span) => {
    for (let i = 0; i < 10; i++) span.setAttribute(`k${i}`, i);
    span
      .setAttribute('k0', 'changed')
      .setAttribute('', 1)
      .setAttribute('k1', Symbol('s') as unknown as string)
      .setAttribute('k2', undefined as unknown as string);
    for (let i = 0; i < 7; i++) span.addEvent(`e${i}`, { a: 1, b: 2, c: 3, d: 4, e: undefined });
    for (let i = 0; i < 5; i++)
      span.addLink({ context: { ...REMOTE, spanId: `${i}`.repeat(16), traceFlags: 1 }, attributes: { a: 1, b: 2, c: 3 } });
    span.addLink({} as never);
  });
  assert.equal(span.attributes.k0, 'changed');
  assert.deepEqual([Object.keys(span.attributes).length, span.droppedAttributesCount], [8, 4]);
  assert.deepEqual(
    span.events.map(({ name }) => name),
    ['e2', 'e3', 'e4', 'e5', 'e6'],
  );
  assert.deepEqual([span.droppedEventsCount, span.events[0]?.droppedAttributesCount], [2, 1]);
  // The link of zeros has attributes, so it counts as one.
  assert.deepEqual(
    span.links.map(({ context }) => context.spanId[0]),
    ['2', '3', '4'],
  );
  assert.deepEqual([span.droppedLinksCount, span.links[0]?.droppedAttributesCount], [3, 1]);
});

test('limits of zero keep nothing and count everything', () => {
  const limits = {
    attributeCount: 0,
    attributeValueLength: 64,
    eventCount: 0,
    linkCount: 0,
    attributePerEventCount: 0,
    attributePerLinkCount: 0,
  };
  const link = { context: { ...REMOTE, traceFlags: 1 } };
  const engine = createEngine({ limits });
  const span = engine.tracer.startSpan('s', { attributes: { a: 1 }, links: [link, link] });
  span.setAttribute('b', 1).addEvent('e').addLink(link);
  span.end();
  const { attributes, events, links, droppedAttributesCount, droppedEventsCount, droppedLinksCount } = onlySpan(engine);
  assert.deepEqual([attributes, events, links], [{}, [], []]);
  assert.deepEqual([droppedAttributesCount, droppedEventsCount, droppedLinksCount], [2, 1, 3]);
});

test('startActiveSpan starts its span by a startSpan that was replaced, on the tracer or on what was made from it', () => {
  for (const make of [(tracer: Tracer) => tracer, (tracer: Tracer) => Object.create(tracer) as Tracer]) {
    const engine = createEngine();
    const tracer = make(engine.tracer);
    const { startSpan } = tracer;
    const seen: unknown[] = [];
    tracer.startSpan = function (...args) {
      seen.push([this, ...args]);
      return startSpan.apply(this, args).setAttribute('patched', true);
    };
    const context = ROOT.setValue(api.createContextKey('k'), 1);
    const options = { kind: 3 };
    const result = tracer.startActiveSpan('a', options, context, (span) => {
      assert.equal(api.trace.getActiveSpan(), span);
      span.end();
      return 'result';
    });
    assert.equal(result, 'result');
    assert.deepEqual(seen, [[tracer, 'a', options, context]]);
    assert.deepEqual(onlySpan(engine).attributes, { patched: true });
  }
});

test('a tracer taken apart still works', () => {
  const engine = createEngine();
  const { startSpan, startActiveSpan }: Tracer = engine.tracer;
  startSpan('a').end();
  startActiveSpan('b', (span) => span.end());
  assert.deepEqual(
    engine.spans.map(({ name }) => name),
    ['a', 'b'],
  );
});
