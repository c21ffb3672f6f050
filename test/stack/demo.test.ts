/**
 * The demo on the real stack: the shop under `--require signalbox/register`, the Collector, Jaeger, Prometheus and Loki from
 * the shipped files, and the traffic that knows what must be found of it. Needs the build (`npm run build`).
 *
 * Servers that are not built are a named skip, and a failure with SIGNALBOX_TEST_SERVERS=required; without a PostgreSQL
 * the shop brings its own. SIGNALBOX_TEST_OUTAGE_SECONDS (20): how long a store stays away.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { expectedTrace, storedTrace } from './expected-traces.ts';
import { eventually } from './kit/eventually.ts';
import { nothingLostInCollector } from './kit/nothing-lost.ts';
import type { JaegerTrace } from './kit/queries.ts';
import { skipWithout } from './kit/servers.ts';
import { startStack, type Stack, type StackOptions } from './kit/start-stack.ts';
import { openShop, SCENARIO_COUNT, type SentRequest, type VisitedShop } from './visited-shop.ts';

const OUTAGE_MS = Number(process.env['SIGNALBOX_TEST_OUTAGE_SECONDS'] ?? 20) * 1000;
const ARRIVAL_DEADLINE_MS = 60_000;

interface Demo {
  readonly stack: Stack;
  readonly shop: VisitedShop;
  readonly t: TestContext;
}

interface DemoOptions extends StackOptions {
  readonly shopEnv?: Readonly<Record<string, string>>;
  readonly grpc?: boolean;
}

/** Run `body` against a stack and a shop of its own; a failure tells what all of them said. */
function demoTest(name: string, { shopEnv, grpc = false, ...options }: DemoOptions, body: (demo: Demo) => Promise<void>): void {
  test(name, { timeout: 240_000 }, async (t) => {
    await using stack = await startStack(options);
    const endpoint = grpc
      ? { OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpGrpc, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }
      : { OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp };
    await using shop = await openShop({ ...endpoint, ...shopEnv });
    try {
      await body({ stack, shop, t });
    } catch (error) {
      t.diagnostic(`${shop.log()}\n${stack.logs()}`);
      throw error;
    }
  });
}

/** Everything that Jaeger has of the storefront, by id of the trace. */
async function storedTraces(stack: Stack): Promise<Map<string, JaegerTrace>> {
  const traces = await stack.jaeger.search({ service: 'storefront', limit: 9000 });
  return new Map(traces.map((trace) => [trace.traceID, trace]));
}

function isWhole(trace: JaegerTrace | undefined, request: SentRequest): boolean {
  return trace !== undefined && storedTrace(trace, request) === expectedTrace(request);
}

/** Each request has left the spans that it must, and no others. */
async function everyTraceIsWhole(stack: Stack, requests: readonly SentRequest[]): Promise<Map<string, JaegerTrace>> {
  return eventually(
    async () => {
      const stored = await storedTraces(stack);
      const wrong = requests.filter((request) => !isWhole(stored.get(request.traceId), request));
      const [first] = wrong;
      if (first === undefined) return stored;
      const trace = stored.get(first.traceId);
      const found = trace === undefined ? 'no trace' : storedTrace(trace, first);
      throw new Error(
        `${wrong.length} of ${requests.length} traces are not right; the first must be\n${expectedTrace(first)}\nand is\n${found}`,
      );
    },
    ARRIVAL_DEADLINE_MS,
    500,
  );
}

/** Prometheus has as many requests of each service, method, route and status as the traffic has sent. */
async function everyRequestIsCounted(stack: Stack, shop: VisitedShop): Promise<void> {
  const by = 'service_name, http_request_method, http_route, http_response_status_code';
  await eventually(
    async () => {
      const samples = await stack.prometheus.query(`sum by (${by}) (last_over_time(http_server_request_duration_seconds_count[1h]))`);
      const counted = samples.map(({ labels, value }) => {
        const { service_name, http_request_method, http_route = '', http_response_status_code } = labels;
        return `${service_name} ${http_request_method} ${http_route} ${http_response_status_code}: ${value}`;
      });
      assert.deepEqual(counted.sort(), shop.counts());
      return true;
    },
    ARRIVAL_DEADLINE_MS,
    500,
  );
}

/** Nothing was lost in the services, and none was unwell at its end. */
async function stopWithoutLoss(shop: VisitedShop): Promise<void> {
  await shop.stop();
  assert.deepEqual(
    shop.said().filter((line) => /lost|queue-full|blocked/.test(line)),
    [],
  );
}

const spanCount = (traces: Iterable<JaegerTrace>, service: string): number =>
  [...traces].reduce((sum, { spans, processes }) => {
    const own = spans.filter(({ processID }) => processes[processID]?.serviceName === service);
    return sum + new Set(own.map(({ spanID }) => spanID)).size;
  }, 0);

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

describe(
  'the demo on the real stack',
  { concurrency: 3, skip: skipWithout('collector', 'jaeger', 'prometheus', 'alertmanager', 'loki') },
  () => {
    demoTest('while Jaeger is away nothing is lost', {}, async ({ stack, shop, t }) => {
      // It keeps its traces in memory: those that it has are gone with it.
      const before = (await shop.visit(20)).length;
      await everyTraceIsWhole(stack, shop.requests);
      await stack.jaeger.stop();
      await shop.visitWhile(delay(OUTAGE_MS).then(() => stack.jaeger.start()));
      const back = performance.now();
      await shop.visit(20);
      await stopWithoutLoss(shop);
      const requests = shop.requests.slice(before);
      await everyTraceIsWhole(stack, requests);
      t.diagnostic(
        `Jaeger away ${seconds(OUTAGE_MS)}: all of ${requests.length} traces, ${seconds(performance.now() - back)} after its return`,
      );
      await everyRequestIsCounted(stack, shop);
      await nothingLostInCollector(stack);
    });

    demoTest('while Prometheus is away nothing is lost', {}, async ({ stack, shop, t }) => {
      await shop.visit(20);
      await everyRequestIsCounted(stack, shop);
      await stack.prometheus.stop();
      await shop.visitWhile(delay(OUTAGE_MS).then(() => stack.prometheus.start()));
      const back = performance.now();
      await shop.visit(20);
      await stopWithoutLoss(shop);
      await everyRequestIsCounted(stack, shop);
      t.diagnostic(
        `Prometheus away ${seconds(OUTAGE_MS)}: all of ${shop.requests.length} requests, ${seconds(performance.now() - back)} after its return`,
      );
      await everyTraceIsWhole(stack, shop.requests);
      await nothingLostInCollector(stack);
    });

    demoTest('a Collector stopped by SIGTERM on a filled queue and started again loses nothing', {}, async ({ stack, shop, t }) => {
      const moreRequests = (count: number): Promise<boolean> => {
        const reached = shop.requests.length + count;
        return eventually(() => shop.requests.length >= reached, ARRIVAL_DEADLINE_MS);
      };
      let queued = 0;
      let away = 0;
      async function restart(): Promise<void> {
        await stack.jaeger.stop();
        await stack.prometheus.stop();
        await moreRequests(60);
        await eventually(
          async () => ((await stack.collectorMetric('otelcol_exporter_queue_size', { exporter: 'otlp_grpc/jaeger' })) ?? 0) > 0,
        );
        await stack.collector.stop('SIGTERM');
        const since = performance.now();
        await moreRequests(80);
        await eventually(() =>
          ['storefront', 'inventory'].every((service) => shop.said().some((line) => line.startsWith(`${service} export`))),
        );
        await stack.collector.start();
        away = performance.now() - since;
        queued = (await stack.collectorMetric('otelcol_exporter_queue_size')) ?? 0;
        await moreRequests(40);
        await Promise.all([stack.jaeger.start(), stack.prometheus.start()]);
      }
      await shop.visitWhile(restart());
      await shop.visit(20);
      await stopWithoutLoss(shop);
      await everyTraceIsWhole(stack, shop.requests);
      await everyRequestIsCounted(stack, shop);
      assert.ok(queued > 0, 'the queue outlives the Collector');
      t.diagnostic(`Collector away ${seconds(away)}: all of ${shop.requests.length} requests, ${queued} bytes in its queue at its return`);
      await nothingLostInCollector(stack);
    });

    demoTest(
      'kill -9 of the Collector loses what waits for its decision, and nothing else',
      { decisionWaitMs: 2000 },
      async ({ stack, shop, t }) => {
        // Decided once a second; before it a batch waits 200 ms in the services.
        const windowMs = 2000 + 1000 + 200 + 500;
        let answered: Array<{ readonly atMs: number; readonly count: number }> = [];
        const visits = setInterval(() => answered.push({ atMs: performance.now(), count: shop.requests.length }), 50);
        let killedMs = 0;
        let sent = 0;
        async function kill(): Promise<void> {
          await eventually(() => shop.requests.length >= 200, ARRIVAL_DEADLINE_MS);
          killedMs = performance.now();
          await stack.collector.stop('SIGKILL');
          clearInterval(visits);
          sent = shop.requests.length;
          await stack.collector.start();
        }
        try {
          await shop.visitWhile(kill());
        } finally {
          clearInterval(visits);
        }
        await shop.visit(20);
        await stopWithoutLoss(shop);

        answered = answered.filter(({ atMs }) => atMs <= killedMs - windowMs);
        const safe = answered.at(-1)?.count ?? 0;
        assert.ok(safe > 0, 'the Collector must be killed after it has decided something');
        const inWindow = shop.requests.slice(safe, sent + 20);
        await everyTraceIsWhole(stack, [...shop.requests.slice(0, safe), ...shop.requests.slice(sent + 20)]);
        await nothingLostInCollector(stack);
        const stored = await storedTraces(stack);
        const lost = inWindow.filter((request) => !isWhole(stored.get(request.traceId), request));
        const parts = lost.filter(({ traceId }) => stored.has(traceId)).length;
        t.diagnostic(
          `kill -9: ${lost.length} of ${shop.requests.length} traces lost (${parts} of them in part), of ${inWindow.length} in the ${seconds(windowMs)} before`,
        );
        await everyRequestIsCounted(stack, shop);
      },
    );

    demoTest('every request is found in Jaeger and Prometheus, span by span and number by number', {}, async ({ stack, shop, t }) => {
      // Rates need figures that go on changing.
      for (const what of ['calls', 'errors', 'latencies'] as const) {
        await eventually(
          async () => {
            await shop.visit(SCENARIO_COUNT);
            return (await stack.jaeger.monitor('storefront', what)).some((value) => value > 0);
          },
          ARRIVAL_DEADLINE_MS,
          500,
        );
      }
      // More visitors than a pool has connections: some wait for those of others, and still each trace has its own spans.
      await shop.visit(60, 8);

      const stored = await everyTraceIsWhole(stack, shop.requests);
      const sent = new Set(shop.requests.map(({ traceId }) => traceId));
      assert.deepEqual(
        (await stack.jaeger.services()).sort(),
        ['inventory', 'storefront'],
        'the worker has no request, so it leaves no trace',
      );
      for (const service of ['inventory', 'storefront']) {
        const others = (await stack.jaeger.search({ service, limit: 9000 })).filter(({ traceID }) => !sent.has(traceID));
        assert.deepEqual(
          others.map(({ spans }) => spans.map(({ operationName }) => operationName)),
          [],
          `${service} leaves no other traces`,
        );
      }

      await everyRequestIsCounted(stack, shop);
      const spans = await accountsAddUp(stack, stored);
      const exemplars = await stack.prometheus.queryExemplars('traces_span_metrics_duration_milliseconds_bucket');
      assert.ok(exemplars.length > 0);
      for (const { labels } of exemplars)
        assert.ok(stored.has(labels['trace_id'] ?? ''), `the exemplar ${JSON.stringify(labels)} leads to no trace`);

      await stopWithoutLoss(shop);
      await nothingLostInCollector(stack);
      await everyRequestIsCounted(stack, shop);
      // The Collector's own metrics count, too.
      await eventually(async () => (await stack.prometheus.query('otelcol_process_uptime_seconds_total')).length === 1, 30_000, 250);
      const names = await namesOfServices(stack);
      everythingHasOneName(names);
      t.diagnostic(`${shop.requests.length} requests, ${spans} spans, ${names.length} names in Prometheus, ${exemplars.length} exemplars`);
    });

    // Nothing is due before the end: everything goes with the last export of each process.
    const atTheEnd = { OTEL_METRIC_EXPORT_INTERVAL: '60000', OTEL_BSP_SCHEDULE_DELAY: '30000', OTEL_BLRP_SCHEDULE_DELAY: '30000' };
    for (const grpc of [false, true]) {
      demoTest(
        `what a service exports at its end is complete, over ${grpc ? 'gRPC' : 'HTTP'}`,
        { grpc, shopEnv: atTheEnd },
        async ({ stack, shop, t }) => {
          await shop.visit(60, 4);
          await stopWithoutLoss(shop);
          const stored = await everyTraceIsWhole(stack, shop.requests);
          await everyRequestIsCounted(stack, shop);
          await nothingLostInCollector(stack);
          t.diagnostic(
            `${grpc ? 'gRPC' : 'HTTP'}: ${stored.size} traces, ${spanCount(stored.values(), 'storefront')} and ${spanCount(stored.values(), 'inventory')} spans`,
          );
        },
      );
    }

    const slowMs = 250;
    const tenPercent = {
      tailSamplingPercentage: 10,
      decisionWaitMs: 3000,
      collectorEnv: { SIGNALBOX_TAIL_SAMPLING_SLOW_MS: String(slowMs) },
    };
    demoTest(
      'with 10 percent every failed and every slow request is kept, and a tenth of the others',
      tenPercent,
      async ({ stack, shop, t }) => {
        await shop.visit(500, 4);
        await stopWithoutLoss(shop);
        const decisions = 'otelcol_processor_tail_sampling_global_count_traces_sampled_total';
        await eventually(async () => (await stack.collectorMetric(decisions)) === shop.requests.length, ARRIVAL_DEADLINE_MS);
        const sampled = await stack.collectorMetric(decisions, { decision: 'sampled' });
        const stored = await eventually(async () => {
          const traces = await storedTraces(stack);
          return traces.size === sampled && traces;
        }, ARRIVAL_DEADLINE_MS);
        const kept = shop.requests.filter(({ traceId }) => stored.has(traceId));
        assert.equal(kept.length, sampled);
        for (const request of kept) assert.ok(isWhole(stored.get(request.traceId), request), 'what is kept is kept whole');

        // For who asks, 4xx is a failure (409 is the inventory's answer to the storefront); for who answers it is not.
        const mustStay = shop.requests.filter(({ path, status }) => status === 500 || status === 409 || path === '/slow');
        assert.ok(mustStay.length > 20);
        const missing = mustStay.filter(({ traceId }) => !stored.has(traceId));
        assert.deepEqual(missing, []);

        // The chance that decides on the rest is that of each trace alone. What was slow under load is not of the rest.
        const chosen = new Set(mustStay);
        const ordinary = shop.requests.filter((request) => !chosen.has(request));
        const wasSlow = ({ spans }: JaegerTrace): boolean =>
          Math.max(...spans.map(({ startTime, duration }) => startTime + duration)) -
            Math.min(...spans.map(({ startTime }) => startTime)) >=
          slowMs * 1000;
        const keptForOtherReasons = ordinary.filter(({ traceId }) => {
          const trace = stored.get(traceId);
          return trace !== undefined && wasSlow(trace);
        });
        const drawn = ordinary.length - keptForOtherReasons.length;
        const keptByChance = ordinary.filter(({ traceId }) => stored.has(traceId)).length - keptForOtherReasons.length;
        t.diagnostic(`at 10 %: ${mustStay.length} of ${mustStay.length} failed or slow, ${keptByChance} of ${drawn} others`);
        // Five standard deviations: wrong once in a million runs.
        assert.ok(Math.abs(keptByChance - drawn * 0.1) < 5 * Math.sqrt(drawn * 0.1 * 0.9), `kept ${keptByChance} of ${drawn}`);

        await everyRequestIsCounted(stack, shop);
        const failures = await stack.prometheus.queryExemplars(
          'traces_span_metrics_duration_milliseconds_bucket{status_code="STATUS_CODE_ERROR"}',
        );
        assert.ok(failures.length > 0);
        for (const { labels } of failures) assert.ok(stored.has(labels['trace_id'] ?? ''), 'an exemplar of a failure leads to its trace');
        await nothingLostInCollector(stack);
      },
    );

    const everythingShown: DemoOptions = {
      // The Collector's redaction, the second line of defence, steps aside.
      collectorArgs: [
        '--set=processors.redaction.blocked_values=[]',
        '--set=processors.redaction.blocked_key_patterns=[]',
        '--set=processors.transform/sql_literals.trace_statements=[]',
      ],
      // What an application must ask for: request headers and values of parameters on spans.
      shopEnv: {
        LOG_LEVEL: 'silly',
        SIGNALBOX_INSTRUMENTATION_OPTIONS: JSON.stringify({
          http: { headersToSpanAttributes: { server: { requestHeaders: ['authorization', 'cookie', 'x-api-key', 'x-shop-note'] } } },
          pg: { enhancedDatabaseReporting: true },
        }),
      },
    };
    demoTest('secrets in requests reach neither Jaeger nor Prometheus nor Loki', everythingShown, async ({ stack, shop, t }) => {
      const stored = await sendSecrets(stack, shop);
      await shop.visit(SCENARIO_COUNT);
      await everyRequestArrived(stack, shop.requests);
      await stopWithoutLoss(shop);
      await eventually(async () => (await stack.loki.lines('{service_name="storefront"} |= "request refused"')).length > 0);
      await nothingLostInCollector(stack);

      const everywhere = await everythingStored(stack);
      const leaks = Object.entries(everywhere).flatMap(([place, text]) =>
        SECRETS.filter((secret) => text.includes(secret)).map((secret) => {
          const at = text.indexOf(secret);
          return `${secret} in ${place}: …${text.slice(Math.max(0, at - 120), at + 80)}…`;
        }),
      );
      assert.deepEqual(leaks, []);
      const { jaeger, loki } = everywhere;
      // What shows that it was looked for in the right places.
      assert.match(jaeger, /an ordinary note/);
      assert.match(jaeger, /out of range for type integer/);
      assert.match(loki, /out of range for type integer/);
      assert.match(loki, /a product id is a number/);
      const sizes = Object.entries(everywhere).map(([place, text]) => `${place} ${text.length}`);
      t.diagnostic(`${SECRETS.length} secrets in ${stored} requests, none in ${sizes.join(', ')} characters`);
    });
  },
);

/** No drops, nothing under way, and as many spans as Jaeger has. @returns how many spans. */
async function accountsAddUp(stack: Stack, stored: ReadonlyMap<string, JaegerTrace>): Promise<number> {
  const services = ['inventory', 'storefront', 'worker'];
  return eventually(async () => {
    for (const record of ['span', 'log', 'metric_data_point']) {
      const rest = await stack.prometheus.query(
        `otel_sdk_processor_${record}_processed_total - otel_sdk_exporter_${record}_exported_total - otel_sdk_exporter_${record}_inflight`,
      );
      const rests = rest.map(({ labels, value }) => `${labels['service_name']} ${value}`);
      assert.deepEqual(
        rests.sort(),
        services.map((service) => `${service} 0`),
        `${record}: processed = exported + in flight`,
      );
    }
    assert.deepEqual(await stack.prometheus.query('{__name__=~"otel_sdk_.*", error_type!=""}'), []);
    const exported = await stack.prometheus.query('otel_sdk_exporter_span_exported_total');
    const byService = Object.fromEntries(exported.map(({ labels, value }) => [labels['service_name'], value]));
    assert.deepEqual(byService, Object.fromEntries(services.map((service) => [service, spanCount(stored.values(), service)])));
    const total = exported.reduce((sum, { value }) => sum + value, 0);
    assert.equal(await stack.collectorMetric('otelcol_receiver_accepted_spans_total'), total);
    const [logs] = await stack.prometheus.query('sum(otel_sdk_exporter_log_exported_total)');
    assert.equal(await stack.collectorMetric('otelcol_receiver_accepted_log_records_total'), logs?.value);
    return total;
  }, ARRIVAL_DEADLINE_MS);
}

/** Without what Prometheus and Alertmanager measure of themselves, and what rules make. */
async function namesOfServices(stack: Stack): Promise<string[]> {
  const samples = await stack.prometheus.query(
    `count by (__name__) ({job=~".+", job!~"prometheus|alertmanager", __name__!~"ALERTS.*|slo:.+"})`,
  );
  return samples.map(({ labels }) => labels['__name__'] ?? '');
}

/** A metric has one name, whatever its unit and suffix; what the Collector counts from spans has names of its own. */
function everythingHasOneName(names: readonly string[]): void {
  assert.deepEqual(
    names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name)),
    [],
  );
  const family = (name: string): string => name.replace(/_(bucket|count|sum)$/, '');
  assert.deepEqual(
    new Set(names.filter((name) => /request_duration|span_metrics/.test(name)).map(family)),
    new Set([
      'http_client_request_duration_seconds',
      'http_server_request_duration_seconds',
      'traces_span_metrics_calls_total',
      'traces_span_metrics_duration_milliseconds',
    ]),
  );
  const bare = (name: string): string => name.replace(/_total$/, '').replace(/_(seconds|milliseconds|bytes|ratio)$/, '');
  const families = [...new Set(names.map(family))];
  const bareNames = families.map(bare);
  assert.deepEqual(
    families.filter((_, i) => bareNames.indexOf(bareNames[i] as string) !== i),
    [],
    'differs from another one only in unit or suffix',
  );
}

async function everyRequestArrived(stack: Stack, requests: readonly SentRequest[]): Promise<void> {
  await eventually(async () => {
    const stored = await storedTraces(stack);
    return requests.every(({ traceId }) => stored.has(traceId));
  }, ARRIVAL_DEADLINE_MS);
}

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5LXNpZ25hdHVyZQ';
/** None of these may be found anywhere, whole or percent-encoded. */
const SECRETS = [
  'canary-query-1',
  'canary-query-2',
  'canary.visitor',
  'canary-reset-31415926',
  'canary-header-1',
  'canary-header-2',
  'canary-header-3',
  'Zq81mn7',
  TOKEN,
  TOKEN.slice(-22),
  '4012888888881881',
  '5555555555554444',
  '4242 4242 4242 4242',
  '4242%204242',
  'AAEhBOweik6ad9rQXcanaryABCDEFGHIJKL',
  'sk_live_canary0123456789',
];

/** Requests that carry secrets wherever a client can put them. @returns how many, once each has its trace. */
async function sendSecrets(stack: Stack, shop: VisitedShop): Promise<number> {
  const traceIds: string[] = [];
  const send = async (
    status: number,
    path: string,
    { body, ...init }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<void> => {
    const traceId = randomBytes(16).toString('hex');
    traceIds.push(traceId);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = {
      traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...init.headers,
    };
    const response = await fetch(`${shop.url}${path}`, { headers, ...(body !== undefined && { method: 'POST', body: text }) });
    assert.equal(response.status, status, `${path}: ${await response.text()}`);
  };

  // In the query and in the path, matched and not, refused and not. The category is a parameter of a statement, too.
  await send(200, '/products?api_key=canary-query-1&q=canary-query-2&email=canary.visitor%40example.org');
  await send(404, '/products/999?token=canary-query-1');
  await send(400, '/products/canary.visitor@example.org');
  await send(404, `/bot123456789:AAEhBOweik6ad9rQXcanaryABCDEFGHIJKL/sendMessage?text=canary-query-2`);
  await send(404, '/reset-password/canary-reset-31415926');
  for (const category of [
    'canary.visitor@example.org',
    'canary.visitor%40example.org',
    TOKEN,
    '5555555555554444',
    '4242%204242%204242%204242',
  ]) {
    await send(200, `/api/categories/${category}/products`);
  }
  // In headers, whether an attribute is named after them or not.
  await send(500, '/boom?signature=canary-query-1', {
    headers: {
      authorization: 'Basic canary-header-1',
      cookie: 'session=canary-header-2; theme=dark',
      'x-api-key': 'canary-header-3',
      'x-shop-note': 'an ordinary note',
      'user-agent': `shop-app/1.0 (Bearer ${TOKEN})`,
      baggage: 'session=canary-header-2',
      'x-forwarded-for': 'canary.visitor@example.org',
    },
  });
  // In what is ordered: taken, refused, not JSON at all, and out of the range of a column, which PostgreSQL's error repeats.
  await send(201, '/orders', { body: { productId: 1, quantity: 1, card: '4242 4242 4242 4242', email: 'canary.visitor@example.org' } });
  await send(400, '/orders', { body: { productId: 'sk_live_canary0123456789', quantity: 1 } });
  await send(400, '/orders', { body: 'password=Zq81mn7' });
  await send(500, '/orders', { body: { productId: 1, quantity: 4012888888881881 } });

  await eventually(async () => {
    const stored = await storedTraces(stack);
    return traceIds.every((id) => stored.has(id));
  }, ARRIVAL_DEADLINE_MS);
  return traceIds.length;
}

/** All of it as text. */
async function everythingStored(stack: Stack): Promise<Record<'jaeger' | 'prometheus' | 'loki' | 'collector', string>> {
  const services = await stack.jaeger.services();
  const traces = await Promise.all(services.map((service) => stack.jaeger.search({ service, limit: 9000 })));
  const series = await fetch(`${stack.urls.prometheus}/api/v1/series?${new URLSearchParams({ 'match[]': '{__name__!=""}' })}`);
  const exemplars = await stack.prometheus.queryExemplars('{__name__=~".+"}');
  const prometheus = (await series.text()) + JSON.stringify(exemplars);
  const lines = await stack.loki.lines('{service_name=~".+"}');
  const loki = lines.map(({ line, labels, metadata }) => JSON.stringify([line, labels, metadata])).join('\n');
  for (const [place, length] of [
    ['Jaeger', traces.flat().length],
    ['Loki', lines.length],
    ['Prometheus', prometheus.length],
  ] as const)
    assert.ok(length > 0, place);
  return { jaeger: JSON.stringify(traces), prometheus, loki, collector: stack.collector.log() };
}
