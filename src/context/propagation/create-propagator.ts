import type { TextMapPropagator } from '@opentelemetry/api';
import { contained } from '../../runtime/contain.ts';
import { loadPart } from '../../runtime/load-part.ts';
import { require, requireBundled } from '../../runtime/otel.ts';
import { isTracingSuppressed } from '../context-keys.ts';
import { createBaggagePropagator } from './baggage.ts';
import { traceContextPropagator } from './trace-context.ts';

export interface PropagatorOptions {
  /** Names as in `OTEL_PROPAGATORS`. Those that are not in `PROPAGATORS` are passed over. */
  readonly propagators: readonly string[];
  /** `example.com`, `*.example.com` or `*`: where outgoing baggage may go. */
  readonly baggageHosts: readonly string[];
}

/** Each is made when it was chosen; but for the default ones, its code is loaded then as well. */
const PROPAGATORS: Readonly<Record<string, (baggageHosts: readonly string[]) => TextMapPropagator>> = {
  tracecontext: () => traceContextPropagator,
  baggage: createBaggagePropagator,
  b3: () => createB3Propagator(false),
  b3multi: () => createB3Propagator(true),
  jaeger: (hosts) => loadPart<typeof import('./jaeger.ts')>(import.meta.url, './jaeger').createJaegerPropagator(hosts),
  ottrace: (hosts) => loadPart<typeof import('./ottrace.ts')>(import.meta.url, './ottrace').createOtTracePropagator(hosts),
  xray: createXrayPropagator,
};

/**
 * The propagators that were chosen, as one. When several find a context, the last one counts.
 *
 * Never throws, whatever a carrier, a getter or a setter does; a propagator that fails changes nothing.
 */
export function createPropagator({ propagators, baggageHosts }: PropagatorOptions): TextMapPropagator {
  const names = propagators.includes('none') ? [] : new Set(propagators);
  const parts: TextMapPropagator[] = [];
  for (const name of names) {
    if (Object.hasOwn(PROPAGATORS, name)) parts.push((PROPAGATORS[name] as (typeof PROPAGATORS)[string])(baggageHosts));
  }
  const fields = [...new Set(parts.flatMap((part) => part.fields()))];

  return {
    inject(context, carrier, setter) {
      for (const part of parts) {
        try {
          part.inject(context, carrier, setter);
        } catch (error) {
          // A carrier that cannot be written to costs the link to the next service, not the request.
          contained('writing trace context', error);
        }
      }
    },

    extract(context, carrier, getter) {
      let extracted = context;
      for (const part of parts) {
        try {
          extracted = part.extract(extracted, carrier, getter);
        } catch (error) {
          contained('reading trace context, so that the trace begins anew', error);
        }
      }
      return extracted;
    },

    fields: () => fields.slice(),
  };
}

/** Reads both forms of B3 and writes one of them. */
function createB3Propagator(multipleHeaders: boolean): TextMapPropagator {
  const { B3Propagator, B3InjectEncoding } = require('@opentelemetry/propagator-b3') as typeof import('@opentelemetry/propagator-b3');
  const injectEncoding = multipleHeaders ? B3InjectEncoding.MULTI_HEADER : B3InjectEncoding.SINGLE_HEADER;
  return new B3Propagator({ injectEncoding });
}

/** The one that comes with the instrumentation of AWS Lambda. */
function createXrayPropagator(): TextMapPropagator {
  const { AWSXRayPropagator } = requireBundled('@opentelemetry/propagator-aws-xray', '@opentelemetry/instrumentation-aws-lambda') as {
    AWSXRayPropagator: new () => TextMapPropagator;
  };
  const official = new AWSXRayPropagator();
  return {
    // It alone would also mark what signalbox sends itself.
    inject(context, carrier, setter) {
      if (!isTracingSuppressed(context)) official.inject(context, carrier, setter);
    },
    extract: (context, carrier, getter) => official.extract(context, carrier, getter),
    fields: () => official.fields(),
  };
}
