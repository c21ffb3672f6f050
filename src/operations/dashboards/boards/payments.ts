/** Payments and subscriptions. */
import * as keys from '../../../names/attributes.ts';
import { PAYMENT_METRICS, SUBSCRIPTION_METRICS } from '../../../names/metrics/payments.ts';
import { PAYMENT_OUTCOME, PAYMENT_PROVIDER } from '../../alerts/labels.ts';
import { equals, label } from '../../promql.ts';
import type { Dashboard } from '../dashboard.ts';
import { fromAlert, legend, quantiles, rateOf } from '../panels.ts';

const CURRENCY = label(keys.PAYMENT_CURRENCY);
const PLAN = label(keys.SUBSCRIPTION_PLAN);
const CHANGE = label(keys.SUBSCRIPTION_CHANGE);
const HOUR_SECONDS = 3600;

export const PAYMENTS: Dashboard = {
  name: 'payments',
  title: 'Payments and subscriptions',
  description: 'Payments by provider: how many, how much, which fail, how long they take; subscriptions by plan.',
  rows: [
    {
      title: 'Payments',
      panels: [
        rateOf((query) => query.of(PAYMENT_METRICS.requests), [PAYMENT_PROVIDER, PAYMENT_OUTCOME], {
          title: 'Payments in a second',
          description: 'By provider and what became of them.',
        }),
        fromAlert('PaymentFailureRate', {
          title: 'Part that fails',
          description: 'By provider. A card that is declined is no failure.',
          alsoWatchedBy: ['PaymentsStopped'],
        }),
        fromAlert('PaymentProviderDown', { title: 'Providers that can be used', description: '1 is yes, 0 is no.' }),
        quantiles(PAYMENT_METRICS.duration, [PAYMENT_PROVIDER], {
          title: 'Duration',
          description: 'A dot is a payment: it opens its trace.',
          unit: 's',
          alerts: ['PaymentSlow'],
        }),
        {
          title: 'Paid in an hour, by currency',
          description: 'In the smallest unit (cents), of payments that succeeded. Currencies are never added up.',
          unit: 'short',
          ask: (query) => [
            {
              expression: query.sum(
                [CURRENCY],
                query.grown(query.of(PAYMENT_METRICS.amount, [equals(PAYMENT_OUTCOME, 'success')]), HOUR_SECONDS),
              ),
              legend: legend(CURRENCY),
            },
          ],
        },
        {
          title: 'Payments in an hour',
          description: 'By provider and outcome: the values of now.',
          kind: 'table',
          unit: 'short',
          ask: (query) => [
            {
              expression: query.sum([PAYMENT_PROVIDER, PAYMENT_OUTCOME], query.grown(query.of(PAYMENT_METRICS.requests), HOUR_SECONDS)),
              legend: legend(PAYMENT_PROVIDER, PAYMENT_OUTCOME),
            },
          ],
        },
      ],
    },
    {
      title: 'Subscriptions',
      panels: [
        {
          title: 'Subscriptions that run',
          description: 'By plan, as the application counts them.',
          unit: 'short',
          width: 12,
          ask: (query) => [{ expression: query.max([PLAN], query.of(SUBSCRIPTION_METRICS.active)), legend: legend(PLAN) }],
        },
        {
          title: 'Changes in an hour',
          description: 'By plan and kind: created, renewed, cancelled.',
          unit: 'short',
          width: 12,
          ask: (query) => [
            {
              expression: query.sum([PLAN, CHANGE], query.grown(query.of(SUBSCRIPTION_METRICS.changes), HOUR_SECONDS)),
              legend: legend(PLAN, CHANGE),
            },
          ],
        },
      ],
    },
  ],
};
