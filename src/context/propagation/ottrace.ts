/** OpenTracing's basic format, `ot-tracer-…`, which Lightstep's tracers spoke. It carries the right half of a trace id. */
import type { TextMapPropagator } from '@opentelemetry/api';
import { SAMPLED } from '../../names/otel.ts';
import { api } from '../../runtime/otel.ts';
import { isTracingSuppressed } from '../context-keys.ts';
import { createHeaderBaggage, firstValue } from './header-baggage.ts';

const TRACE_ID = 'ot-tracer-traceid';
const SPAN_ID = 'ot-tracer-spanid';
const IS_SAMPLED = 'ot-tracer-sampled';
const BAGGAGE_PREFIX = 'ot-baggage-';

/**
 * May throw what getters, setters and carriers throw: `createPropagator` stands before it.
 *
 * @param hosts - see `createHostFilter`; with none, baggage comes in and never goes out.
 * @see https://opentelemetry.io/docs/specs/otel/context/api-propagators/#propagators-distribution
 */
export function createOtTracePropagator(hosts: readonly string[]): TextMapPropagator {
  const baggage = createHeaderBaggage(BAGGAGE_PREFIX, hosts, asItIs, asItIs);
  return {
    inject(context, carrier, setter) {
      const spanContext = api.trace.getSpanContext(context);
      if (isTracingSuppressed(context) || spanContext === undefined || !api.isSpanContextValid(spanContext)) return;
      setter.set(carrier, TRACE_ID, spanContext.traceId.slice(16).toLowerCase());
      setter.set(carrier, SPAN_ID, spanContext.spanId.toLowerCase());
      setter.set(carrier, IS_SAMPLED, String((spanContext.traceFlags & SAMPLED) !== 0));
      baggage.inject(context, carrier, setter);
    },

    extract(context, carrier, getter) {
      const [traceId = '', spanId = '', sampled] = [TRACE_ID, SPAN_ID, IS_SAMPLED].map((name) => firstValue(getter, carrier, name));
      const isSampled = sampled === 'true' || sampled === '1';
      const spanContext = {
        traceId: traceId.length === 16 || traceId.length === 32 ? traceId.toLowerCase().padStart(32, '0') : '',
        spanId: spanId.toLowerCase(),
        traceFlags: isSampled ? SAMPLED : 0,
        isRemote: true,
      };
      if (!api.isSpanContextValid(spanContext)) return context;
      return api.trace.setSpanContext(baggage.extract(context, carrier, getter), spanContext);
    },

    fields: () => [TRACE_ID, SPAN_ID, IS_SAMPLED],
  };
}

function asItIs(value: string): string {
  return value;
}
