import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context, Span, SpanOptions } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { TailConfig } from '../../../../src/config/config.ts';
import { createSampler } from '../../../../src/engine/traces/sampler.ts';
import { createTailSampler } from '../../../../src/engine/traces/tail-sampler.ts';
import { createTracerProvider } from '../../../../src/engine/traces/tracer-provider.ts';
import { api, LIMITS } from './kit.ts';

const NONE: TailConfig = { ratio: { otherwise: 0, rules: [] }, slowMs: { otherwise: 1000, rules: [] }, ratePerSecond: Infinity };
const ERROR = { code: 2 };

function start(config: Partial<TailConfig> = {}, maxBytes = 32 * 1024 * 1024) {
  const kept: ReadableSpan[] = [];
  const clock = { ms: 0 };
  let timesFull = 0;
  const tail = createTailSampler({
    config: { ...NONE, ...config },
    maxBytes,
    onKeep: (span) => kept.push(span),
    onFull: () => timesFull++,
    nowMs: () => clock.ms,
  });
  const provider = createTracerProvider({
    sampler: createSampler('parentbased_always_on', 1),
    limits: LIMITS,
    resource: {} as never,
    onStart: tail.onStart,
    onEnd: tail.onEnd,
    traceState: tail.traceState,
  });
  const tracer = provider.getTracer('test');
  return {
    kept,
    tail,
    clock,
    names: () => kept.map(({ name }) => name),
    timesFull: () => timesFull,
    span: (name: string, parent?: Span | Context, options: SpanOptions = {}): Span =>
      tracer.startSpan(name, options, parent === undefined ? api.ROOT_CONTEXT : contextOf(parent)),
  };
}

function contextOf(parent: Span | Context): Context {
  return 'spanContext' in parent ? api.trace.setSpan(api.ROOT_CONTEXT, parent) : parent;
}

function caller(traceFlags: number, traceState?: string): Context {
  return api.trace.setSpanContext(api.ROOT_CONTEXT, {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags,
    isRemote: true,
    ...(traceState !== undefined && { traceState: api.createTraceState(traceState) }),
  });
}

const reasonOf = (span: ReadableSpan | undefined): unknown => span?.attributes['signalbox.sampling.reason'];

test('an ordinary trace is dropped whole when the share is 0, and kept whole when it is 1', () => {
  for (const share of [0, 1]) {
    const { span, names, kept } = start({ ratio: { otherwise: share, rules: [] } });
    const root = span('root');
    span('child', root).end();
    assert.deepEqual(names(), [], 'nothing leaves before the end is known');
    root.end();
    assert.deepEqual(names(), share === 0 ? [] : ['child', 'root']);
    assert.equal(reasonOf(kept.find(({ name }) => name === 'root')), share === 0 ? undefined : 'ratio');
    assert.equal(reasonOf(kept.find(({ name }) => name === 'child')), undefined);
  }
});

test('a span that fails keeps its trace, what ended before it and what ends after it', () => {
  const { span, names, kept } = start();
  const root = span('root');
  span('before', root).end();
  span('failing', root).setStatus(ERROR).end();
  span('after', root).end();
  root.end();
  assert.deepEqual(names(), ['before', 'failing', 'after', 'root']);
  assert.equal(reasonOf(kept[3]), 'error');
});

test('a trace is slow by the duration of its local root, with a threshold for its route', () => {
  const slowMs = { otherwise: 1000, rules: [{ pattern: 'GET /reports/:id', number: 20_000 }] };
  const timed = (name: string, ms: number, attributes = {}): string[] => {
    const { span, names } = start({ slowMs });
    const root = span(name, undefined, { startTime: 1_700_000_000_000, attributes });
    root.end(1_700_000_000_000 + ms);
    return names();
  };
  const report = { 'http.request.method': 'GET', 'http.route': '/reports/:id' };
  assert.deepEqual(timed('quick', 999), []);
  assert.deepEqual(timed('slow', 1000), ['slow']);
  assert.deepEqual(timed('report', 19_999, report), []);
  assert.deepEqual(timed('report', 20_000, report), ['report']);
});

test('a share stands for a route, or for the name of a root that is no request', () => {
  const ratio = {
    otherwise: 0,
    rules: [
      { pattern: '/orders', number: 1 },
      { pattern: 'nightly *', number: 1 },
    ],
  };
  const { span, names } = start({ ratio });
  span('GET /orders', undefined, { attributes: { 'http.request.method': 'GET', 'http.route': '/orders' } }).end();
  span('nightly clean-up', undefined).end();
  span('hourly clean-up', undefined).end();
  assert.deepEqual(names(), ['GET /orders', 'nightly clean-up']);
});

test('sampling.priority on any span keeps the trace, and 0 does not', () => {
  const { span, kept } = start();
  const root = span('root');
  span('asks', root, { attributes: { 'sampling.priority': 1 } }).end();
  root.end();
  span('other', undefined, { attributes: { 'sampling.priority': 0 } }).end();
  assert.deepEqual(
    kept.map(({ name }) => name),
    ['asks', 'root'],
  );
  assert.equal(reasonOf(kept[1]), 'forced');
});

test("a caller's decision is kept: sampled at once, unsampled never", () => {
  const { span, names, kept } = start();
  const root = span('request', caller(1));
  span('child', root).end();
  assert.deepEqual(names(), ['child'], 'nothing has to wait');
  root.end();
  assert.equal(reasonOf(kept[1]), 'caller');
  span('unsampled', caller(0)).setStatus(ERROR).end();
  assert.equal(kept.length, 2);
});

test('a caller that decides at the end as well has decided nothing yet', () => {
  const { span, names } = start();
  const root = span('outgoing');
  assert.equal(root.spanContext().traceState?.get('signalbox'), 'tail');
  root.end();
  span('request', caller(1, 'signalbox=tail,other=1')).end();
  assert.deepEqual(names(), []);
  span('request', caller(1, 'signalbox=tail')).setStatus(ERROR).end();
  assert.deepEqual(names(), ['request'], 'another request of a trace that was dropped may fail');
});

test('spans that end after their trace was decided follow it', () => {
  for (const share of [0, 1]) {
    const { span, names, clock, tail } = start({ ratio: { otherwise: share, rules: [] }, slowMs: { otherwise: 1e9, rules: [] } });
    const root = span('root');
    const late = span('late', root);
    root.end();
    clock.ms = 1;
    tail.decideAll();
    late.end();
    const later = span('later', root);
    later.end();
    assert.deepEqual(names(), share === 0 ? [] : ['root', 'late', 'later']);
  }
});

test('a root that ends after its trace was decided says why it is kept', () => {
  const { span, kept, tail } = start({ ratio: { otherwise: 1, rules: [] } });
  const root = span('root');
  span('child', root).end();
  tail.decideAll();
  assert.deepEqual(
    kept.map(({ name }) => name),
    ['child'],
  );
  root.end();
  assert.equal(reasonOf(kept[1]), 'ratio');
});

test('at the end of the process a trace that is open is slow when it has been open for so long', () => {
  const { span, names, clock, tail } = start();
  const root = span('root');
  span('child', root).end();
  clock.ms = 1000;
  tail.decideAll();
  assert.deepEqual(names(), ['child']);
});

test('when the memory is used up the oldest traces are decided, and it is said', () => {
  const { span, names, timesFull } = start({}, 20_000);
  const roots = Array.from({ length: 50 }, (_, index) => span(`root ${index}`));
  for (const [index, root] of roots.entries()) span(`child ${index}`, root, { attributes: { text: 'x'.repeat(60) } }).end();
  assert.ok(timesFull() > 0);
  roots[0]?.setStatus(ERROR).end();
  assert.deepEqual(names(), [], 'the first was decided before it failed');
  roots[49]?.setStatus(ERROR).end();
  assert.deepEqual(names(), ['child 49', 'root 49'], 'the last one waits still');
});

test('the limit a second is one of ordinary traces alone', () => {
  const { span, kept, clock } = start({ ratio: { otherwise: 1, rules: [] }, ratePerSecond: 10 });
  for (let index = 0; index < 100; index++) span('ordinary').end();
  assert.equal(kept.length, 10);
  for (let index = 0; index < 100; index++) span('failed').setStatus(ERROR).end();
  assert.equal(kept.length, 110);
  clock.ms = 500;
  for (let index = 0; index < 100; index++) span('ordinary').end();
  assert.equal(kept.length, 115);
});

/** A small generator of numbers, so that a failure can be run again. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test('of 100,000 traces all that failed or were slow are kept whole, and the share of the others, in bounded memory', () => {
  const share = 0.1;
  const random = numbers(7);
  const { span, kept, tail } = start({ ratio: { otherwise: share, rules: [] } }, 8 * 1024 * 1024);
  const expected = new Map<string, number>();
  const sizes = new Map<string, number>();
  const counts = { ordinary: 0, ordinaryKept: 0 };
  let heapAtTenth = 0;
  const open: (() => void)[] = [];
  for (let index = 0; index < 100_000; index++) {
    const [hasFailed, isSlow] = [random() < 0.02, random() < 0.03];
    const root = span('root', undefined, { startTime: 1_700_000_000_000 });
    const { traceId } = root.spanContext();
    const children = Array.from({ length: Math.floor(random() * 4) }, (_, number) => span(`child ${number}`, root));
    sizes.set(traceId, children.length + 1);
    const failing = Math.floor(random() * (children.length + 1));
    open.push(() => {
      for (const [number, child] of children.entries()) {
        if (hasFailed && number === failing) child.setStatus(ERROR);
        child.end();
      }
      if (hasFailed && failing === children.length) root.setStatus(ERROR);
      root.end(1_700_000_000_000 + (isSlow ? 1000 + random() * 5000 : random() * 999));
    });
    if (hasFailed || isSlow) expected.set(traceId, children.length + 1);
    else counts.ordinary++;
    // Fifty are open at a time, and end in any order.
    if (open.length > 50) open.splice(Math.floor(random() * open.length), 1)[0]?.();
    if (index === 10_000) heapAtTenth = process.memoryUsage().heapUsed;
    if (kept.length > 5000) settle();
  }
  for (const end of open) end();
  settle();

  function settle(): void {
    const waiting = new Map<string, number>();
    for (const one of kept) waiting.set(one.spanContext().traceId, (waiting.get(one.spanContext().traceId) ?? 0) + 1);
    kept.length = 0;
    for (const [traceId, spans] of waiting) {
      if (expected.has(traceId)) expected.set(traceId, (expected.get(traceId) as number) - spans);
      else {
        sizes.set(traceId, (sizes.get(traceId) as number) - spans);
        keptOrdinary.add(traceId);
      }
    }
  }
  assert.deepEqual(
    [...expected.values()].filter((missing) => missing !== 0),
    [],
    'every failed and slow trace arrived whole, once',
  );
  assert.deepEqual(
    [...keptOrdinary].filter((traceId) => sizes.get(traceId) !== 0),
    [],
    'and so did the others that are kept',
  );
  assert.ok(Math.abs(keptOrdinary.size / counts.ordinary - share) < 0.01, `${keptOrdinary.size} of ${counts.ordinary}`);
  tail.decideAll();
  // The test's own books grow by about 200 bytes a trace.
  const grown = process.memoryUsage().heapUsed - heapAtTenth;
  assert.ok(grown < 80 * 1024 * 1024, `${Math.round(grown / 1024 / 1024)} MiB`);
});

const keptOrdinary = new Set<string>();
