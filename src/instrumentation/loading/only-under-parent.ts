import type { Context, Span, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';
import { api } from '../../runtime/otel.ts';

/** `provider`, with tracers that record spans of these `names` only within another span: a query of no request is noise. */
export function onlyUnderParent(provider: TracerProvider, names: 'all' | ReadonlySet<string>): TracerProvider {
  const isLeftOut = (name: string, context: Context): boolean =>
    (names === 'all' || names.has(name)) && api.trace.getSpan(context) === undefined;
  return {
    getTracer(...scope) {
      const tracer = provider.getTracer(...scope);
      function startSpan(name: string, options?: SpanOptions, context = api.context.active()): Span {
        return isLeftOut(name, context) ? api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT) : tracer.startSpan(name, options, context);
      }
      function startActiveSpan(name: string, ...rest: unknown[]): unknown {
        const fn = rest.at(-1) as (span: Span) => unknown;
        const context = rest.length >= 3 ? (rest[1] as Context) : api.context.active();
        if (isLeftOut(name, context)) return fn(api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT));
        return (tracer.startActiveSpan as (...args: unknown[]) => unknown)(name, ...rest);
      }
      return { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] };
    },
  };
}
