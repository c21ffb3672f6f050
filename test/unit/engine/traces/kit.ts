/** Both span engines, with their spans kept in a list. */
import type { Span, Tracer } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SamplerName, SpanLimits } from '../../../../src/config/config.ts';
import { loadApi, require } from '../../../../src/runtime/otel.ts';
import { createSampler } from '../../../../src/engine/traces/sampler.ts';
import { createTracerProvider } from '../../../../src/engine/traces/tracer-provider.ts';

const { resourceFromAttributes } = require('@opentelemetry/resources') as typeof import('@opentelemetry/resources');
const { AsyncLocalStorageContextManager } =
  require('@opentelemetry/context-async-hooks') as typeof import('@opentelemetry/context-async-hooks');
export const officialSdk = require('@opentelemetry/sdk-trace') as typeof import('@opentelemetry/sdk-trace');

/** The copy that applications use, which is another than the engine's. */
export const api = loadApi();
api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

export const resource: Resource = resourceFromAttributes({ 'service.name': 'test' });
export const LIMITS: SpanLimits = {
  attributeCount: 8,
  attributeValueLength: 64,
  eventCount: 5,
  linkCount: 3,
  attributePerEventCount: 3,
  attributePerLinkCount: 2,
};

export interface Engine {
  readonly tracer: Tracer;
  readonly spans: ReadableSpan[];
}

export function createEngine({ limits = LIMITS, sampler = 'parentbased_always_on' as SamplerName, ratio = 1 } = {}): Engine {
  const spans: ReadableSpan[] = [];
  const provider = createTracerProvider({ sampler: createSampler(sampler, ratio), limits, resource, onEnd: (span) => spans.push(span) });
  return { spans, tracer: provider.getTracer('scope', '1.0') };
}

export function createOfficialEngine(limits: SpanLimits = LIMITS): Engine {
  const spans: ReadableSpan[] = [];
  const provider = new officialSdk.TracerProvider({
    resource,
    spanLimits: {
      attributeCountLimit: limits.attributeCount,
      attributeValueLengthLimit: limits.attributeValueLength,
      eventCountLimit: limits.eventCount,
      linkCountLimit: limits.linkCount,
      attributePerEventCountLimit: limits.attributePerEventCount,
      attributePerLinkCountLimit: limits.attributePerLinkCount,
    },
    spanProcessors: [{ onStart() {}, onEnd: (span) => void spans.push(span), forceFlush: async () => {}, shutdown: async () => {} }],
  });
  return { spans, tracer: provider.getTracer('scope', '1.0') };
}

/** The one span that was exported, or a failure that says what was. */
export function onlySpan({ spans }: Engine): ReadableSpan {
  const [span] = spans;
  if (span === undefined || spans.length > 1)
    throw new Error(`expected one span, got ${spans.length}: ${spans.map(({ name }) => name).join(', ')}`);
  return span;
}

export function record(run: (span: Span) => void, engine: Engine = createEngine()): ReadableSpan {
  const span = engine.tracer.startSpan('s');
  run(span);
  span.end();
  return onlySpan(engine);
}
