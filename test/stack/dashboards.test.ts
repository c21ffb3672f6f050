/**
 * Every query of every dashboard: the whole shop under load, pushed through the real Collector into the real Prometheus and Loki,
 * which must answer each panel, variable and annotation with data and without a warning. Needs the build (`npm run build`).
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { startProgram, type RunningProgram } from '../e2e/kit/run-program.ts';
import { missing, startRabbitmq, type Service } from '../services/services.ts';
import { eventually } from './kit/eventually.ts';
import { skipWithout } from './kit/servers.ts';
import { shipped, startStack, type Stack } from './kit/start-stack.ts';
import { openShop, SCENARIO_COUNT, type VisitedShop } from './visited-shop.ts';

const DEADLINE_MS = 90_000;
const OF_ONE_SERVICE = ['storefront', 'inventory', 'desk', 'carrier', 'worker'];
/** Only a broker moves it; where there is none, nobody can see it. */
const OF_BROKERS = missing('rabbitmq') === false ? [] : ['Sent in a second', 'Duration of an operation'];
/** Pushed each second here: four samples and one that is late. */
const RATE_INTERVAL = '15s';
const STEP_SECONDS = 5;
const SHOWN_SECONDS = 300;

interface Target {
  readonly expr: string;
}
interface Dashboard {
  readonly title: string;
  readonly panels: readonly { readonly type: string; readonly title: string; readonly targets?: readonly Target[] }[];
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
const chosen = (expression: string, service = '.+'): string =>
  expression
    .replaceAll('$__rate_interval', RATE_INTERVAL)
    .replaceAll('$service', service)
    .replaceAll(/\$(environment|route)/g, '.*');

describe('dashboards', { skip: skipWithout('collector', 'jaeger', 'prometheus', 'alertmanager', 'loki') }, () => {
  let stack: Stack;
  let shop: VisitedShop;
  let broker: Service | undefined;
  let carrier: RunningProgram;

  before(
    async () => {
      const objectives = [
        { name: 'availability', type: 'availability' as const, objective: 99.9 },
        { name: 'latency', type: 'latency' as const, objective: 95, thresholdSeconds: 0.1 },
      ];
      const settings = { exportIntervalSeconds: 1, timeScale: 0.02, services: { storefront: { objectives } } };
      [stack, broker] = await Promise.all([
        startStack({ settings, intervalSeconds: 1 }),
        OF_BROKERS.length === 0 ? startRabbitmq() : undefined,
      ]);
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp,
        OTEL_METRIC_EXPORT_INTERVAL: '1000',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.version=1.0.0,service.namespace=shop',
      };
      shop = await openShop(env, { withDesk: true });
      carrier = startProgram({
        program: shipped('test/stack/programs/carrier.cjs'),
        env: { ...env, OTEL_SERVICE_NAME: 'carrier', ...(broker && { BROKER_URL: broker.url }) },
        timeoutMs: 240_000,
      });
      await Promise.all([shop.visit(4 * SCENARIO_COUNT, 4), shop.writeToDesk(), carrier.output(/carried/)]);
    },
    { timeout: 180_000 },
  );

  after(async () => {
    carrier?.kill('SIGTERM');
    await Promise.allSettled([carrier?.ended, shop?.[Symbol.asyncDispose]()]);
    await Promise.allSettled([stack?.stopAll(), broker?.stop()]);
  });

  interface Answer {
    readonly status: string;
    readonly error?: string;
    readonly warnings?: readonly string[];
    readonly infos?: readonly string[];
    readonly data: { readonly result: readonly { readonly values: readonly [number, string][] }[] };
  }

  /** Numbers that a panel would draw. @throws when Prometheus refuses it, or warns. */
  async function drawn(expression: string): Promise<number> {
    const end = Date.now() / 1000;
    const range = { start: String(end - SHOWN_SECONDS), end: String(end), step: String(STEP_SECONDS) };
    const response = await fetch(`${stack.urls.prometheus}/api/v1/query_range`, {
      method: 'POST',
      body: new URLSearchParams({ query: expression, ...range }),
    });
    const { data, error, infos = [], warnings = [] } = (await response.json()) as Answer;
    assert.deepEqual({ error, infos, warnings }, { error: undefined, infos: [], warnings: [] }, expression);
    return data.result.flatMap(({ values }) => values).filter(([, value]) => Number.isFinite(Number(value))).length;
  }

  async function drawnOfOne(expression: string): Promise<number> {
    const counts = await Promise.all(OF_ONE_SERVICE.map((service) => drawn(chosen(expression, service))));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Visits go on until all of them have something to draw. */
  async function untilAllAreThere(asked: ReadonlyMap<string, () => Promise<number>>): Promise<void> {
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

  for (const { panels, title, templating, annotations } of DASHBOARDS) {
    it(`${title}: every panel has data`, async () => {
      const isOfOne = templating.list.some(({ name }) => name === 'route');
      const metrics = panels.filter(({ type }) => type !== 'row' && type !== 'logs');
      await untilAllAreThere(
        new Map(
          metrics
            .filter((panel) => !OF_BROKERS.includes(panel.title))
            .flatMap((panel) =>
              (panel.targets ?? []).map(
                ({ expr }, index) =>
                  [`${panel.title} ${index}: ${expr}`, () => (isOfOne ? drawnOfOne(expr) : drawn(chosen(expr)))] as const,
              ),
            ),
        ),
      );
    });

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

    for (const panel of panels.filter(({ type }) => type === 'logs'))
      it(`${title}: ${panel.title} has lines`, async () => {
        for (const { expr } of panel.targets ?? [])
          await eventually(async () => (await stack.loki.lines(chosen(expr, 'storefront'))).length > 0, DEADLINE_MS);
      });
  }
});
