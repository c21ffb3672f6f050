/**
 * A context with the two values that nearly every one of a server's is made for: the active span, and the request that is answered.
 * The API's own copies all values into a map for each value that is added, and makes a closure for each of its methods.
 */
import type { Context, Span } from '@opentelemetry/api';
import { api } from '../runtime/otel.ts';
import { RPC_METADATA } from './context-keys.ts';

/** As `trace.setSpan()` has it: keys of one name are one key. */
const SPAN = api.createContextKey('OpenTelemetry Context Key SPAN');

/** Layers do not lie on one another: what makes contexts from contexts for ever keeps no chain of them. */
class SpanLayer implements Context {
  // No private fields: applications put proxies around contexts.
  readonly below: Context;
  readonly span: unknown;
  readonly request: unknown;

  constructor(below: Context, span: unknown, request: unknown) {
    this.below = below;
    this.span = span;
    this.request = request;
  }

  getValue(key: symbol): unknown {
    return key === SPAN ? this.span : key === RPC_METADATA ? this.request : this.below.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === SPAN) return new SpanLayer(this.below, value, this.request);
    if (key === RPC_METADATA) return new SpanLayer(this.below, this.span, value);
    return new SpanLayer(this.below.setValue(key, value), this.span, this.request);
  }

  deleteValue(key: symbol): Context {
    if (key === SPAN || key === RPC_METADATA) return this.setValue(key, undefined);
    return new SpanLayer(this.below.deleteValue(key), this.span, this.request);
  }
}

/** `below` with a span in it, and the request that it is of. @param below - none of these. */
export function requestContext(below: Context, span: Span, request: object): Context {
  return new SpanLayer(below, span, request);
}
