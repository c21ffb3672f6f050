import { ERROR_TYPE, PAYMENT_CURRENCY, PAYMENT_OUTCOME, PAYMENT_PROVIDER } from '../../../names/attributes.ts';
import { PAYMENT_METRICS, type PAYMENT_OUTCOMES } from '../../../names/metrics/payments.ts';
import { counterOf, recorderOf } from '../pack-instruments.ts';
import { quiet } from '../quiet.ts';
import { ownOptions } from '../own-copy.ts';
import { measure } from './measure.ts';

export type PaymentOutcome = (typeof PAYMENT_OUTCOMES)[number];

export interface Payment {
  readonly outcome: PaymentOutcome;
  /** `EUR`, `USDT`, `XTR`. */
  readonly currency: string;
  /** In the smallest unit of the currency, a whole number: 1990 for 19.90 EUR. What is no such number is not added. */
  readonly amountMinor: number;
}

export interface PaymentMetrics {
  /** One payment. @param seconds - how long the provider took. */
  record(payment: Payment, seconds?: number): void;
  /** Run a call of the provider. @param read - what became of it; what `fn` throws is a `failure`. */
  charge<T>(amount: Pick<Payment, 'currency' | 'amountMinor'>, fn: () => T, read?: (result: Awaited<T>) => PaymentOutcome): T;
  /** Whether the provider can be used, or the share of what it answered. */
  available(share: boolean | number): void;
}

const requests = counterOf(PAYMENT_METRICS.requests);
const amounts = counterOf(PAYMENT_METRICS.amount);
const durations = recorderOf(PAYMENT_METRICS.duration);
const availability = recorderOf(PAYMENT_METRICS.availability);

export function paymentMetrics(options: { readonly provider: string }): PaymentMetrics {
  const { provider } = ownOptions(options);
  const record = (payment: Payment, seconds?: number, errorType?: string): void => {
    const { amountMinor, currency, outcome } = ownOptions(payment);
    const given = { [PAYMENT_PROVIDER]: provider, [PAYMENT_OUTCOME]: outcome, [PAYMENT_CURRENCY]: currency };
    requests.add(1, { ...given, [ERROR_TYPE]: errorType });
    if (amountMinor !== undefined && Number.isSafeInteger(amountMinor)) amounts.add(amountMinor, given);
    if (seconds !== undefined) durations.record(seconds, { [PAYMENT_PROVIDER]: provider, [PAYMENT_OUTCOME]: outcome });
  };
  return {
    ...quiet({
      record: (payment: Payment, seconds?: number) => record(payment, seconds),
      available: (share: boolean | number) =>
        availability.record(typeof share === 'boolean' ? Number(share) : share, { [PAYMENT_PROVIDER]: provider }),
    }),
    charge: (amount, fn, read = () => 'success') =>
      measure(fn, ({ errorType, result, seconds }) =>
        record({ ...amount, outcome: errorType === undefined ? read(result as never) : 'failure' }, seconds, errorType),
      ),
  };
}
