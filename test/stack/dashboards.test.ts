/**
 * Every query of every dashboard: the whole shop under load, pushed through the real Collector into the real Prometheus, Jaeger and
 * Loki, and scraped by another Prometheus. They must answer each panel, variable, annotation and link with data and without a warning.
 * Needs the build (`npm run build`).
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { startProgram, type RunningProgram } from '../e2e/kit/run-program.ts';
import { missing, startRabbitmq, type Service } from '../services/services.ts';
import { eventually } from './kit/eventually.ts';
import { reservePorts, type ReservedPorts } from './kit/reserve-ports.ts';
import { startScraper, type Scraper } from './kit/scraper.ts';
import { skipWithout } from './kit/servers.ts';
import { shipped, startStack, type Stack } from './kit/start-stack.ts';
import { startTelegram, type Telegram } from './kit/telegram.ts';
import { openShop, SCENARIO_COUNT, type VisitedShop } from './visited-shop.ts';

const DEADLINE_MS = 90_000;
const OF_ONE_SERVICE = ['storefront', 'inventory', 'desk', 'carrier', 'worker'];
/** Only a broker moves it; where there is none, nobody can see it. */
const OF_BROKERS = missing('rabbitmq') === false ? [] : ['Sent in a second', 'Duration of an operation'];
/** Pushed each second here: four samples and one that is late. */
const RATE_INTERVAL = '15s';
const STEP_SECONDS = 5;
const SHOWN_SECONDS = 300;

interface Source {
  readonly type: string;
}
interface Target {
  readonly expr?: string;
  readonly queryType?: string;
  readonly service?: string;
}
interface Link {
  readonly title: string;
  readonly url?: string;
}
interface Panel {
  readonly type: string;
  readonly title: string;
  readonly datasource?: Source;
  readonly targets?: readonly Target[];
  readonly fieldConfig?: { readonly defaults: { readonly links?: readonly Link[] } };
}
interface Dashboard {
  readonly title: string;
  readonly uid: string;
  readonly links: readonly Link[];
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly regex?: string;
      readonly query: { readonly query: string };
    }[];
  };
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
}

const FOLDER = shipped('grafana/dashboards');
const DASHBOARDS = readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Dashboard);
const LABEL_VALUES = /^label_values\((?:(.*), )?(\w+)\)$/s;

/** As Grafana fills in what is chosen: all, or one service. */
const ALL = '..*';
const chosen = (expression: string, service = ALL): string =>
  expression
    .replaceAll('$__rate_interval', RATE_INTERVAL)
    .replaceAll('$service', service)
    .replaceAll(/\$(environment|route)/g, '.*');

/** What Grafana puts for what is in braces, and then reads of the address: `+` is a space. */
function opened(url: string, values: Readonly<Record<string, string>>): URL {
  const filled = url.replace(/\$\{([\w.]+):?\w*\}/g, (_, name: string) => {
    assert.ok(values[name] !== undefined, `${url}: ${name}`);
    return values[name];
  });
  return new URL(filled, 'http://grafana');
}

interface Pane {
  readonly datasource: string;
  readonly queries: readonly { readonly expr?: string; readonly service?: string }[];
}
const paneOf = (url: URL): Pane => (JSON.parse(url.searchParams.get('panes') ?? '') as { signalbox: Pane }).signalbox;

describe('dashboards', { skip: skipWithout('collector', 'jaeger', 'prometheus', 'alertmanager', 'loki') }, () => {
  let stack: Stack;
  let shop: VisitedShop;
  let broker: Service | undefined;
  let carrier: RunningProgram;
  let reserved: ReservedPorts;
  let scraper: Scraper;
  let telegram: Telegram;

  before(
    async () => {
      const objectives = [
        { name: 'availability', type: 'availability' as const, objective: 99.9 },
        { name: 'latency', type: 'latency' as const, objective: 95, thresholdSeconds: 0.1 },
      ];
      // Alertmanager counts messages by the ways that it has.
      telegram = await startTelegram();
      const notifications = { telegram: { apiUrl: telegram.url } };
      const settings = { exportIntervalSeconds: 1, timeScale: 0.02, services: { storefront: { objectives } }, notifications };
      [stack, broker] = await Promise.all([
        startStack({ settings, intervalSeconds: 1, telegram }),
        OF_BROKERS.length === 0 ? startRabbitmq() : undefined,
      ]);
      reserved = await reservePorts(OF_ONE_SERVICE.length);
      const portOf = (service: string): string => String(reserved.ports[OF_ONE_SERVICE.indexOf(service)]);
      const envOf = (service: string): Record<string, string> => ({ SIGNALBOX_OPS_PORT: portOf(service) });
      const env = {
        OTEL_METRICS_EXPORTER: 'otlp,prometheus',
        OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp,
        OTEL_METRIC_EXPORT_INTERVAL: '1000',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.version=1.0.0,service.namespace=shop',
      };
      shop = await openShop(env, { withDesk: true, envOf });
      carrier = startProgram({
        program: shipped('test/stack/programs/carrier.cjs'),
        env: {
          ...env,
          ...envOf('carrier'),
          OTEL_SERVICE_NAME: 'carrier',
          ...(broker && { BROKER_URL: broker.url }),
        },
        timeoutMs: 240_000,
      });
      scraper = await startScraper(Object.fromEntries(OF_ONE_SERVICE.map((service) => [service, `127.0.0.1:${portOf(service)}`])));
      await Promise.all([shop.visit(4 * SCENARIO_COUNT, 4), shop.writeToDesk(), carrier.output(/carried/)]);
    },
    { timeout: 180_000 },
  );

  after(async () => {
    carrier?.kill('SIGTERM');
    await Promise.allSettled([carrier?.ended, shop?.[Symbol.asyncDispose]()]);
    await Promise.allSettled([stack?.stopAll(), broker?.stop(), scraper?.stop()]);
    await telegram?.close();
    reserved?.release();
  });

  interface Answer {
    readonly status: string;
    readonly error?: string;
    readonly warnings?: readonly string[];
    readonly infos?: readonly string[];
    readonly data: { readonly result: readonly { readonly values: readonly [number, string][] }[] };
  }

  /** Numbers that a panel would draw. @throws when Prometheus refuses it, or warns. */
  async function drawn(expression: string, prometheus = stack.urls.prometheus): Promise<number> {
    const end = Date.now() / 1000;
    const range = { start: String(end - SHOWN_SECONDS), end: String(end), step: String(STEP_SECONDS) };
    const response = await fetch(`${prometheus}/api/v1/query_range`, {
      method: 'POST',
      body: new URLSearchParams({ query: expression, ...range }),
    });
    const { data, error, infos = [], warnings = [] } = (await response.json()) as Answer;
    assert.deepEqual({ error, infos, warnings }, { error: undefined, infos: [], warnings: [] }, expression);
    return data.result.flatMap(({ values }) => values).filter(([, value]) => Number.isFinite(Number(value))).length;
  }

  async function drawnOfOne(expression: string, prometheus?: string): Promise<number> {
    const counts = await Promise.all(OF_ONE_SERVICE.map((service) => drawn(chosen(expression, service), prometheus)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  type Asked = ReadonlyMap<string, () => Promise<number>>;

  function askedOf({ panels, templating }: Dashboard, isAsked: (expression: string) => boolean, prometheus?: string): Asked {
    const isOfOne = templating.list.some(({ name }) => name === 'route');
    const ask = (expression: string) => async (): Promise<number> =>
      isOfOne ? drawnOfOne(expression, prometheus) : drawn(chosen(expression), prometheus);
    const asked = panels
      .filter(({ datasource, title }) => datasource?.type === 'prometheus' && !OF_BROKERS.includes(title))
      .flatMap(({ targets = [], title }) => targets.map(({ expr = '' }, index) => [`${title} ${index}: ${expr}`, expr] as const));
    return new Map(asked.filter(([, expression]) => isAsked(expression)).map(([name, expression]) => [name, ask(expression)]));
  }

  /** Visits go on until all of them have something to draw. */
  async function untilAllAreThere(asked: Asked): Promise<void> {
    let open = [...asked];
    const looked = eventually(async () => {
      const counts = await Promise.all(open.map(([, ask]) => ask()));
      open = open.filter((_, index) => counts[index] === 0);
      assert.deepEqual(
        open.map(([name]) => name),
        [],
      );
      return true;
    }, DEADLINE_MS);
    let isLooking = true;
    const stop = (): boolean => (isLooking = false);
    looked.then(stop, stop);
    const writing = (async () => {
      while (isLooking) await shop.writeToDesk();
    })();
    await Promise.all([shop.visitWhile(looked), writing]);
  }

  for (const board of DASHBOARDS) {
    const { annotations, links, panels, templating, title } = board;

    it(`${title}: every panel has data`, () => untilAllAreThere(askedOf(board, () => true)));

    it(`${title}: every panel of services has data where Prometheus scrapes them`, () =>
      untilAllAreThere(askedOf(board, (expression) => /\bjob=~/.test(expression), scraper.url)));

    it(`${title}: every variable has values, and every annotation something to mark`, async () => {
      for (const { name, query, regex, type } of templating.list) {
        if (type !== 'query') continue;
        const [, selector = '', label = ''] = LABEL_VALUES.exec(query.query) ?? [];
        assert.notEqual(label, '', query.query);
        await eventually(async () => {
          const match = new URLSearchParams(selector === '' ? {} : { 'match[]': chosen(selector) });
          const response = await fetch(`${stack.urls.prometheus}/api/v1/label/${label}/values?${match}`);
          const { data } = (await response.json()) as { data: string[] };
          const pattern = regex === undefined || regex === '' ? /(.*)/ : new RegExp(regex.slice(1, -1));
          const values = data.map((value) => pattern.exec(value)?.[1]);
          assert.ok(values.length > 0, name);
          if (name === 'service') assert.ok(values.includes('storefront'), `${values.join()}: the namespace stays away`);
          if (name === 'environment') assert.ok(values.includes('test'));
          if (name === 'route') assert.ok(values.some((value) => value?.startsWith('/')));
          return true;
        }, DEADLINE_MS);
      }
      await untilAllAreThere(new Map(annotations.list.map(({ name, expr }) => [name, () => drawnOfOne(expr)] as const)));
    });

    for (const panel of panels.filter(({ datasource }) => datasource?.type === 'loki'))
      it(`${title}: ${panel.title} has lines`, async () => {
        for (const { expr = '' } of panel.targets ?? [])
          await eventually(async () => (await stack.loki.lines(chosen(expr, 'storefront'))).length > 0, DEADLINE_MS);
      });

    for (const panel of panels.filter(({ datasource }) => datasource?.type === 'jaeger'))
      it(`${title}: ${panel.title} has traces`, async () => {
        assert.deepEqual(
          panel.targets?.map(({ queryType, service }) => ({ queryType, service })),
          [{ queryType: 'search', service: '$service' }],
        );
        await eventually(async () => (await stack.jaeger.search({ service: 'storefront' })).length > 0, DEADLINE_MS);
      });

    it(`${title}: every link leads to something`, async () => {
      const own = panels.flatMap(({ fieldConfig }) => fieldConfig?.defaults.links ?? []);
      const urls = new Set([...links, ...own].flatMap(({ url = '' }) => (/^\/(explore|d)\b/.test(url) ? url : [])));
      for (const url of urls)
        for (const service of board.uid === 'signalbox-service' ? ['storefront'] : ['storefront', ALL]) await leads(url, service);
    });
  }

  /** All of a choice is for lists only: a line that is clicked on is of one service. */
  async function leads(url: string, service: string): Promise<void> {
    if (service === ALL && !url.includes('${service:')) return;
    const sources = { loki_datasource: 'loki', jaeger_datasource: 'jaeger', prometheus_datasource: 'prometheus' };
    const clicked = { '__field.labels.service_name': service, '__data.fields.service_name': service };
    const to = opened(url, { ...sources, ...clicked, service, environment: '', __url_time_range: '', __from: '1', __to: '2' });
    if (to.pathname.startsWith('/d/')) {
      assert.ok(
        DASHBOARDS.some(({ uid }) => to.pathname === `/d/${uid}`),
        url,
      );
      assert.equal(to.searchParams.get('var-service'), service);
      return;
    }
    const { datasource, queries } = paneOf(to);
    for (const { expr = '', service: searched = '' } of queries)
      await eventually(
        async () =>
          datasource === 'loki' ? (await stack.loki.lines(expr)).length > 0 : (await stack.jaeger.search({ service: searched })).length > 0,
        DEADLINE_MS,
      );
  }
});
