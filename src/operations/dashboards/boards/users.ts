/** Users and what they bring. */
import * as keys from '../../../names/attributes.ts';
import { BUSINESS_METRICS } from '../../../names/metrics/business.ts';
import { USER_METRICS } from '../../../names/metrics/users.ts';
import { LOGIN_METHOD, OUTCOME } from '../../alerts/labels.ts';
import { label } from '../../promql.ts';
import type { Dashboard } from '../dashboard.ts';
import { fromAlert, legend, rateOf } from '../panels.ts';

const WINDOW = label(keys.USER_WINDOW);
const SOURCE = label(keys.USER_REGISTRATION_SOURCE);
const CURRENCY = label(keys.PAYMENT_CURRENCY);
const HOUR_SECONDS = 3600;

export const USERS: Dashboard = {
  name: 'users',
  title: 'Users and business',
  description: 'Active users, registrations, logins; conversion, churn, lifetime value and referrals, as the application sets them.',
  rows: [
    {
      title: 'Users',
      panels: [
        {
          title: 'Active users',
          description:
            'Different users in 5 minutes, an hour, a day: an estimate that holds no ids. The largest instance; instances cannot be added up.',
          unit: 'short',
          ask: (query) => [{ expression: query.max([WINDOW], query.of(USER_METRICS.active)), legend: legend(WINDOW) }],
        },
        {
          title: 'Registrations in an hour',
          description: 'By where they come from.',
          unit: 'short',
          alerts: ['NewUsers'],
          ask: (query) => [
            { expression: query.sum([SOURCE], query.grown(query.of(USER_METRICS.registrations), HOUR_SECONDS)), legend: legend(SOURCE) },
          ],
        },
        fromAlert('LoginFailureRate', {
          title: 'Logins that fail',
          description: 'By method. Many at once: a broken login, or somebody who tries passwords.',
        }),
        rateOf((query) => query.of(USER_METRICS.logins), [LOGIN_METHOD, OUTCOME], {
          title: 'Logins in a second',
          description: 'By method and outcome.',
          width: 24,
        }),
      ],
    },
    {
      title: 'Business',
      panels: [
        {
          title: 'Conversion and churn',
          description: 'Share of users who became customers, and of customers who left.',
          unit: 'percentunit',
          ask: (query) => [
            { expression: query.max([], query.of(BUSINESS_METRICS.conversionRate)), legend: `conversion ${legend()}` },
            { expression: query.max([], query.of(BUSINESS_METRICS.churnRate)), legend: `churn ${legend()}` },
          ],
        },
        {
          title: 'Lifetime value, by currency',
          description: 'What a customer brings on average, in the smallest unit (cents).',
          unit: 'short',
          ask: (query) => [{ expression: query.max([CURRENCY], query.of(BUSINESS_METRICS.lifetimeValue)), legend: legend(CURRENCY) }],
        },
        {
          title: 'Referred in an hour, by currency',
          description: 'What referred customers paid, in the smallest unit (cents).',
          unit: 'short',
          ask: (query) => [
            {
              expression: query.sum([CURRENCY], query.grown(query.of(BUSINESS_METRICS.referralRevenue), HOUR_SECONDS)),
              legend: legend(CURRENCY),
            },
          ],
        },
      ],
    },
  ],
};
