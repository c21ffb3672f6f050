import { ERROR_TYPE, PAYMENT_CURRENCY, PAYMENT_OUTCOME, PAYMENT_PROVIDER, SUBSCRIPTION_CHANGE, SUBSCRIPTION_PLAN } from '../attributes.ts';
import { LONG_SECONDS, type MetricRows } from './metric-row.ts';

export const PAYMENT_OUTCOMES = ['success', 'failure', 'declined', 'cancelled', 'pending', 'refunded'] as const;
const PAYMENT = { [PAYMENT_PROVIDER]: 'label', [PAYMENT_OUTCOME]: PAYMENT_OUTCOMES, [PAYMENT_CURRENCY]: 'currency' } as const;

export const PAYMENT_METRICS = {
  requests: {
    name: 'payment.requests',
    type: 'counter',
    unit: '{payment}',
    description: 'Payments, by what became of them.',
    attributes: { ...PAYMENT, [ERROR_TYPE]: 'label' },
  },
  amount: {
    name: 'payment.amount',
    type: 'counter',
    unit: '{minor_unit}',
    description: 'What was paid, in the smallest unit of the currency (cents). Never add up currencies.',
    attributes: PAYMENT,
  },
  duration: {
    name: 'payment.duration',
    type: 'histogram',
    unit: 's',
    description: 'How long providers took.',
    attributes: { [PAYMENT_PROVIDER]: 'label', [PAYMENT_OUTCOME]: PAYMENT_OUTCOMES },
    buckets: LONG_SECONDS,
  },
  availability: {
    name: 'payment.provider.availability',
    type: 'gauge',
    unit: '1',
    description: 'Whether a provider can be used: 1 or 0, or the share of what it answered.',
    attributes: { [PAYMENT_PROVIDER]: 'label' },
  },
} as const satisfies MetricRows;

export const SUBSCRIPTION_CHANGES = ['created', 'renewed', 'upgraded', 'downgraded', 'cancelled', 'expired'] as const;

export const SUBSCRIPTION_METRICS = {
  changes: {
    name: 'subscription.changes',
    type: 'counter',
    unit: '{subscription}',
    description: 'Subscriptions that were created, renewed, cancelled, …',
    attributes: { [SUBSCRIPTION_PLAN]: 'label', [SUBSCRIPTION_CHANGE]: SUBSCRIPTION_CHANGES },
  },
  active: {
    name: 'subscription.active',
    type: 'gauge',
    unit: '{subscription}',
    description: 'Subscriptions that run, as the application counts them.',
    attributes: { [SUBSCRIPTION_PLAN]: 'label' },
    isObserved: true,
  },
} as const satisfies MetricRows;
