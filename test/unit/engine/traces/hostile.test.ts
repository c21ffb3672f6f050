/** Each hostile value through every method: nothing throws, what is exported is plain and bounded, and its neighbours are whole. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Span, Tracer } from '@opentelemetry/api';
import { jsonEncoder } from '../../../../src/otlp/encode/json-encoder.ts';
import { protobufEncoder } from '../../../../src/otlp/encode/protobuf-encoder.ts';
import { createSampler } from '../../../../src/engine/traces/sampler.ts';
import { createTracerProvider } from '../../../../src/engine/traces/tracer-provider.ts';
import { HOSTILE_VALUES, sizeOf } from '../../values/hostile-values.ts';
import { api, createEngine as createLimitedEngine, LIMITS, resource } from './kit.ts';

/** Anything goes: the application may be JavaScript. */
type Anything = never;
const CONTEXT = { traceId: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', spanId: 'bbbbbbbbbbbbbbbb', traceFlags: 1 };
/** Room for all that is taken of one object, and the test's own. */
const createEngine = () => createLimitedEngine({ limits: { ...LIMITS, attributeCount: 1200 } });
const context = (span: unknown): Anything => api.trace.setSpan(api.ROOT_CONTEXT, span as Span) as Anything;

const active = (span: Span): Span => {
  assert.equal(api.trace.getActiveSpan(), span);
  return span;
};

const ON_SPANS: Record<string, (span: Span, value: Anything) => unknown> = {
  'setAttribute as key': (span, value) => span.setAttribute(value, 1),
  'setAttribute as value': (span, value) => span.setAttribute('key', value),
  'setAttribute inside a list': (span, value) => span.setAttribute('key', [value, 1]),
  'setAttribute inside a map': (span, value) => span.setAttribute('key', { inner: { value } } as Anything),
  setAttributes: (span, value) => span.setAttributes(value),
  'setAttributes as a value': (span, value) => span.setAttributes({ key: value, other: 1 }),
  'addEvent as name': (span, value) => span.addEvent(value),
  'addEvent as attributes': (span, value) => span.addEvent('event', value),
  'addEvent as an attribute': (span, value) => span.addEvent('event', { key: value }),
  'addEvent as time': (span, value) => span.addEvent('event', { key: 1 }, value),
  addLink: (span, value) => span.addLink(value),
  'addLink as context': (span, value) => span.addLink({ context: value, attributes: { a: 1 } }),
  'addLink as trace id': (span, value) => span.addLink({ context: { ...CONTEXT, traceId: value } }),
  'addLink as flags': (span, value) => span.addLink({ context: { ...CONTEXT, traceFlags: value } }),
  'addLink as trace state': (span, value) => span.addLink({ context: { ...CONTEXT, traceState: value } }),
  'addLink as attributes': (span, value) => span.addLink({ context: CONTEXT, attributes: value }),
  addLinks: (span, value) => span.addLinks(value),
  'addLinks as a link': (span, value) => span.addLinks([value, { context: CONTEXT }]),
  setStatus: (span, value) => span.setStatus(value),
  'setStatus as code': (span, value) => span.setStatus({ code: value }),
  'setStatus as message': (span, value) => span.setStatus({ code: 2, message: value }),
  updateName: (span, value) => span.updateName(value),
  recordException: (span, value) => span.recordException(value),
  'recordException as a field': (span, value) => span.recordException({ code: value, name: value, message: value, stack: value }),
  'recordException as time': (span, value) => span.recordException('e', value),
  end: (span, value) => span.end(value),
};

const ON_TRACERS: Record<string, (tracer: Tracer, value: Anything) => unknown> = {
  'startSpan as name': (tracer, value) => tracer.startSpan(value),
  'startSpan as options': (tracer, value) => tracer.startSpan('s', value),
  'startSpan as every option': (tracer, value) =>
    tracer.startSpan('s', { kind: value, attributes: value, links: value, startTime: value, root: value }),
  'startSpan as a link and an attribute': (tracer, value) => tracer.startSpan('s', { links: [value], attributes: { value } }),
  'startSpan as context': (tracer, value) => tracer.startSpan('s', {}, value),
  'startSpan as parent': (tracer, value) => tracer.startSpan('s', {}, context(value)),
  'startSpan as context of the parent': (tracer, value) => tracer.startSpan('s', {}, context({ spanContext: () => value })),
  'startSpan as ids of the parent': (tracer, value) =>
    tracer.startSpan('s', {}, context({ spanContext: () => ({ traceId: value, spanId: value, traceFlags: value, traceState: value }) })),
  'startSpan as trace state of the parent': (tracer, value) =>
    tracer.startSpan('s', {}, context({ spanContext: () => ({ ...CONTEXT, traceState: { serialize: () => value } }) })),
  'startActiveSpan as context': (tracer, value) => tracer.startActiveSpan('s', {}, value, active),
  'startActiveSpan as a context that changes': (tracer, value) =>
    tracer.startActiveSpan('s', {}, { getValue: () => undefined, setValue: () => value } as Anything, active),
};

for (const [name, value] of HOSTILE_VALUES) {
  test(`${name} harms no span`, () => {
    for (const [method, call] of Object.entries(ON_SPANS)) {
      const engine = createEngine();
      const before = engine.tracer.startSpan('good');
      const span = engine.tracer.startSpan('s', { attributes: { good: 'whole' } }, api.ROOT_CONTEXT);
      call(span, value as Anything);
      span.setAttribute('last', true);
      span.end();
      check(engine, before, method);
    }
    for (const [method, call] of Object.entries(ON_TRACERS)) {
      const engine = createEngine();
      const before = engine.tracer.startSpan('good');
      const span = call(engine.tracer, value as Anything) as Span;
      assert.ok(span.isRecording(), method);
      span.setAttributes({ good: 'whole', last: true });
      span.end();
      check(engine, before, method);
    }
  });

  test(`${name} as the name of a tracer, its version or its options gives a tracer that works`, () => {
    const names: unknown[] = [];
    const provider = createTracerProvider({
      sampler: createSampler('always_on', 1),
      limits: LIMITS,
      resource,
      onEnd: ({ instrumentationScope }) => {
        names.push(instrumentationScope.name);
        assert.ok(sizeOf(instrumentationScope) < 40_000);
        protobufEncoder.encodeScope(instrumentationScope, (_key, value) => value);
      },
    });
    const given = value as Anything;
    const tracers = [
      provider.getTracer(given),
      provider.getTracer('t', given),
      provider.getTracer('t', '1', given),
      provider.getTracer('t', '1', { schemaUrl: given, attributes: given } as Anything),
    ];
    for (const tracer of tracers) tracer.startSpan('s').end();
    assert.equal(names.length, 4);
    assert.ok(names.every((each) => typeof each === 'string'));
  });

  test(`${name} as the function of startActiveSpan is called when it is one, and left alone when not`, () => {
    const engine = createEngine();
    const isCallable = typeof value === 'function';
    if (!isCallable) assert.equal(engine.tracer.startActiveSpan('s', value as Anything), undefined);
    engine.tracer.startSpan('good').end();
    assert.deepEqual(
      engine.spans.map((span) => span.name),
      ['good'],
    );
  });
}

function check({ spans }: ReturnType<typeof createEngine>, neighbour: Span, method: string): void {
  neighbour.setAttribute('whole', 'yes').end();
  const [span, good, ...others] = spans;
  assert.ok(span !== undefined && good !== undefined && others.length === 0, `${method}: ${spans.length} spans`);
  assert.deepEqual([good.name, good.attributes, good.droppedAttributesCount], ['good', { whole: 'yes' }, 0], method);
  assert.equal(span.attributes.good, 'whole', method);
  for (const [seconds, nanos] of [span.startTime, span.endTime, span.duration, ...span.events.map(({ time }) => time)]) {
    assert.ok(
      Number.isInteger(seconds) && seconds >= 0 && Number.isInteger(nanos) && nanos >= 0 && nanos < 1e9,
      `${method}: [${seconds}, ${nanos}]`,
    );
  }
  assert.ok([0, 1, 2, 3, 4].includes(span.kind) && [0, 1, 2].includes(span.status.code), method);
  const size = sizeOf([
    span.name,
    span.status,
    span.attributes,
    span.events,
    span.links.map(({ context: { traceId, spanId, traceFlags }, attributes }) => [traceId, spanId, traceFlags, attributes ?? {}]),
  ]);
  assert.ok(size < 500_000, `${method}: ${size} characters`);
  assert.ok(
    api.isSpanContextValid(span.spanContext()) && span.links.every(({ context }) => /^[0-9a-f]{32}$/.test(context.traceId)),
    method,
  );
  for (const encoder of [protobufEncoder, jsonEncoder]) assert.ok(encoder.encodeSpan(span, (_key, item) => item).length > 0, method);
}
