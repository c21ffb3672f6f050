/**
 * The contract of metrics: the whole shop under load, pushed through the real Collector into one real Prometheus and scraped by
 * another one as docs/stack.md says. Both have the same metrics with the same labels, all of them and no others stand in the
 * catalogue, and exemplars of both lead to traces in the real Jaeger. Needs the build (`npm run build`).
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it, type TestContext } from 'node:test';

import { parse } from 'yaml';

import type { MetricRow } from '../../src/names/metrics/metric-row.ts';
import { METRICS } from '../../src/names/metrics/catalogue.ts';
import { prometheusLabel, prometheusName } from '../../src/names/prometheus-name.ts';
import { startProgram, type RunningProgram } from '../e2e/kit/run-program.ts';
import { missing, startRabbitmq, type Service } from '../services/services.ts';
import { eventually } from './kit/eventually.ts';
import { reservePorts, type ReservedPorts } from './kit/reserve-ports.ts';
import { startScraper, type Scraper } from './kit/scraper.ts';
import { binaryOf, skipWithout } from './kit/servers.ts';
import { shipped, startStack, type Stack } from './kit/start-stack.ts';
import { openShop, SCENARIO_COUNT, type VisitedShop } from './visited-shop.ts';

const SHOP = ['storefront', 'inventory', 'worker', 'desk'] as const;
const SERVICES = [...SHOP, 'carrier'] as const;
const ARRIVAL_DEADLINE_MS = 60_000;
/** Of alerts that the carrier handles. */
const TOKEN = 'open-sesame';

/** Only a broker moves them; where there is none, nobody can see them. */
const OF_BROKERS = missing('rabbitmq') === false ? [] : ['messaging.client.operation.duration', 'messaging.client.sent.messages'];

/** Of a scrape itself. `target_info` is no metric of the catalogue: it is the resource. */
const OF_THE_SCRAPE = /^(up|scrape_.*|target_info)$/;
/**
 * Who was measured, which is said otherwise on each way: pushed series have `instance` and the labels that Prometheus takes from
 * the resource, scraped ones what their job gives them.
 */
const WHO = new Set(['job', 'instance', ...promotedLabels()]);

function promotedLabels(): string[] {
  type Config = { otlp: { promote_resource_attributes: string[] } };
  const { otlp } = parse(readFileSync(shipped('prometheus/prometheus.yml'), 'utf8')) as Config;
  return otlp.promote_resource_attributes.map((key) => prometheusLabel(key) ?? '');
}

type Labels = Readonly<Record<string, string>>;

describe('metrics by push and by scrape', { skip: skipWithout('collector', 'jaeger', 'prometheus', 'alertmanager', 'loki') }, () => {
  let stack: Stack;
  let scraper: Scraper;
  let shop: VisitedShop;
  let broker: Service | undefined;
  let carrier: RunningProgram;
  let reserved: ReservedPorts;
  let portOf: Readonly<Record<string, number>>;

  before(
    async () => {
      reserved = await reservePorts(SERVICES.length);
      portOf = Object.fromEntries(SERVICES.map((service, i) => [service, reserved.ports[i] as number]));
      [stack, broker] = await Promise.all([startStack(), OF_BROKERS.length === 0 ? startRabbitmq() : undefined]);
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp,
        OTEL_METRICS_EXPORTER: 'otlp,prometheus',
        OTEL_METRIC_EXPORT_INTERVAL: '1000',
      };
      const envOf = (service: string): Record<string, string> => ({ SIGNALBOX_OPS_PORT: String(portOf[service]) });
      shop = await openShop(env, { withDesk: true, envOf });
      carrier = startProgram({
        program: shipped('test/stack/programs/carrier.cjs'),
        env: {
          ...env,
          ...envOf('carrier'),
          OTEL_SERVICE_NAME: 'carrier',
          SIGNALBOX_ON_ALERT_TOKEN: TOKEN,
          ...(broker && { BROKER_URL: broker.url }),
        },
        timeoutMs: 240_000,
      });
      scraper = await startScraper(Object.fromEntries(SERVICES.map((service) => [service, `127.0.0.1:${portOf[service]}`])));
      await Promise.all([shop.visit(4 * SCENARIO_COUNT, 4), shop.writeToDesk(), carrier.output(/carried/)]);
      const alerts = [{ status: 'firing', labels: { alertname: 'RoadClosed' } }];
      const headers = { authorization: `Bearer ${TOKEN}` };
      await fetch(`http://127.0.0.1:${portOf['carrier']}/alerts`, { method: 'POST', headers, body: JSON.stringify({ alerts }) });
      // As whoever restarts services does; by themselves checks run later.
      for (const service of ['storefront', 'worker'])
        assert.equal((await fetch(`http://127.0.0.1:${portOf[service]}/health`)).status, 200, service);
    },
    { timeout: 180_000 },
  );

  after(async () => {
    carrier?.kill('SIGTERM');
    await Promise.allSettled([carrier?.ended, shop?.[Symbol.asyncDispose]()]);
    await Promise.allSettled([scraper?.stop(), stack?.stopAll(), broker?.stop()]);
    reserved?.release();
  });

  /** A failure shows what all of them said. */
  async function explained(t: TestContext, check: () => Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      t.diagnostic(`${shop.log()}\n--- carrier\n${carrier.stderr}\n${stack.logs()}\n--- scraper\n${scraper.log()}`);
      throw error;
    }
  }

  const bothWays = (): readonly { readonly way: string; readonly url: string; readonly queries: Scraper | Stack['prometheus'] }[] => [
    { way: 'pushed', url: stack.urls.prometheus, queries: stack.prometheus },
    { way: 'scraped', url: scraper.url, queries: scraper },
  ];

  it('metrics and labels have the same names, and labels of what is recorded the same values', async (t) => {
    await explained(t, async () => {
      const shapes = await eventually(async () => {
        const [pushed = [], scraped = []] = await Promise.all(bothWays().map(async ({ url }) => shapesOf(await seriesOf(url))));
        assert.deepEqual(scraped, pushed);
        for (const service of SERVICES)
          assert.ok(
            pushed.some((shape) => shape.startsWith(`${service} `)),
            service,
          );
        return pushed;
      }, ARRIVAL_DEADLINE_MS);
      t.diagnostic(`${shapes.length} different series of ${SERVICES.length} services`);
    });
  });

  it('both have as many requests as were sent', async (t) => {
    await explained(t, async () => {
      for (const { queries, way } of bothWays())
        await eventually(async () => {
          const by = 'service_name, http_request_method, http_route, http_response_status_code';
          const samples = await queries.query(`sum by (${by}) (http_server_request_duration_seconds_count{service_name!="desk"})`);
          const counted = samples.map(({ labels, value }) => {
            const { service_name, http_request_method, http_route = '', http_response_status_code } = labels;
            return `${service_name} ${http_request_method} ${http_route} ${http_response_status_code}: ${value}`;
          });
          assert.deepEqual(counted.sort(), shop.counts(), way);
          return true;
        }, ARRIVAL_DEADLINE_MS);
    });
  });

  it('the resource is the same', async (t) => {
    await explained(t, async () => {
      await eventually(async () => {
        const [pushed = [], scraped = []] = await Promise.all(
          bothWays().map(({ queries }) => queries.query('target_info{service_name!="otel-collector"}')),
        );
        const resources = (samples: typeof pushed) =>
          Object.fromEntries(samples.map(({ labels: { instance: _instance, ...labels } }) => [labels['job'], labels]));
        assert.deepEqual(resources(scraped), resources(pushed));
        assert.equal(pushed.length, SERVICES.length);
        return true;
      }, ARRIVAL_DEADLINE_MS);
    });
  });

  it('every one is in the catalogue with its labels, and every one of the catalogue is there', async (t) => {
    await explained(t, async () => {
      for (const { url, way } of bothWays())
        await eventually(async () => {
          // The mistake of the carrier is its own.
          const series = (await seriesOf(url)).filter(({ __name__: name }) => name !== 'carrier_stops_total');
          assert.deepEqual(strangersIn(series), [], `not in the catalogue (${way})`);
          const seen = new Set(series.map(({ __name__: name = '' }) => rowOf(name)));
          const unseen = [...METRICS.values()].filter((row) => !seen.has(row)).map(({ name }) => name);
          assert.deepEqual(unseen, OF_BROKERS, `in the catalogue, and nobody sees them (${way})`);
          return true;
        }, ARRIVAL_DEADLINE_MS);
    });
  });

  for (const service of SERVICES)
    it(`promtool has nothing to say of /metrics of the ${service}`, async () => {
      const response = await fetch(`http://127.0.0.1:${portOf[service]}/metrics`);
      const { status, stdout, stderr } = spawnSync(binaryOf('prometheus', 'promtool'), ['check', 'metrics'], {
        input: await response.text(),
        encoding: 'utf8',
      });
      assert.deepEqual([response.status, status, stdout + stderr], [200, 0, '']);
    });

  for (const histogram of ['http_server_request_duration_seconds', 'payment_duration_seconds'])
    it(`exemplars of ${histogram} lead to their traces`, async (t) => {
      await explained(t, async () => {
        for (const { queries, way } of bothWays()) {
          const exemplars = await eventually(async () => {
            const found = await queries.queryExemplars(`${histogram}_bucket`);
            return found.length > 0 && found;
          }, ARRIVAL_DEADLINE_MS);
          for (const { labels, seriesLabels } of exemplars)
            await eventually(async () => {
              const trace = await stack.jaeger.trace(labels['trace_id'] ?? '');
              const span = trace?.spans.find(({ spanID }) => spanID === labels['span_id']);
              assert.ok(span !== undefined, `${way}: ${JSON.stringify(labels)} leads to no span`);
              assert.equal(trace?.processes[span.processID]?.serviceName, seriesLabels['service_name'], way);
              return true;
            }, ARRIVAL_DEADLINE_MS);
          t.diagnostic(`${way}: ${exemplars.length} exemplars`);
        }
      });
    });

  /** Every series of the services that Prometheus has had, without what rules make of them. */
  async function seriesOf(url: string): Promise<Labels[]> {
    const selector = `{service_name=~"${SERVICES.join('|')}",job=~".+",__name__!~"traces_span_metrics_.*|ALERTS.*|.+:.+"}`;
    const response = await fetch(`${url}/api/v1/series?${new URLSearchParams({ 'match[]': selector })}`);
    const { data } = (await response.json()) as { data: Labels[] };
    return data.filter(({ __name__: name = '' }) => !OF_THE_SCRAPE.test(name));
  }
});

const ROWS = new Map([...METRICS.values()].map((row) => [prometheusName(row), row]));
const rowOf = (name: string): MetricRow | undefined => ROWS.get(name) ?? ROWS.get(name.replace(/_(bucket|count|sum)$/, ''));

/** What the catalogue does not know: a metric, a label of it, or a value where it lists them. */
function strangersIn(series: readonly Labels[]): string[] {
  const strangers = series.flatMap(({ __name__: name = '', ...labels }) => {
    const row = rowOf(name);
    if (row === undefined) return [name];
    const allowed = new Map(Object.entries(row.attributes).map(([key, values]) => [prometheusLabel(key), values]));
    return Object.entries(labels)
      .filter(([label]) => !WHO.has(label) && label !== 'le')
      .filter(([label, value]) => {
        const values = allowed.get(label);
        return values === undefined || (typeof values === 'object' && ![...values, '_OTHER'].includes(value));
      })
      .map(([label, value]) => `${name}{${label}="${value}"}`);
  });
  return [...new Set(strangers)].sort();
}

/** Prometheus writes a bound in two ways: as `1.0` and `1.048576e+06` what it scrapes, as `1` and `1048576` what it is sent. */
const valueOf = (label: string, value: string): string => (label === 'le' && value !== '+Inf' ? String(Number(value)) : value);

/** `service name{labels}`, each once; with their values where each measurement is kept: what is observed differs from moment to moment. */
function shapesOf(series: readonly Labels[]): string[] {
  const shapes = series.map(({ __name__: name = '', ...labels }) => {
    const isObserved = rowOf(name)?.isObserved === true;
    const own = Object.entries(labels).filter(([label]) => !WHO.has(label));
    const written = own.map(([label, value]) => (isObserved ? label : `${label}="${valueOf(label, value)}"`));
    return `${labels['service_name']} ${name}{${written.sort().join()}}`;
  });
  return [...new Set(shapes)].sort();
}
