import { SUBSCRIPTION_CHANGE, SUBSCRIPTION_PLAN } from '../../../names/attributes.ts';
import { SUBSCRIPTION_METRICS, type SUBSCRIPTION_CHANGES } from '../../../names/metrics/payments.ts';
import type { Observation } from '../observables.ts';
import { counterOf, observe, whenRead } from '../pack-instruments.ts';
import { quiet } from '../quiet.ts';

type SubscriptionChange = (typeof SUBSCRIPTION_CHANGES)[number];

export interface SubscriptionMetrics {
  changed(change: SubscriptionChange, plan: string): void;
  /** Have those that run asked for at each collection. @param read - how many, by plan. */
  observeActive(read: () => Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>): Observation;
}

const changes = counterOf(SUBSCRIPTION_METRICS.changes);

export function subscriptionMetrics(): SubscriptionMetrics {
  return {
    ...quiet({
      changed: (change: SubscriptionChange, plan: string) => changes.add(1, { [SUBSCRIPTION_CHANGE]: change, [SUBSCRIPTION_PLAN]: plan }),
    }),
    observeActive: (read) =>
      observe(SUBSCRIPTION_METRICS.active, (report) =>
        whenRead(read, (counts) => {
          for (const [plan, subscriptions] of Object.entries(counts)) report(subscriptions, { [SUBSCRIPTION_PLAN]: plan });
        }),
      ),
  };
}
