/** Payments and their providers. */
import { PAYMENT_METRICS } from '../../../names/metrics/payments.ts';
import { equals, matches } from '../../promql.ts';
import type { AlertRow } from '../alert-row.ts';
import { ERROR_TYPE, PAYMENT_OUTCOME, PAYMENT_PROVIDER } from '../labels.ts';
import type { Query } from '../query.ts';

const NEEDS = '`paymentMetrics()`';
const REQUESTS = PAYMENT_METRICS.requests;
const LABELS = [PAYMENT_PROVIDER];
const SUCCESS = equals(PAYMENT_OUTCOME, 'success');
const HOUR_SECONDS = 3600;

const outcomes: readonly [string, (query: Query) => string] = [
  'What becomes of payments',
  (query) => query.sum([PAYMENT_PROVIDER, PAYMENT_OUTCOME], query.increase(query.of(REQUESTS), HOUR_SECONDS)),
];
const errors: readonly [string, (query: Query) => string] = [
  'Which errors',
  (query) =>
    query.sum([PAYMENT_PROVIDER, ERROR_TYPE], query.increase(query.of(REQUESTS, [equals(PAYMENT_OUTCOME, 'failure')]), HOUR_SECONDS)),
];
const availability: readonly [string, (query: Query) => string] = [
  'Whether providers can be used',
  (query) => query.min(LABELS, query.of(PAYMENT_METRICS.availability)),
];
const duration: readonly [string, (query: Query) => string] = [
  'How long they take',
  (query) => query.quantile(0.95, LABELS, PAYMENT_METRICS.duration),
];

export const PAYMENT_ALERTS: readonly AlertRow[] = [
  {
    name: 'PaymentFailureRate',
    needs: NEEDS,
    scope: 'service',
    unit: 'ratio',
    thresholds: { critical: 0.2, warning: 0.05 },
    for: { critical: 300, warning: 600 },
    keepFiringFor: 600,
    window: 900,
    settings: { minPayments: { value: 5, meaning: 'with fewer payments in the window it is silent' } },
    labels: LABELS,
    // A card that is declined, or a user who changes his mind, is no failure.
    measure: (query) =>
      query.share(
        LABELS,
        query.of(REQUESTS, [equals(PAYMENT_OUTCOME, 'failure')]),
        query.of(REQUESTS, [matches(PAYMENT_OUTCOME, 'success|failure')]),
      ),
    guard: (query) =>
      `${query.sum(LABELS, query.increase(query.of(REQUESTS, [matches(PAYMENT_OUTCOME, 'success|failure')])))} >= ${query.setting('minPayments')}`,
    summary: '{service}: {value} of the payments by {payment_provider} fail',
    description:
      '{value} of the payments of {service} by {payment_provider} failed in the last {window}; the limit is {threshold}. Declined cards are not counted. Money is being lost.',
    dashboard: 'payments',
    traces: 'failed',
    runbook: {
      means: 'Payments fail by an error, not by a declined card. Money is lost, and users try again: beware of double payments.',
      look: [errors, outcomes, duration],
      mitigate: [
        'Look at the status page of the provider; offer the other one.',
        'A release: roll back.',
        'Signature or key refused: it was renewed, or the clock is wrong.',
      ],
    },
  },
  {
    name: 'PaymentProviderDown',
    needs: '`paymentMetrics()` with availability',
    scope: 'service',
    unit: 'ratio',
    fires: 'below',
    thresholds: { critical: 0.5 },
    for: 120,
    // Longer than what it explains goes on: the window of that, and how long that is kept.
    keepFiringFor: 1500,
    labels: LABELS,
    measure: (query) => query.min(LABELS, query.of(PAYMENT_METRICS.availability)),
    summary: '{service}: {payment_provider} cannot be used',
    description:
      'The payment provider {payment_provider} of {service} has an availability of {value}; the limit is {threshold}. Nobody can pay by it.',
    dashboard: 'payments',
    traces: 'failed',
    runbook: {
      means: 'A payment provider is away, as the application finds it.',
      look: [availability, outcomes, duration],
      mitigate: [
        'Look at its status page.',
        'Hide it in the page, offer the others.',
        'Only from here: network, certificate, address not allowed.',
      ],
    },
  },
  {
    name: 'PaymentsStopped',
    needs: NEEDS,
    scope: 'service',
    unit: 'number',
    thresholds: { critical: 5 },
    for: 300,
    labels: LABELS,
    measure: (query) =>
      `${query.sum(LABELS, query.increase(query.of(REQUESTS), HOUR_SECONDS))}\nunless\n(${query.sum(LABELS, query.increase(query.of(REQUESTS, [SUCCESS]), HOUR_SECONDS))} > 0)`,
    summary: '{service}: none of {value} payments by {payment_provider} succeeded',
    description:
      'In the last hour {service} began {value} payments by {payment_provider}, and not one succeeded. Said from {threshold} on.',
    dashboard: 'payments',
    traces: 'failed',
    runbook: {
      means: 'People try to pay and nobody succeeds. If all are `pending`, confirmations do not come in: a webhook is broken.',
      look: [outcomes, errors, availability],
      mitigate: [
        '`pending` only: are the webhooks of the provider reachable, is their signature accepted?',
        '`failure`: see [PaymentFailureRate](PaymentFailureRate.md).',
        '`declined` only: somebody tries cards; limit attempts.',
      ],
    },
  },
  {
    name: 'PaymentSlow',
    needs: NEEDS,
    scope: 'service',
    unit: 'seconds',
    thresholds: { warning: 10 },
    for: 600,
    keepFiringFor: 300,
    settings: { minPayments: { value: 5, meaning: 'with fewer payments in the window it is silent' } },
    window: 900,
    labels: LABELS,
    measure: (query) => query.quantile(0.95, LABELS, PAYMENT_METRICS.duration),
    guard: (query) => `${query.sum(LABELS, query.increase(query.count(PAYMENT_METRICS.duration)))} >= ${query.setting('minPayments')}`,
    summary: '{service}: {payment_provider} takes {value} for a payment',
    description:
      'The 95th percentile of the time that {payment_provider} takes for a payment of {service} is {value}; the limit is {threshold}.',
    dashboard: 'payments',
    traces: 'slow',
    runbook: {
      means: 'A payment provider is slow. Users leave, or press the button again.',
      look: [duration, outcomes, availability],
      mitigate: ['Look at its status page.', 'Make sure that a second press does not pay twice (idempotency key).'],
    },
  },
];
