import type { Context, Span, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';
import { api } from '../otel.ts';

/** `provider`, with tracers that record only what belongs to a span: a query of no request is noise. */
export function onlyUnderParent(provider: TracerProvider): TracerProvider {
  return {
    getTracer(...scope) {
      const tracer = provider.getTracer(...scope);
      const hasParent = (context: Context): boolean => api.trace.getSpan(context) !== undefined;
      function startSpan(name: string, options?: SpanOptions, context = api.context.active()): Span {
        return hasParent(context) ? tracer.startSpan(name, options, context) : api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
      }
      function startActiveSpan(name: string, ...rest: unknown[]): unknown {
        const context = rest.length >= 3 ? (rest[1] as Context) : api.context.active();
        if (hasParent(context)) return (tracer.startActiveSpan as (...args: unknown[]) => unknown)(name, ...rest);
        const fn = rest.at(-1) as (span: Span) => unknown;
        return fn(api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT));
      }
      return { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] };
    },
  };
}
