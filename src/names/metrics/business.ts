import { PAYMENT_CURRENCY } from '../attributes.ts';
import type { MetricRows } from './metric-row.ts';

/** What only the application knows, mostly from its database: it sets them. */
export const BUSINESS_METRICS = {
  conversionRate: {
    name: 'business.conversion_rate',
    type: 'gauge',
    unit: '1',
    description: 'Share of users who became customers, from 0 to 1.',
    attributes: {},
  },
  churnRate: {
    name: 'business.churn_rate',
    type: 'gauge',
    unit: '1',
    description: 'Share of customers who left, from 0 to 1.',
    attributes: {},
  },
  lifetimeValue: {
    name: 'business.lifetime_value',
    type: 'gauge',
    unit: '{minor_unit}',
    description: 'What a customer brings on average, in the smallest unit of the currency.',
    attributes: { [PAYMENT_CURRENCY]: 'currency' },
  },
  referralRevenue: {
    name: 'business.referral_revenue',
    type: 'counter',
    unit: '{minor_unit}',
    description: 'What referred customers paid, in the smallest unit of the currency.',
    attributes: { [PAYMENT_CURRENCY]: 'currency' },
  },
} as const satisfies MetricRows;
