/** Jaeger's own format, `uber-trace-id`, which its clients spoke before OpenTelemetry. */
import type { TextMapPropagator } from '@opentelemetry/api';
import { SAMPLED } from '../../names/otel.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { isTracingSuppressed } from '../context-keys.ts';
import { createHeaderBaggage, firstValue } from './header-baggage.ts';

const TRACE_HEADER = 'uber-trace-id';
const BAGGAGE_PREFIX = 'uberctx-';
/** Trace id, span id, the parent's id, which nobody reads any more, and flags; leading zeros may be left out. */
const TRACE_FORM = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]*:([0-9a-f]{1,2})$/i;

/**
 * May throw what getters, setters and carriers throw: `createPropagator` stands before it.
 *
 * @param hosts - see `createHostFilter`; with none, baggage comes in and never goes out.
 * @see https://www.jaegertracing.io/sdk-migration/#propagation-format
 */
export function createJaegerPropagator(hosts: readonly string[]): TextMapPropagator {
  const baggage = createHeaderBaggage(BAGGAGE_PREFIX, hosts, (value) => attempt(() => encodeURIComponent(value)), decode);
  return {
    inject(context, carrier, setter) {
      if (isTracingSuppressed(context)) return;
      const spanContext = api.trace.getSpanContext(context);
      if (spanContext !== undefined && api.isSpanContextValid(spanContext)) {
        const { traceId, spanId, traceFlags } = spanContext;
        setter.set(carrier, TRACE_HEADER, `${traceId}:${spanId}:0:0${traceFlags & SAMPLED}`.toLowerCase());
      }
      baggage.inject(context, carrier, setter);
    },

    extract(context, carrier, getter) {
      const withBaggage = baggage.extract(context, carrier, getter);
      const [, traceId = '', spanId = '', flags = ''] = TRACE_FORM.exec(decode(firstValue(getter, carrier, TRACE_HEADER) ?? '')) ?? [];
      const spanContext = {
        traceId: traceId.toLowerCase().padStart(32, '0'),
        spanId: spanId.toLowerCase().padStart(16, '0'),
        traceFlags: Number.parseInt(flags, 16) & SAMPLED,
        isRemote: true,
      };
      return api.isSpanContextValid(spanContext) ? api.trace.setSpanContext(withBaggage, spanContext) : withBaggage;
    },

    fields: () => [TRACE_HEADER],
  };
}

/** Percent-decoded, where that is what it was; clients differ in whether they encode. */
function decode(text: string): string {
  return text.includes('%') ? attempt(() => decodeURIComponent(text), text) : text;
}
