import { ERROR_MODULE, ERROR_TYPE } from '../attributes.ts';
import type { MetricRows } from './metric-row.ts';

export const ERROR_METRICS = {
  errors: {
    name: 'errors',
    type: 'counter',
    unit: '{error}',
    description: 'Errors, by type and by the module that met them.',
    attributes: { [ERROR_TYPE]: 'label', [ERROR_MODULE]: 'label' },
  },
} as const satisfies MetricRows;

/** Why what was to be sent to Sentry, or as an alert, did not arrive. */
export const ENVELOPE_DROPS = ['rate_limited', 'queue_full', 'too_large', 'refused', 'exit_deadline', 'after_shutdown'] as const;
export type EnvelopeDrop = (typeof ENVELOPE_DROPS)[number];

/** Why an error did not reach Sentry. */
export const SENTRY_DROPS = ['transient', 'expected', 'duplicate', 'before_send', 'not_started', ...ENVELOPE_DROPS] as const;
export type SentryDrop = (typeof SENTRY_DROPS)[number];

export const SENTRY_METRICS = {
  dropped: {
    name: 'signalbox.sentry.dropped',
    type: 'counter',
    unit: '{error}',
    description: 'Errors and check-ins that did not reach Sentry, by reason.',
    attributes: { [ERROR_TYPE]: SENTRY_DROPS },
  },
} as const satisfies MetricRows;
