/** Spans behind proxies and objects made from them: every method does what it does on the span itself, and none throws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Span } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { api, createEngine, createOfficialEngine, type Engine } from './kit.ts';

const ROOT = api.ROOT_CONTEXT;
const LINK = { context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 } };

const WRAPPERS: Readonly<Record<string, (span: Span) => Span>> = {
  'new Proxy(span, {})': (span) => new Proxy(span, {}),
  'a proxy that binds what it finds': (span) =>
    new Proxy(span, {
      get(target, name) {
        const found: unknown = Reflect.get(target, name);
        return typeof found === 'function' ? (found.bind(target) as unknown) : found;
      },
    }),
  'a proxy that passes its receiver on': (span) =>
    new Proxy(span, { get: (target, name, receiver) => Reflect.get(target, name, receiver) as unknown }),
  'Object.create(span)': (span) => Object.create(span) as Span,
  'a proxy of a proxy': (span) => new Proxy(new Proxy(span, {}), {}),
  'an object made from a proxy': (span) => Object.create(new Proxy(span, {})) as Span,
  'a proxy of an object made from it': (span) => new Proxy(Object.create(span) as Span, {}),
};

const CALLS: Readonly<Record<string, (span: Span) => unknown>> = {
  setAttribute: (span) => span.setAttribute('a', 1),
  setAttributes: (span) => span.setAttributes({ b: 2, c: [3] }),
  addEvent: (span) => span.addEvent('event', { d: 4 }, 1_750_000_000_000),
  addLink: (span) => span.addLink(LINK),
  addLinks: (span) => span.addLinks([LINK, LINK]),
  setStatus: (span) => span.setStatus({ code: 2, message: 'bad' }),
  updateName: (span) => span.updateName('renamed'),
  recordException: (span) => span.recordException({ name: 'E', message: 'thrown' }, 1_750_000_000_000),
};

function exported({ spans }: Engine): unknown {
  return spans.map(({ name, status, attributes, links, events, endTime }) => ({
    name,
    status,
    attributes,
    links: links.map(({ context }) => context),
    events: events.map((event) => [event.name, event.time, event.attributes]),
    endTime,
  }));
}

for (const [name, wrap] of Object.entries(WRAPPERS)) {
  test(`${name}: each method does to a recording span what it does without`, () => {
    const [bare, wrapped] = [createEngine(), createEngine()];
    for (const engine of [bare, wrapped]) {
      const span = engine.tracer.startSpan('s', { startTime: 1_750_000_000_000 }, ROOT);
      const seen = engine === wrapped ? wrap(span) : span;
      assert.equal(seen.spanContext(), span.spanContext());
      assert.equal(seen.isRecording(), true);
      for (const [method, call] of Object.entries(CALLS)) {
        const returned = call(seen);
        if (method !== 'recordException' && !name.includes('binds')) assert.equal(returned, seen, method);
      }
      seen.end(1_750_000_001_000);
      for (const each of [seen, span]) {
        assert.equal(each.isRecording(), false);
        const { ended, duration, resource } = each as Span & ReadableSpan;
        assert.deepEqual([ended, duration, resource.attributes], [true, [1, 0], { 'service.name': 'test' }]);
      }
      for (const call of Object.values(CALLS)) call(seen);
      seen.end();
    }
    assert.equal(wrapped.spans.length, 1);
    assert.deepEqual(exported(wrapped), exported(bare));
  });

  test(`${name}: an unsampled span carries its trace`, () => {
    const { tracer } = createEngine({ sampler: 'always_off' });
    const span = tracer.startSpan('s', {}, ROOT);
    const seen = wrap(span);
    const context = seen.spanContext();
    assert.ok(api.isSpanContextValid(context));
    assert.equal(context, span.spanContext());
    assert.equal(seen.isRecording(), false);
    for (const call of Object.values(CALLS)) call(seen);
    seen.end();
  });

  test(`${name}: it is the parent of what is started in it, as in the official SDK`, () => {
    for (const engine of [createEngine(), createOfficialEngine()]) {
      const parent = engine.tracer.startSpan('parent', {}, ROOT);
      engine.tracer.startSpan('child', {}, api.trace.setSpan(ROOT, wrap(parent))).end();
      assert.equal(engine.spans[0]?.parentSpanContext?.spanId, parent.spanContext().spanId);
      assert.equal(engine.spans[0]?.spanContext().traceId, parent.spanContext().traceId);
    }
  });
}

test('a wrapper that does not lead back to its span throws nothing and records nothing', () => {
  for (const sampler of ['always_on', 'always_off'] as const) {
    const engine = createEngine({ sampler });
    const span = engine.tracer.startSpan('s', {}, ROOT);
    const methods = Object.getPrototypeOf(span) as Span;
    const fail = (): never => {
      throw new Error('hostile');
    };
    const thrower = new Proxy(span, {
      get: (target, name) => (typeof name === 'symbol' ? fail() : (Reflect.get(target, name) as unknown)),
    });
    for (const receiver of [thrower, {}, undefined, null, 7, Object.create(methods)] as Span[]) {
      for (const [method, args] of [
        ['spanContext', []],
        ['isRecording', []],
        ['setAttribute', ['a', 1]],
        ['setAttributes', [{ a: 1 }]],
        ['addEvent', ['e']],
        ['addLink', [LINK]],
        ['addLinks', [[LINK]]],
        ['setStatus', [{ code: 2 }]],
        ['updateName', ['n']],
        ['recordException', ['x']],
        ['end', []],
      ] as const) {
        Reflect.apply(methods[method] as () => unknown, receiver, args);
      }
    }
    assert.deepEqual(engine.spans, []);
    span.end();
    assert.equal(engine.spans.length, sampler === 'always_on' ? 1 : 0);
  }
});
