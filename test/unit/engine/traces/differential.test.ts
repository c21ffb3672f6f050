/** Random programs run on signalbox's span engine and on the official one; what they export is compared field by field. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes, Context, Exception, Link, Span, SpanOptions, SpanStatus, TimeInput } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { api, createEngine, createOfficialEngine, type Engine } from './kit.ts';
import { createRandom, type Random } from './random.ts';

const PROGRAMS = 400;
const STEPS = 60;
/** Names that begin so have times of the program's own, which are compared. */
const TIMED = 'timed';
const EPOCH_MS = 1_750_000_000_000;

type Step = (engine: Engine, spans: Span[]) => void;

const KEYS = ['a', 'b', 'c', 'd', 'http.request.method', 'constructor', 'toString', 'e', 'f', 'g', 'h', 'ü', '日本'];
/** The official engine drops an object that has a `constructor` of its own. */
const NESTED_KEYS = KEYS.filter((key) => key !== 'constructor');
const STRINGS = [
  '',
  'x',
  'GET',
  'y'.repeat(63),
  'y'.repeat(64),
  'y'.repeat(65),
  'z'.repeat(1000),
  'ü'.repeat(80),
  '日本語',
  '😀',
  'a\u0000b',
  'line\nline',
];
const NUMBERS = [0, -0, 1, -1, 1.5, NaN, Infinity, -Infinity, 2 ** 53, 1e300];
const ROOT = api.ROOT_CONTEXT;

function simpleValue(random: Random): unknown {
  switch (random.int(6)) {
    case 0:
    case 1:
      return random.pick(STRINGS);
    case 2:
      return random.pick(NUMBERS);
    case 3:
      return random.chance(0.5);
    case 4:
      return Array.from({ length: random.int(4) }, () => random.pick(STRINGS));
    default:
      return [random.pick(NUMBERS), null, random.pick(NUMBERS)];
  }
}

function anyValue(random: Random, depth = 0): unknown {
  switch (random.int(depth > 3 ? 4 : 9)) {
    case 4:
      return null;
    case 5:
      return Uint8Array.from({ length: random.int(100) }, (_, i) => i);
    case 6:
      return Array.from({ length: random.int(4) }, () => anyValue(random, depth + 1));
    case 7:
      return {
        [random.pick(NESTED_KEYS)]: anyValue(random, depth + 1),
        [random.pick(NESTED_KEYS)]: anyValue(random, depth + 1),
        gone: undefined,
      };
    case 8:
      return [undefined, random.pick(STRINGS), true];
    default:
      return simpleValue(random);
  }
}

function attributes(random: Random, value: (random: Random) => unknown): Attributes | undefined {
  if (random.chance(0.1)) return undefined;
  const given: Attributes = {};
  for (let i = random.int(6); i > 0; i--) given[random.pick(KEYS)] = value(random);
  return given;
}

function link(random: Random): Link {
  const context = {
    traceId: `${random.int(9) + 1}`.repeat(32),
    spanId: 'abcdef0123456789',
    traceFlags: random.int(2),
    traceState: api.createTraceState('a=1,b=2'),
  };
  const given = attributes(random, anyValue);
  return given === undefined ? { context } : { context, attributes: given };
}

/** Small differences, so that spans also end before they start. */
function time(random: Random): TimeInput {
  const ms = EPOCH_MS + random.int(1000);
  switch (random.int(3)) {
    case 0:
      return ms;
    case 1:
      return new Date(ms);
    default:
      return [Math.floor(ms / 1000), random.int(1e9)];
  }
}

function exception(random: Random): Exception {
  const plain: unknown[] = [
    'a message',
    '',
    { name: 'Named' },
    { code: 404, message: 'not found' },
    { code: 0, name: 'Zero', message: '' },
    { stack: 'only a stack' },
    {},
    Object.assign(new TypeError('typed'), { stack: 'TypeError: typed\n    at x' }),
    Object.assign(new Error('coded'), { code: 'ECODE', stack: 's'.repeat(500) }),
  ];
  return random.pick(plain) as Exception;
}

/** A proxy does not get in the way of a span of either engine. */
const WRAPPERS: readonly ((span: Span) => Span)[] = [
  (span) => span,
  (span) => new Proxy(span, {}),
  (span) => new Proxy(span, { get: (target, name, receiver) => Reflect.get(target, name, receiver) as unknown }),
];

/** One step; all chance is decided here, so that both engines do the same. */
function step(random: Random): Step {
  const which = random.int(1000);
  const wrap = random.pick(WRAPPERS);
  const of = (spans: Span[]): Span => wrap(spans[which % spans.length] as Span);
  switch (random.int(17)) {
    case 15: {
      // Attached and detached in their order: out of order, the official one leaves the wrong context active.
      return ({ tracer }, spans) => {
        const token = api.context.attach(api.trace.setSpan(ROOT, of(spans)));
        spans.push(tracer.startSpan('attached'));
        const inner = api.context.attach(api.trace.setSpan(api.context.active(), spans.at(-1) as Span));
        spans.push(tracer.startSpan('attached within'));
        inner.dispose();
        spans.push(tracer.startSpan('attached again'));
        token.dispose();
      };
    }
    case 16: {
      return ({ tracer }, spans) => {
        const patched = Object.create(tracer) as typeof tracer;
        patched.startSpan = (name, options, context) => tracer.startSpan(`${name} by patch`, options, context);
        patched.startActiveSpan('active', { kind: 2 }, api.trace.setSpan(ROOT, of(spans)), (span) => spans.push(span));
      };
    }
    case 0:
    case 1:
    case 2: {
      const hasTime = random.chance(0.5);
      const options: SpanOptions = { kind: random.int(5), root: random.chance(0.1) };
      const given = attributes(random, anyValue);
      if (given !== undefined) options.attributes = given;
      if (random.chance(0.3)) options.links = Array.from({ length: random.int(6) }, () => link(random));
      if (hasTime) options.startTime = time(random);
      const name = `${hasTime ? TIMED : 'span'}-${which}`;
      const parentKind = random.int(4);
      // A SERVER span within another is INTERNAL in our engine alone: nested-server.test.ts.
      if (parentKind !== 0 && options.kind === api.SpanKind.SERVER) options.kind = api.SpanKind.CLIENT;
      return ({ tracer }, spans) => {
        const parent = spans[which % Math.max(1, spans.length)];
        if (parentKind === 0 || parent === undefined) spans.push(tracer.startSpan(name, options, remoteContext(which)));
        else if (parentKind === 1) spans.push(tracer.startActiveSpan(name, options, api.trace.setSpan(ROOT, parent), (span) => span));
        else spans.push(tracer.startSpan(name, options, api.trace.setSpan(ROOT, parent)));
      };
    }
    case 3: {
      return ({ tracer }, spans) => {
        tracer.startActiveSpan('outer', (outer) => {
          spans.push(outer, tracer.startSpan('inner'));
        });
      };
    }
    case 4:
    case 5: {
      const [key, value] = [random.pick(KEYS), random.chance(0.1) ? undefined : anyValue(random)];
      return (_, spans) => void of(spans).setAttribute(key, value as string);
    }
    case 6: {
      const given = attributes(random, anyValue) ?? {};
      return (_, spans) => void of(spans).setAttributes(given);
    }
    case 7:
    case 8: {
      const given = attributes(random, simpleValue);
      return (_, spans) => void of(spans).addEvent(`event-${which}`, given);
    }
    case 9: {
      const [given, at, asSecond] = [attributes(random, simpleValue), time(random), random.chance(0.5)];
      return (_, spans) =>
        void (asSecond ? of(spans).addEvent(`${TIMED}-${which}`, at) : of(spans).addEvent(`${TIMED}-${which}`, given, at));
    }
    case 10: {
      const status: SpanStatus = { code: random.int(3) };
      if (random.chance(0.7)) status.message = random.pick(['bad', 'worse', '']);
      return (_, spans) => void of(spans).setStatus(status);
    }
    case 11: {
      const given = exception(random);
      return (_, spans) => of(spans).recordException(given);
    }
    case 12: {
      const given = Array.from({ length: random.int(5) }, () => link(random));
      return (_, spans) => void (given.length === 1 ? of(spans).addLink(given[0] as Link) : of(spans).addLinks(given));
    }
    case 13: {
      return (_, spans) => void of(spans).updateName(`renamed-${which}`);
    }
    default: {
      const at = time(random);
      return (_, spans) => {
        const span = of(spans);
        span.end(isTimed(span) ? at : undefined);
      };
    }
  }
}

/** A span that is not sampled has no name. */
function isTimed(span: object): boolean {
  return (span as Partial<ReadableSpan>).name?.startsWith(TIMED) === true;
}

function remoteContext(which: number): Context {
  const traceState = api.createTraceState('vendor=1');
  const contexts = [
    undefined,
    { traceId: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', spanId: 'bbbbbbbbbbbbbbbb', traceFlags: 1, isRemote: true, traceState },
    { traceId: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', spanId: 'bbbbbbbbbbbbbbbb', traceFlags: 0, isRemote: true },
    { traceId: '0'.repeat(32), spanId: 'bbbbbbbbbbbbbbbb', traceFlags: 1 },
    { traceId: 'not an id', spanId: 'bbbbbbbbbbbbbbbb', traceFlags: 1 },
  ];
  const context = contexts[which % contexts.length];
  return context === undefined ? ROOT : api.trace.setSpanContext(ROOT, context);
}

function run(engine: Engine, steps: readonly Step[]): unknown {
  const spans: Span[] = [];
  for (const each of steps) each(engine, spans);
  const recording = spans.map((span) => span.isRecording());
  for (const span of spans) span.end(isTimed(span) ? EPOCH_MS + 500 : undefined);
  const order = new Map(spans.map((span, index) => [span.spanContext().spanId, index]));
  const traces = new Map<string, number>();
  return {
    recording,
    contexts: spans.map((span) => {
      const { traceId, traceFlags, traceState } = span.spanContext();
      if (!traces.has(traceId)) traces.set(traceId, traces.size);
      return { trace: traces.get(traceId), traceFlags, traceState: traceState?.serialize() };
    }),
    exported: engine.spans.map((span) => exported(span, order)),
  };
}

/** What is exported of a span, without ids and times that differ from run to run. */
function exported(span: ReadableSpan, order: Map<string, number>): unknown {
  const { parentSpanContext: parent } = span;
  assert.ok(span.ended);
  assert.ok(span.duration[0] >= 0 && span.duration[1] >= 0 && span.duration[1] < 1e9);
  return {
    index: order.get(span.spanContext().spanId),
    parent: parent && (order.get(parent.spanId) ?? { ...parent, traceState: parent.traceState?.serialize() }),
    name: span.name,
    kind: span.kind,
    times: isTimed(span) ? [span.startTime, span.endTime, span.duration] : undefined,
    status: { ...span.status },
    attributes: plain(span.attributes),
    droppedAttributes: span.droppedAttributesCount,
    events: span.events.map((event) => ({
      name: event.name,
      time: event.name.startsWith(TIMED) ? event.time : undefined,
      attributes: plain(event.attributes ?? {}),
      dropped: event.droppedAttributesCount ?? 0,
    })),
    droppedEvents: span.droppedEventsCount,
    links: span.links.map(({ context: { traceId, spanId, traceFlags, traceState }, attributes, droppedAttributesCount }) => ({
      context: [traceId, spanId, traceFlags, traceState?.serialize()],
      attributes: plain(attributes ?? {}),
      dropped: droppedAttributesCount ?? 0,
    })),
    droppedLinks: span.droppedLinksCount,
    scope: [span.instrumentationScope.name, span.instrumentationScope.version],
    resource: span.resource.attributes,
  };
}

/** Both engines mean an empty value by `undefined` and by `null` in an array. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item) ?? null);
  if (value instanceof Uint8Array) return [...value];
  if (typeof value === 'object' && value !== null) return Object.entries(value).map(([key, item]) => [key, plain(item)]);
  return value;
}

test(`${PROGRAMS} random programs export the same from both engines`, () => {
  let spans = 0;
  for (let seed = 1; seed <= PROGRAMS; seed++) {
    const random = createRandom(seed);
    const first: Step = ({ tracer }, all) => void all.push(tracer.startSpan('first', {}, ROOT));
    const steps = [first, ...Array.from({ length: STEPS }, () => step(random))];
    const [ours, official] = [createEngine(), createOfficialEngine()];
    assert.deepEqual(run(ours, steps), run(official, steps), `seed ${seed}`);
    spans += ours.spans.length;
  }
  assert.ok(spans > PROGRAMS * 5, `only ${spans} spans were compared`);
});

test('a written difference: maps and lists of anything in events are kept, where the official engine drops them', () => {
  const [ours, official] = [createEngine(), createOfficialEngine()].map((engine) => {
    const span = engine.tracer.startSpan('s');
    span.addEvent('e', { map: { a: 1 }, mixed: [1, 'two'], simple: ['a'] } as unknown as Attributes);
    span.end();
    return engine.spans[0]?.events[0]?.attributes;
  });
  assert.deepEqual(ours, { map: { a: 1 }, mixed: [1, 'two'], simple: ['a'] });
  assert.deepEqual(official, { simple: ['a'] });
});
