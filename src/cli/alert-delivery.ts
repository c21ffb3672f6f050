/** What Alertmanager's own counters and configuration say of the way of an alert to people. */
import { parse } from 'yaml';

/** What a receiver sends by: `telegram`, `webhook`, … with how often it tried and how often that failed. */
export type Attempts = ReadonlyMap<string, { readonly tried: number; readonly failed: number }>;

const SAMPLE = /^alertmanager_notification_requests_(failed_)?total\{(.*)\} (\S+)$/gm;

/**
 * @param metrics - the text of `/metrics`.
 * @param receiver - counted alone where Alertmanager tells receivers apart (`--enable-feature=receiver-name-in-metrics`); otherwise
 * all of them are.
 */
export function readAttempts(metrics: string, receiver: string): Attempts {
  const attempts = new Map<string, { tried: number; failed: number }>();
  for (const [, failed, labels = '', value] of metrics.matchAll(SAMPLE)) {
    const integration = labelOf(labels, 'integration') ?? '';
    if ((labelOf(labels, 'receiver_name') ?? receiver) !== receiver) continue;
    const counted = attempts.get(integration) ?? { tried: 0, failed: 0 };
    counted[failed === undefined ? 'tried' : 'failed'] += Number(value);
    attempts.set(integration, counted);
  }
  return attempts;
}

function labelOf(labels: string, name: string): string | undefined {
  return new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1];
}

/** What a receiver sends by, as its configuration has it. */
export function waysOf(config: string, receiver: string): string[] {
  const { receivers = [] } = parse(config) as { receivers?: readonly Readonly<Record<string, unknown>>[] };
  const found = receivers.find(({ name }) => name === receiver) ?? {};
  return Object.keys(found).flatMap((key) => (/^(\w+)_configs$/.exec(key) ?? []).slice(1));
}

export type Delivery = { readonly way: string; readonly state: 'delivered' | 'failing' | 'waiting'; readonly failed: number };

export function deliveriesOf(ways: readonly string[], before: Attempts, now: Attempts): Delivery[] {
  return ways.map((way) => {
    const failed = (now.get(way)?.failed ?? 0) - (before.get(way)?.failed ?? 0);
    const tried = (now.get(way)?.tried ?? 0) - (before.get(way)?.tried ?? 0);
    return { way, failed, state: tried > failed ? 'delivered' : tried > 0 ? 'failing' : 'waiting' };
  });
}
