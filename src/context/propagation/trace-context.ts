/**
 * W3C Trace Context, levels 1 and 2. Our own because the official propagator lets bad headers through, splits a trace
 * over good ones, and loses the random flag.
 */
import type { SpanContext, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { isTracingSuppressed } from '../context-keys.ts';
import { isRandom, markRandom } from '../random-flag.ts';
import { api } from '../../runtime/otel.ts';
import { RANDOM, SAMPLED } from '../../names/otel.ts';
import { parseTraceState, trimOws } from './trace-state.ts';

const TRACE_PARENT = 'traceparent';
const TRACE_STATE = 'tracestate';

/** version, trace id, parent id and flags; what follows them is left to versions to come. */
const TRACE_PARENT_FORM = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;
const TRACE_PARENT_LENGTH = 55;

/**
 * The trace id that came with the random flag, for spans that have not its mark: another SDK's, or one that a second format named.
 * Level 2 wants it on every request that goes out with the same trace id, and on no other.
 */
const RANDOM_TRACE_ID = api.createContextKey('signalbox: trace id that was received with the random flag');

const VISIBLE_ASCII = /^[\x20-\x7e]+$/;

/** May throw what getters, setters and carriers throw: `createPropagator` stands before it. */
export const traceContextPropagator: TextMapPropagator = {
  inject(context, carrier, setter) {
    const spanContext = api.trace.getSpanContext(context);
    if (!spanContext || isTracingSuppressed(context) || !api.isSpanContextValid(spanContext)) return;
    let flags = spanContext.traceFlags & SAMPLED;
    if (isRandom(spanContext) || context.getValue(RANDOM_TRACE_ID) === spanContext.traceId) flags |= RANDOM;
    const ids = `${spanContext.traceId}-${spanContext.spanId}`.toLowerCase();
    setter.set(carrier, TRACE_PARENT, `00-${ids}-0${flags}`);
    injectTraceState(spanContext, carrier, setter);
  },

  extract(context, carrier, getter) {
    const spanContext = parseTraceParent(onlyValue(getter.get(carrier, TRACE_PARENT)));
    if (!spanContext) return context;
    const header = joined(getter.get(carrier, TRACE_STATE));
    const traceState = header ? parseTraceState(header) : undefined;
    if (traceState) spanContext.traceState = traceState;
    const extracted = api.trace.setSpanContext(context, spanContext);
    return isRandom(spanContext) ? extracted.setValue(RANDOM_TRACE_ID, spanContext.traceId) : extracted;
  },

  fields: () => [TRACE_PARENT, TRACE_STATE],
};

/**
 * @returns undefined for anything but one valid `traceparent`: the trace begins anew.
 * @see https://www.w3.org/TR/trace-context-2/#traceparent-header
 */
function parseTraceParent(header: string | undefined): SpanContext | undefined {
  if (header === undefined) return undefined;
  const value = trimOws(header);
  if (!TRACE_PARENT_FORM.test(value)) return undefined;
  if (value.length > TRACE_PARENT_LENGTH) {
    // Later versions may say more after a dash. A comma is two headers that were joined on the way.
    if (value.startsWith('00') || value[TRACE_PARENT_LENGTH] !== '-' || value.includes(',')) return undefined;
  }
  const flags = Number.parseInt(value.slice(53, 55), 16);
  const spanContext = { traceId: value.slice(3, 35), spanId: value.slice(36, 52), traceFlags: flags & SAMPLED, isRemote: true };
  return flags & RANDOM ? markRandom(spanContext) : spanContext;
}

function injectTraceState(spanContext: SpanContext, carrier: unknown, setter: TextMapSetter): void {
  const state: unknown = spanContext.traceState?.serialize();
  // A trace state of somebody else's may hold anything, and `http.request` throws into the app on a bad header.
  if (typeof state === 'string' && VISIBLE_ASCII.test(state)) setter.set(carrier, TRACE_STATE, state);
}

/** The one header there is. Two, even equal ones, are none. */
function onlyValue(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}

/** Several headers as the one that they stand for. */
function joined(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value.join(',') : undefined;
}
