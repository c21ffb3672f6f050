import type { TextMapPropagator } from '@opentelemetry/api';
import { require } from '../../runtime/otel.ts';
import { createBaggagePropagator } from './baggage.ts';
import { traceContextPropagator } from './trace-context.ts';

export interface PropagatorOptions {
  /** Names as in `OTEL_PROPAGATORS`: `tracecontext`, `baggage`, `b3`, `b3multi`, `none`. Others are passed over. */
  readonly propagators: readonly string[];
  /** `example.com`, `*.example.com` or `*`: where outgoing baggage may go. */
  readonly baggageHosts: readonly string[];
}

/**
 * The propagators that were chosen, as one. On the way in, a later one has the last word.
 *
 * Never throws, whatever a carrier, a getter or a setter does; a propagator that fails changes nothing.
 */
export function createPropagator({ propagators, baggageHosts }: PropagatorOptions): TextMapPropagator {
  const names = propagators.includes('none') ? [] : new Set(propagators);
  const parts: TextMapPropagator[] = [];
  for (const name of names) {
    if (name === 'tracecontext') parts.push(traceContextPropagator);
    else if (name === 'baggage') parts.push(createBaggagePropagator(baggageHosts));
    else if (name === 'b3' || name === 'b3multi') parts.push(createB3Propagator(name === 'b3multi'));
  }
  const fields = [...new Set(parts.flatMap((part) => part.fields()))];

  return {
    inject(context, carrier, setter) {
      for (const part of parts) {
        try {
          part.inject(context, carrier, setter);
        } catch {
          // A carrier that cannot be written to costs the link to the next service, not the request.
        }
      }
    },

    extract(context, carrier, getter) {
      let extracted = context;
      for (const part of parts) {
        try {
          extracted = part.extract(extracted, carrier, getter);
        } catch {
          // The trace begins anew.
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
