import type { Link } from '@opentelemetry/api';
import type { SpanLimits } from '../../config/config.ts';
import { addAttributes } from '../../values/attributes.ts';
import { readEach } from '../../values/read-properties.ts';
import { isValidSpanContext } from '../../values/span-context.ts';
import { copySpanContext } from './span-context.ts';

const LINK_FIELDS = ['context', 'attributes'] as const;

/** A copy of what the application gave for a link, or `undefined` where it says nothing. Never throws. */
export function createLink(value: unknown, limits: SpanLimits): Link | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { context: given, attributes } = readEach(value, LINK_FIELDS);
  const context = copySpanContext(given);
  if (context === undefined) return undefined;
  const link = { context, attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
  addAttributes(link, attributes, limits.attributePerLinkCount, limits.attributeValueLength);
  // "Links with empty ids should be recorded as long as the attributes or the trace state are not empty."
  return isValidSpanContext(context) || link.attributeCount > 0 || context.traceState !== undefined ? link : undefined;
}
