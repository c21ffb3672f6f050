/** The engine's tracer provider and context manager, registered, and the spans that ended. */
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { createContextManager } from '../../../../src/context/context-manager.ts';
import { createPropagator } from '../../../../src/context/propagation/create-propagator.ts';
import { createTracerProvider } from '../../../../src/engine/traces/tracer-provider.ts';
import { createResource } from '../../../../src/engine/start-engine.ts';
import { api } from '../../../../src/runtime/otel.ts';

const LIMITS = {
  attributeCount: 128,
  attributeValueLength: Infinity,
  eventCount: 128,
  linkCount: 128,
  attributePerEventCount: 128,
  attributePerLinkCount: 128,
};

export interface Recorded {
  readonly spans: ReadableSpan[];
  /** Of the spans that ended, in this order. */
  readonly names: string[];
  find(name: string): ReadableSpan;
  [Symbol.dispose](): void;
}

export function record({ isSampled = true, baggageHosts = [] as string[], onExport = (_span: ReadableSpan): void => {} } = {}): Recorded {
  const spans: ReadableSpan[] = [];
  const onEnd = (span: ReadableSpan): void => {
    onExport(span);
    spans.push(span);
  };
  trace.setGlobalTracerProvider(createTracerProvider({ sampler: () => isSampled, limits: LIMITS, resource: createResource({}), onEnd }));
  context.setGlobalContextManager(createContextManager());
  propagation.setGlobalPropagator(createPropagator({ propagators: ['tracecontext', 'baggage'], baggageHosts }));
  return {
    spans,
    get names() {
      return spans.map(({ name }) => name);
    },
    find(name) {
      const found = spans.filter((span) => span.name === name);
      if (found.length !== 1)
        throw new Error(`one span "${name}" must have ended, got ${found.length} of: ${spans.map((s) => s.name).join(', ')}`);
      return found[0] as ReadableSpan;
    },
    [Symbol.dispose]() {
      for (const each of [trace, context, propagation, metrics]) each.disable();
    },
  };
}

/** The name of the span that is active. */
export function activeName(): string | undefined {
  return (api.trace.getActiveSpan() as { readonly name?: string } | undefined)?.name;
}

export const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;
export const idOf = (span: ReadableSpan): string => span.spanContext().spanId;
