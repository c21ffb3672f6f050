import type { HrTime } from '@opentelemetry/api';
import type { TimedEvent } from '@opentelemetry/sdk-trace';
import type { AttributeBag } from '../../values/attributes.ts';

export function createEvent(name: string, time: HrTime): TimedEvent & AttributeBag {
  return { name, time, attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
}
