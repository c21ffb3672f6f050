import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Ids, times and the objects that hold them. */
const SPAN_BYTES = 600;
const PART_BYTES = 150;
const VALUE_BYTES = 16;

/** About how many bytes of memory a span takes that has ended. */
export function spanSize({ name, attributes, events, links, status }: ReadableSpan): number {
  let size = SPAN_BYTES + name.length + (status.message?.length ?? 0) + valueSize(attributes);
  for (const event of events) size += PART_BYTES + event.name.length + valueSize(event.attributes);
  for (const link of links) size += PART_BYTES + valueSize(link.attributes);
  return size;
}

/** What is in a span is plain and bounded: the walk ends. */
function valueSize(value: Attributes | Attributes[string]): number {
  if (typeof value === 'string') return VALUE_BYTES + value.length;
  if (typeof value !== 'object' || value === null) return VALUE_BYTES;
  let size = VALUE_BYTES;
  for (const [key, part] of Object.entries(value)) size += key.length + valueSize(part as Attributes[string]);
  return size;
}
