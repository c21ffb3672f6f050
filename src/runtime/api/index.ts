/**
 * What signalbox uses of `@opentelemetry/api`, in place of its fifty modules, which are loaded when an application or an official
 * instrumentation asks for them. Copies of the API share what is registered, and the keys of contexts; this is one more copy.
 */
import { baggageEntryMetadataFromString, defaultTextMapGetter, defaultTextMapSetter, propagation } from './baggage.ts';
import { context, createContextKey, ROOT_CONTEXT } from './context.ts';
import { diag, DiagLogLevel } from './diag.ts';
import { createNoopMeter, logs, metrics } from './metrics.ts';
import { INVALID_SPAN_CONTEXT, isSpanContextValid } from './span.ts';
import { trace } from './tracing.ts';

export const api = {
  baggageEntryMetadataFromString,
  context,
  createContextKey,
  createNoopMeter,
  defaultTextMapGetter,
  defaultTextMapSetter,
  diag,
  DiagLogLevel,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  logs,
  metrics,
  propagation,
  ROOT_CONTEXT,
  trace,
};
