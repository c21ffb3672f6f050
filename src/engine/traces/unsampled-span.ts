import type { Span, SpanContext, TraceState } from '@opentelemetry/api';
import { newSpanId } from './ids.ts';

/** Carries a trace that is not sampled: a context to pass on, and nothing else. The context is made when it is asked for. */
export class UnsampledSpan implements Span {
  readonly #traceId: string;
  readonly #traceFlags: number;
  readonly #traceState: TraceState | undefined;
  #context: SpanContext | undefined;

  constructor(traceId: string, traceFlags: number, traceState: TraceState | undefined) {
    this.#traceId = traceId;
    this.#traceFlags = traceFlags;
    this.#traceState = traceState;
  }

  /** The context of `span` when it is one of these; a proxy around one is not. */
  static contextOf(span: object): SpanContext | undefined {
    return #context in span ? span.spanContext() : undefined;
  }

  spanContext(): SpanContext {
    return (this.#context ??= createSpanContext(this.#traceId, newSpanId(), this.#traceFlags, this.#traceState));
  }

  isRecording(): boolean {
    return false;
  }

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  recordException(): void {}

  end(): void {}
}

export function createSpanContext(traceId: string, spanId: string, traceFlags: number, traceState: TraceState | undefined): SpanContext {
  return traceState === undefined ? { traceId, spanId, traceFlags } : { traceId, spanId, traceFlags, traceState };
}
