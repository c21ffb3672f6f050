import { ERROR_TYPE } from '../../names/attributes.ts';
import { SENTRY_METRICS, type SentryDrop } from '../../names/metrics/errors.ts';
import { contain } from '../../runtime/contain.ts';
import { counterOf } from '../metrics/pack-instruments.ts';

const dropped = counterOf(SENTRY_METRICS.dropped);

export function countDropped(reason: SentryDrop, count = 1): void {
  if (count > 0) contain('counting errors that were dropped', () => dropped.add(count, { [ERROR_TYPE]: reason }));
}
