import type { SpanContext, TraceState } from '@opentelemetry/api';
import { SilentSpan } from '../../runtime/api/silent-span.ts';
import { newSpanId } from './ids.ts';
import { SELF, selfOf } from './self.ts';
import { createSpanContext, NO_CONTEXT } from './span-context.ts';

/** Carries a trace that is not sampled: a context to pass on, and nothing else. The context is made when it is asked for. */
export class UnsampledSpan extends SilentSpan {
  readonly [SELF] = this;
  readonly #traceId: string;
  readonly #isTraceIdRandom: boolean;
  readonly #traceState: TraceState | undefined;
  #context: SpanContext | undefined;

  constructor(traceId: string, isTraceIdRandom: boolean, traceState: TraceState | undefined) {
    super();
    this.#traceId = traceId;
    this.#isTraceIdRandom = isTraceIdRandom;
    this.#traceState = traceState;
  }

  /** The context of `span` when it is one of these; a proxy around one is not. */
  static contextOf(span: object): SpanContext | undefined {
    return #context in span ? span.spanContext() : undefined;
  }

  /** The span that `receiver` is, or stands for. */
  static #behind(receiver: unknown): UnsampledSpan | undefined {
    if (typeof receiver !== 'object' || receiver === null) return undefined;
    if (#context in receiver) return receiver;
    const self = selfOf(receiver);
    return self !== undefined && #context in self ? self : undefined;
  }

  spanContext(): SpanContext {
    const span = UnsampledSpan.#behind(this);
    if (span === undefined) return NO_CONTEXT;
    return (span.#context ??= createSpanContext(span.#traceId, newSpanId(), 0, span.#traceState, span.#isTraceIdRandom));
  }
}
