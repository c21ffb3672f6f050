import assert from 'node:assert/strict';
import { it } from 'node:test';
import { onlyUnderParent } from '../../../../src/instrumentation/loading/only-under-parent.ts';
import { createTracerProvider } from '../../../../src/engine/traces/tracer-provider.ts';
import { createSampler } from '../../../../src/engine/traces/sampler.ts';
import { api, LIMITS, resource } from '../../engine/traces/kit.ts';

function record(names: 'all' | ReadonlySet<string>): string[] {
  const ended: string[] = [];
  const provider = createTracerProvider({
    sampler: createSampler('always_on', 1),
    limits: LIMITS,
    resource,
    onEnd: ({ name }) => ended.push(name),
  });
  const tracer = onlyUnderParent(provider, names).getTracer('library', '1.0');
  const results = [
    tracer.startActiveSpan('query', (span) => (span.end(), 1)),
    tracer.startActiveSpan('connect', {}, (span) => (span.end(), 2)),
    tracer.startActiveSpan('query', {}, api.ROOT_CONTEXT, (span) => (span.end(), 3)),
  ];
  assert.deepEqual(results, [1, 2, 3]);
  tracer.startSpan('query').end();
  const parent = provider.getTracer('app').startSpan('parent');
  api.context.with(api.trace.setSpan(api.context.active(), parent), () => {
    tracer.startSpan('query').end();
    tracer.startActiveSpan('query', (span) => span.end());
    tracer.startSpan('query', {}, api.ROOT_CONTEXT).end();
  });
  return ended;
}

it('a span without another around it is not recorded, and what runs in it runs', () => {
  assert.deepEqual(record('all'), ['query', 'query']);
});

it('unless its name is none of those that are meant', () => {
  assert.deepEqual(record(new Set(['query'])), ['connect', 'query', 'query']);
});
