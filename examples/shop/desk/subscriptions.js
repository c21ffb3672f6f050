// Sells the light of the month, through a payment provider that is a stand-in.
import { setTimeout as delay } from 'node:timers/promises';
import { businessMetrics, paymentMetrics, subscriptionMetrics, userMetrics } from 'signalbox/metrics';
import { outages } from './outages.js';

const PLANS = { small: 490, large: 1290 };

const payments = paymentMetrics({ provider: 'standin' });
const subscriptions = subscriptionMetrics();
const business = businessMetrics();
const users = userMetrics();

const active = { small: 0, large: 0 };
let asked = 0;
let customers = 0;
let left = 0;
let earnedMinor = 0;
subscriptions.observeActive(() => active);

/** @param friend - who sent the customer here, if anybody. */
export async function subscribe(plan, friend) {
  asked++;
  const amountMinor = PLANS[plan];
  if (!amountMinor) return 'There is a small one and a large one.';
  payments.available(!outages.payments);
  const { status } = await payments.charge(
    { currency: 'EUR', amountMinor },
    () => charge(plan),
    ({ status }) => (status === 'paid' ? 'success' : 'declined'),
  );
  if (status !== 'paid') return 'Your card was declined.';
  active[plan]++;
  customers++;
  earnedMinor += amountMinor;
  subscriptions.changed('created', plan);
  users.registered(friend ? 'referral' : 'bot');
  if (friend) business.referralRevenue(amountMinor, 'EUR');
  setBusinessValues();
  return 'Welcome.';
}

export function cancel(plan) {
  if (!active[plan]) return 'You have none.';
  active[plan]--;
  left++;
  subscriptions.changed('cancelled', plan);
  setBusinessValues();
  return 'Good-bye.';
}

function setBusinessValues() {
  business.conversionRate(customers / asked);
  business.churnRate(left / customers);
  business.lifetimeValue(Math.round(earnedMinor / customers), 'EUR');
}

/** Each third card is declined. */
async function charge() {
  await delay(3);
  if (outages.payments) throw Object.assign(new Error('the provider does not answer'), { name: 'ProviderError' });
  return { status: asked % 3 === 0 ? 'declined' : 'paid' };
}
