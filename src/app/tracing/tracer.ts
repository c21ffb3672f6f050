import type { Tracer, TracerProvider } from '@opentelemetry/api';
import { api } from '../../runtime/otel.ts';
import { version } from '../../version.ts';

/** The scope of spans that no tracer was named for. */
const SCOPE = 'signalbox';

let provider: TracerProvider | undefined;
let tracer: Tracer | undefined;

/** The tracer of the provider that is registered now: tests register one after the other. Without one, it records nothing. */
export function currentTracer(): Tracer {
  const registered = api.trace.getTracerProvider() as TracerProvider & { getDelegate?: () => TracerProvider };
  const current = registered.getDelegate === undefined ? registered : registered.getDelegate();
  if (tracer === undefined || current !== provider) {
    provider = current;
    tracer = current.getTracer(SCOPE, version);
  }
  return tracer;
}
