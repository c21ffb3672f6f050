import type { Span, SpanContext, SpanKind } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import type { SpanLimits } from '../../config/config.ts';
import type { Scope } from '../../otlp/types.ts';
import type { Anchor } from '../../runtime/clock.ts';
import type { AttributeBag } from '../../values/attributes.ts';
import type { SpanNotices } from './span-notices.ts';

/** What all spans of a provider share. */
export interface SpanShared {
  readonly limits: SpanLimits;
  readonly resource: Resource;
  readonly onEnd: (span: ReadableSpan & AttributeBag) => void;
  /** Takes an event `exception` elsewhere; whether the span is to do without it. Left out where exceptions are events of spans. Must not throw. */
  readonly takeException: ((span: Span & ReadableSpan, event: TimedEvent) => boolean) | undefined;
  /** Left out where nobody would read what it says. */
  readonly notices: SpanNotices | undefined;
}

/** What a span is born with; strings, contexts and numbers are clean, the rest is as the application gave it. */
export interface SpanBirth {
  readonly shared: SpanShared;
  readonly scope: Scope;
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parentContext: SpanContext | undefined;
  readonly anchor: Anchor;
  /** When it starts, by the monotonic clock; `startTime` goes before it. */
  readonly startMs: number;
  readonly startTime: unknown;
  readonly attributes: unknown;
  readonly links: unknown;
}
