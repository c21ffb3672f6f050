/** The shop of examples/ under `--require signalbox/register`, its visitors, and the account of what they asked for. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';

import { missing, startPostgres } from '../services/services.ts';
import { shipped } from './kit/start-stack.ts';

export interface SentRequest {
  readonly traceId: string;
  readonly spanId: string;
  readonly method: string;
  readonly route: string | null;
  readonly path: string;
  readonly expectedStatus: number;
  readonly status: number | null;
}

/** A line of JSON that a service has written. */
export interface LoggedLine {
  readonly service: string;
  readonly record: Readonly<Record<string, unknown>>;
}

interface Count {
  readonly service: string;
  readonly method: string;
  readonly route: string | null;
  readonly status: number;
  readonly count: number;
}

interface Traffic {
  readonly requests: readonly SentRequest[];
  readonly counts: readonly Count[];
}

interface Exit {
  readonly service: string;
  readonly code: number | null;
  readonly signal: string | null;
}

interface Shop {
  readonly url: string;
  readonly deskUrl?: string;
  stop(): Promise<Exit[]>;
}

interface ShopOptions {
  readonly databaseUrl: string;
  readonly nodeArgs: readonly string[];
  env(service: string): Readonly<Record<string, string>>;
  readonly withDesk?: boolean;
  onLine(service: string, line: string): void;
}

// The shop is plain JavaScript, as an application is, hence the types here.
const example = (file: string): Promise<unknown> => import(new URL(`../../examples/shop/${file}`, import.meta.url).href);
const { startShop } = (await example('shop.js')) as { startShop(options: ShopOptions): Promise<Shop> };
const { writeToDesk } = (await example('customers.js')) as { writeToDesk(url: string): Promise<number> };
const { runTraffic } = (await example('traffic.js')) as {
  runTraffic(options: { url: string; requests: number; seed: number; concurrency: number }): Promise<Traffic>;
};

/** The scenarios that there are: each traffic begins with one of each. */
export const SCENARIO_COUNT = 13;
const REGISTER = shipped('dist/register.js');

export interface VisitedShop extends AsyncDisposable {
  readonly url: string;
  /** Every request that was sent. */
  readonly requests: readonly SentRequest[];
  /** Send requests, and wait for their answers, which must be the right ones. */
  visit(requests: number, concurrency?: number): Promise<readonly SentRequest[]>;
  /** The customers write to the desk, once each; most of them are answered. Throws where there is no desk. */
  writeToDesk(): Promise<void>;
  /** Go on visiting until the promise settles. Rejects as it does. */
  visitWhile(busy: Promise<unknown>): Promise<void>;
  /** `service method route status: count`, sorted, as the traffic has it. */
  counts(): string[];
  /** What the services themselves have logged so far; all of it after `stop`. */
  logged(): readonly LoggedLine[];
  /** Codes of what signalbox said, by service: `storefront started`. */
  said(): string[];
  /** What a failure should show. */
  log(): string;
  /** End the services and wait for it; every one must end with 0. Does nothing the second time. */
  stop(): Promise<void>;
}

export interface OpenShopOptions {
  /** Start the customers' desk, too. @defaultValue false */
  readonly withDesk?: boolean;
  /** For one service, beside what all have. */
  readonly envOf?: (service: string) => Readonly<Record<string, string>>;
}

/**
 * @param env - for every service. Batches leave after 200 ms and metrics each second unless it says otherwise.
 */
export async function openShop(
  env: Readonly<Record<string, string>>,
  { withDesk = false, envOf = () => ({}) }: OpenShopOptions = {},
): Promise<VisitedShop> {
  if (!existsSync(REGISTER)) throw new Error(`signalbox must be built, ${REGISTER} is missing; run "npm run build".`);
  const postgres = missing('postgres') === false ? await startPostgres() : undefined;
  const lines: string[] = [];
  const said: string[] = [];
  const logged: LoggedLine[] = [];
  const requests: SentRequest[] = [];
  const counts = new Map<string, number>();
  let seed = 0;

  const shop = await startShop({
    databaseUrl: postgres?.url ?? '',
    nodeArgs: ['--require', REGISTER],
    env: (service) => ({
      OTEL_SERVICE_NAME: service,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_BLRP_SCHEDULE_DELAY: '200',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      ...env,
      ...envOf(service),
    }),
    withDesk,
    onLine(service, line) {
      lines.push(`${service} | ${line}`);
      if (!line.startsWith('{')) return;
      const record = JSON.parse(line) as Record<string, unknown>;
      if (record['logger'] !== 'signalbox') logged.push({ service, record });
      else if (typeof record['code'] === 'string') said.push(`${service} ${record['code']}`);
    },
  }).catch(async (error: unknown) => {
    await postgres?.stop();
    throw error;
  });

  async function visit(count: number, concurrency = 2): Promise<readonly SentRequest[]> {
    seed += 1;
    const traffic = await runTraffic({ url: shop.url, requests: count, seed, concurrency });
    const wrong = traffic.requests.filter(({ status, expectedStatus }) => status !== expectedStatus);
    assert.deepEqual(wrong, [], 'the shop must answer as its traffic expects');
    requests.push(...traffic.requests);
    for (const { service, method, route, status, count: times } of traffic.counts) {
      const key = `${service} ${method} ${route ?? ''} ${status}`;
      counts.set(key, (counts.get(key) ?? 0) + times);
    }
    return traffic.requests;
  }

  let stopped: Promise<readonly Exit[]> | undefined;
  const end = (): Promise<readonly Exit[]> => (stopped ??= shop.stop().finally(() => postgres?.stop()));

  return {
    url: shop.url,
    requests,
    visit,
    async writeToDesk() {
      assert.ok(shop.deskUrl !== undefined, 'the shop has no desk');
      assert.ok((await writeToDesk(shop.deskUrl)) > 0);
    },
    async visitWhile(busy) {
      let over = false;
      const watched = busy.finally(() => {
        over = true;
      });
      watched.catch(() => {});
      while (!over) {
        await visit(20);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await watched;
    },
    counts: () => [...counts].map(([key, count]) => `${key}: ${count}`).sort(),
    logged: () => logged,
    said: () => said,
    log: () =>
      lines
        .filter((line) => !line.includes('"level":"info"'))
        .slice(-40)
        .join('\n'),
    async stop() {
      const failed = (await end()).filter(({ code }) => code !== 0);
      assert.deepEqual(failed, [], 'every service must end with 0');
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}
