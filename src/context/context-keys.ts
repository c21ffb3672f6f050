/**
 * Keys of the context that `@opentelemetry/core` and the instrumentations use as well: they make them from the same names, and
 * keys of one name are one key.
 */
import type { Context } from '@opentelemetry/api';
import { api } from '../runtime/otel.ts';

/** The HTTP request that is answered in a context: `getRPCMetadata()`. */
export const RPC_METADATA = api.createContextKey('OpenTelemetry SDK Context Key RPC_METADATA');

const SUPPRESS_TRACING = api.createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** A context in which nothing is traced and nothing sent on: `suppressTracing()`. */
export const UNTRACED: Context = api.ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true);

export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_TRACING) === true;
}

const DESTINATION = api.createContextKey('signalbox.destination');

/** `context`, for a carrier that goes to `host`. */
export function toDestination(context: Context, host: string): Context {
  return context.setValue(DESTINATION, host);
}

/** The host that a carrier goes to, where somebody said so. */
export function saidDestination(context: Context): string | undefined {
  const host = context.getValue(DESTINATION);
  return typeof host === 'string' ? host : undefined;
}
