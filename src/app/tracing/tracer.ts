import type { Context, Span, Tracer, TracerProvider } from '@opentelemetry/api';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { version } from '../../version.ts';
import { otelOptions, type StartSpanOptions } from './span-options.ts';

/** The scope of spans that no tracer was named for. */
const SCOPE = 'signalbox';

let provider: TracerProvider | undefined;
let tracer: Tracer | undefined;

/** The tracer of the provider that is registered now: tests register one after the other. Without one, it records nothing. */
function currentTracer(): Tracer {
  const registered = api.trace.getTracerProvider() as TracerProvider & { getDelegate?: () => TracerProvider };
  const current = registered.getDelegate === undefined ? registered : registered.getDelegate();
  if (tracer === undefined || current !== provider) {
    provider = current;
    tracer = current.getTracer(SCOPE, version);
  }
  return tracer;
}

/** Start a span by the tracer in `options`; by signalbox's own where there is none, or none that starts spans. */
export function beginSpan(name: string, options: StartSpanOptions | undefined, context: Context): Span {
  const given = options?.tracer;
  const started =
    given &&
    attempt(() => {
      const span: Span | undefined = given.startSpan(name, otelOptions(options), context);
      return typeof span?.isRecording === 'function' ? span : undefined;
    });
  return started || currentTracer().startSpan(name, otelOptions(options), context);
}
