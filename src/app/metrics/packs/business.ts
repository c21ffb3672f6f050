import { PAYMENT_CURRENCY } from '../../../names/attributes.ts';
import { BUSINESS_METRICS } from '../../../names/metrics/business.ts';
import { counterOf, recorderOf } from '../pack-instruments.ts';
import { quiet } from '../quiet.ts';

export interface BusinessMetrics {
  /** From 0 to 1. */
  conversionRate(share: number): void;
  /** From 0 to 1. */
  churnRate(share: number): void;
  /** Average of a customer, in the smallest unit of the currency. */
  lifetimeValue(amountMinor: number, currency: string): void;
  /** One payment of a referred customer, in the smallest unit of the currency. */
  referralRevenue(amountMinor: number, currency: string): void;
}

const conversionRate = recorderOf(BUSINESS_METRICS.conversionRate);
const churnRate = recorderOf(BUSINESS_METRICS.churnRate);
const lifetimeValue = recorderOf(BUSINESS_METRICS.lifetimeValue);
const referralRevenue = counterOf(BUSINESS_METRICS.referralRevenue);

/** What the application works out, mostly once in a while from its database, and sets. */
export function businessMetrics(): BusinessMetrics {
  return quiet({
    conversionRate: (share) => conversionRate.record(share, {}),
    churnRate: (share) => churnRate.record(share, {}),
    lifetimeValue: (amountMinor, currency) => lifetimeValue.record(amountMinor, { [PAYMENT_CURRENCY]: currency }),
    referralRevenue: (amountMinor, currency) => referralRevenue.add(amountMinor, { [PAYMENT_CURRENCY]: currency }),
  });
}
