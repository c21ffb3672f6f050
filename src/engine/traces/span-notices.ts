import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SpanLimits } from '../../config/config.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { redactText } from '../../redaction/redactor.ts';
import { MAX_ITEMS } from '../../values/limits.ts';

/** Hears what of spans is not kept. */
export interface SpanNotices {
  /** `span` ends. */
  ended(span: ReadableSpan): void;
  /** `method` was called on `span`, which had ended. */
  calledTooLate(method: string, span: ReadableSpan): void;
}

/**
 * Says at `debug`, each thing once a minute at most, what the limits of spans cost, and what was called too late.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits
 */
export function createSpanNotices(reporter: Reporter, limits: SpanLimits): SpanNotices {
  const parts = [
    ['attributes', 'A span', 'attributes', limits.attributeCount, 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT'],
    ['events', 'A span', 'events', limits.eventCount, 'OTEL_SPAN_EVENT_COUNT_LIMIT'],
    ['links', 'A span', 'links', limits.linkCount, 'OTEL_SPAN_LINK_COUNT_LIMIT'],
    ['event-attributes', 'An event', 'attributes', limits.attributePerEventCount, 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'],
    ['link-attributes', 'A link', 'attributes', limits.attributePerLinkCount, 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'],
  ] as const;

  return {
    ended(span) {
      const dropped = [
        span.droppedAttributesCount,
        span.droppedEventsCount,
        span.droppedLinksCount,
        attributesDroppedOf(span.events),
        attributesDroppedOf(span.links),
      ];
      for (const [index, [part, holder, what, most, setting]] of parts.entries()) {
        const count = dropped[index] as number;
        if (count === 0) continue;
        reporter.say(
          `dropped.${part}`,
          `${holder} must have at most ${most} ${what} (${setting}), none of them empty or of a kind that cannot be exported, but ${count} of the span "${redactText(span.name)}" did not fit and are dropped.`,
        );
      }
    },
    calledTooLate(method, { name }) {
      reporter.say(
        'span-ended',
        `A span must be changed before it ends, but ${method}() was called on "${redactText(name)}" after end(). The call changes nothing.`,
      );
    },
  };
}

/** Of spans and of log records, where the key is empty for a body. */
export function sayItemsDropped(reporter: Reporter, key: string, items: number): void {
  const what = key === '' ? 'The body of a log record' : `The attribute ${JSON.stringify(redactText(key))}`;
  reporter.say(
    'dropped.items',
    `${what} must have at most ${MAX_ITEMS} array items and map entries, all levels together, but ${items} more did not fit and are dropped.`,
  );
}

function attributesDroppedOf(parts: readonly { readonly droppedAttributesCount?: number }[]): number {
  return parts.reduce((sum, { droppedAttributesCount = 0 }) => sum + droppedAttributesCount, 0);
}
