import type { HrTime } from '@opentelemetry/api';
import type { TimedEvent } from '@opentelemetry/sdk-trace';
import { addAttributes, type AttributeBag } from '../../values/attributes.ts';

export type SpanEvent = TimedEvent & AttributeBag;

export function createEvent(name: string, time: HrTime): SpanEvent {
  return { name, time, attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
}

/**
 * Add `source` to `event`. Unlike those of spans, attributes of events hold strings, numbers, booleans and lists of one of these;
 * what else there is, is counted as dropped.
 *
 * @see https://github.com/open-telemetry/opentelemetry-specification/blob/main/oteps/4485-extending-attributes-to-support-complex-values.md
 */
export function addEventAttributes(event: SpanEvent, source: unknown, maxCount: number, maxLength: number): void {
  addAttributes(event, source, Infinity, maxLength);
  const { attributes } = event;
  let kept = 0;
  for (const name of Object.keys(attributes)) {
    if (kept < maxCount && isSimple(attributes[name])) kept++;
    else {
      delete attributes[name];
      event.droppedAttributesCount++;
    }
  }
  event.attributeCount = kept;
}

function isSimple(value: unknown): boolean {
  if (typeof value !== 'object') return true;
  if (!Array.isArray(value)) return false;
  const items = value.filter((item) => item !== null && item !== undefined);
  return items.every((item) => typeof item !== 'object' && typeof item === typeof items[0]);
}
