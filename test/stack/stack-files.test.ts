/**
 * The shipped files: otel-collector/, jaeger/, prometheus/, alertmanager/, loki/, grafana/, docker-compose.yml.
 *
 * Servers that are not built are a named skip, and a failure with SIGNALBOX_TEST_SERVERS=required.
 * SIGNALBOX_TEST_OUTAGE_SECONDS (4): how long a server stays away.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { parse } from 'yaml';

import { eventually } from './kit/eventually.ts';
import { logsRequest, newSpanId, newTraceId, pointsRequest, requestDurationRequest, sendOtlp, tracesRequest } from './kit/otlp.ts';
import type { Attributes, TestSpan } from './kit/otlp.ts';
import { nothingLostInCollector } from './kit/nothing-lost.ts';
import type { JaegerTrace } from './kit/queries.ts';
import { binaryOf, locateServers, skipWithout } from './kit/servers.ts';
import { shipped, startStack, type Stack, type StackOptions } from './kit/start-stack.ts';

const OUTAGE_MS = Number(process.env['SIGNALBOX_TEST_OUTAGE_SECONDS'] ?? 4) * 1000;

const read = (path: string): string => readFileSync(shipped(path), 'utf8');

interface Service {
  image: string;
  user?: string;
  command?: string[];
  environment?: Record<string, string | number>;
  ports?: string[];
  volumes?: string[];
  mem_limit?: string;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  logging?: { options: Record<string, string> };
  healthcheck?: { test?: string[]; disable?: boolean };
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);

function run(file: string, args: string[], env: Record<string, string> = {}): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(file, args, {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { code: status, output: stdout + stderr };
}

/** `${env:NAME}` and `${env:NAME:-default}` of a Collector's configuration. */
function placeholders(text: string): Array<{ name: string; withDefault: boolean }> {
  return [...text.matchAll(/\$\{env:(\w+)(:-)?/g)].map(([, name, separator]) => ({
    name: name as string,
    withDefault: separator !== undefined,
  }));
}

// ---- without any server

test('docker-compose.yml runs the releases that the servers for the tests are built from', () => {
  const built = locateServers();
  const expected = {
    'otel-collector': `otel/opentelemetry-collector-contrib:${built['collector']?.release}`,
    jaeger: `jaegertracing/jaeger:${built['jaeger']?.release}`,
    prometheus: `prom/prometheus:v${built['prometheus']?.release}`,
    alertmanager: `prom/alertmanager:v${built['alertmanager']?.release}`,
    loki: `grafana/loki:${built['loki']?.release}`,
  };
  for (const [name, image] of Object.entries(expected)) assert.equal(compose.services[name]?.image, image);
  for (const [name, { image }] of services) assert.match(image, /:v?\d+\.\d+\.\d+$/, `${name} needs an exact release`);
});

test('docker-compose.yml opens ports on loopback only, and only those that people and applications need', () => {
  const ports = services.flatMap(([, service]) => service.ports ?? []);
  assert.deepEqual(ports.sort(), [
    '127.0.0.1:16686:16686',
    '127.0.0.1:3000:3000',
    '127.0.0.1:3100:3100',
    '127.0.0.1:4317:4317',
    '127.0.0.1:4318:4318',
    '127.0.0.1:9090:9090',
    '127.0.0.1:9093:9093',
  ]);
});

test('every service has a memory limit, bounded logs, a health check, no capabilities, and is not root', () => {
  for (const [name, service] of services) {
    assert.match(service.mem_limit ?? '', /^\d+[mg]$/, name);
    assert.ok(service.logging?.options['max-size'] && service.logging.options['max-file'], name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    if (name === 'otel-collector-volume') {
      assert.deepEqual(service.cap_add, ['CHOWN']);
      continue;
    }
    assert.equal(service.cap_add, undefined, name);
    assert.match(service.user ?? '', /^[1-9]\d*:\d+$/, name);
    assert.ok((service.healthcheck?.test ?? []).length > 1, name);
    assert.notEqual(service.healthcheck?.test?.[0], 'CMD-SHELL', `${name}: not every image has a shell`);
  }
});

test('no password is written down, Grafana lets nobody in without one, and compose refuses to start without it', () => {
  const { environment = {} } = compose.services['grafana'] as Service;
  assert.match(String(environment['GF_SECURITY_ADMIN_PASSWORD']), /^\$\{GRAFANA_ADMIN_PASSWORD:\?.+\}$/);
  assert.equal(environment['GF_AUTH_ANONYMOUS_ENABLED'], 'false');
  assert.equal(environment['GF_USERS_ALLOW_SIGN_UP'], 'false');
  assert.doesNotMatch(read('.env.example'), /^GRAFANA_ADMIN_PASSWORD=/m);
});

test('every variable that docker-compose.yml sets is one that the files read', () => {
  const readBy: Record<string, string[]> = {
    'otel-collector': placeholders(read('otel-collector/config.yaml')).map(({ name }) => name),
    jaeger: placeholders(read('jaeger/config.yaml')).map(({ name }) => name),
    loki: [...read('loki/config.yaml').matchAll(/\$\{(\w+):-/g)].map((match) => match[1] as string),
    grafana: ['datasources/datasources.yaml', 'dashboards/dashboards.yaml'].flatMap((file) =>
      [...read(`grafana/provisioning/${file}`).matchAll(/: \$(\w+)/g)].map((match) => match[1] as string),
    ),
  };
  for (const [service, names] of Object.entries(readBy)) {
    const set = Object.keys(compose.services[service]?.environment ?? {}).filter((name) => !/^(GOMEMLIMIT$|GF_)/.test(name));
    assert.ok(set.length > 0);
    for (const name of set) assert.ok(names.includes(name), `${service} is given ${name}, but reads ${names.join(', ')}`);
  }
  for (const name of readBy['grafana'] ?? []) assert.ok(name in (compose.services['grafana']?.environment ?? {}), name);
  const used = [...read('docker-compose.yml').matchAll(/\$\{(\w+):/g)].map((match) => match[1] as string);
  for (const [, name] of read('.env.example').matchAll(/^#?([A-Z_]+)=/gm))
    assert.ok(used.includes(name as string), `.env.example: ${name}`);
});

test('every placeholder has a default, and the addresses among them are services of docker-compose.yml', () => {
  for (const file of ['otel-collector/config.yaml', 'jaeger/config.yaml']) {
    const text = read(file);
    for (const { name, withDefault } of placeholders(text)) assert.ok(withDefault, `${file}: ${name}`);
    for (const [, host] of text.matchAll(/_ENDPOINT:-(?:http:\/\/)?([\w-]+):\d+/g))
      assert.ok(compose.services[host as string], `${file}: ${host}`);
  }
  assert.deepEqual(parse(read('prometheus/targets/otel-collector.yml')), [{ targets: ['otel-collector:8888'] }]);
  assert.deepEqual(parse(read('prometheus/targets/alertmanager.yml')), [{ targets: ['alertmanager:9093'] }]);
  assert.deepEqual(parse(read('prometheus/targets/prometheus.yml')), [{ targets: ['localhost:9090'] }]);
});

test('what a service mounts from the project is there, and every volume is declared', () => {
  for (const [name, { volumes = [] }] of services) {
    for (const volume of volumes) {
      const [source = '', , mode] = volume.split(':');
      if (!source.startsWith('./')) {
        assert.ok(source in compose.volumes, `${name}: ${source}`);
        continue;
      }
      assert.equal(mode, 'ro', `${name}: ${volume}`);
      assert.ok(existsSync(shipped(source)), `${name}: ${source}`);
    }
  }
});

type DataSource = { uid: string; jsonData: Record<string, unknown> };
const { datasources } = parse(read('grafana/provisioning/datasources/datasources.yaml')) as {
  datasources: [DataSource, DataSource, DataSource];
};
const [prometheusSource, jaegerSource, lokiSource] = datasources;
const { datasourceUid: metricsSource, queries: metricsQueries } = jaegerSource.jsonData['tracesToMetrics'] as {
  datasourceUid: string;
  queries: Array<{ name: string; query: string }>;
};

test('the Grafana data sources lead from an exemplar to its trace and from a span to its figures', () => {
  assert.deepEqual([prometheusSource.uid, jaegerSource.uid, lokiSource.uid], ['prometheus', 'jaeger', 'loki']);
  const [destination] = prometheusSource.jsonData['exemplarTraceIdDestinations'] as Array<Record<string, string>>;
  assert.equal(destination?.['datasourceUid'], 'jaeger');
  assert.equal(destination?.['name'], 'trace_id');
  assert.equal(metricsSource, 'prometheus');
  for (const { query } of metricsQueries) assert.match(query, /traces_span_metrics_\w+\{(?:.+, )?\$\$__tags\}/);
});

test('Grafana takes its plugins from the image and nothing from the catalog', () => {
  const { environment = {} } = compose.services['grafana'] as Service;
  assert.equal(environment['GF_PLUGINS_PREINSTALL_DISABLED'], 'true');
  assert.equal(environment['GF_PLUGINS_PREINSTALL_AUTO_UPDATE'], 'false');
});

test('a default is the same in every file that names it', () => {
  const pattern = /(?:\$\{(?:env:)?|^#|^\| `)((?:SIGNALBOX_TAIL|JAEGER_MAX)\w+)(?::-|=|` \| `)(\d+)/gm;
  const files = ['otel-collector/config.yaml', 'jaeger/config.yaml', 'docker-compose.yml', '.env.example', 'docs/stack.md'];
  const defaults = new Map<string, string[]>();
  for (const [, name = '', value = ''] of files.map(read).join('\n').matchAll(pattern))
    defaults.set(name, [...(defaults.get(name) ?? []), value]);
  assert.equal(defaults.size, 5);
  for (const [name, values] of defaults) assert.deepEqual(values, Array(4).fill(values[0]), name);
});

test('docs/stack.md starts Prometheus and Alertmanager with the flags of docker-compose.yml', () => {
  const guide = read('docs/stack.md');
  const flags = ['prometheus', 'alertmanager'].flatMap((name) => compose.services[name]?.command ?? []);
  for (const flag of flags.filter((text) => !/config\.file|storage\.(tsdb\.)?path/.test(text))) assert.ok(guide.includes(flag), flag);
});

// ---- the servers' own checks

test('the Collector accepts its configuration', { skip: skipWithout('collector') }, () => {
  const { code, output } = run(binaryOf('collector', 'otelcol'), ['validate', '--config', shipped('otel-collector/config.yaml')]);
  assert.equal(code, 0, output);
  assert.equal(output, '');
});

test('an exported but empty variable ends the start instead of counting as 0', { skip: skipWithout('collector') }, () => {
  const figures = placeholders(read('otel-collector/config.yaml'))
    .map(({ name }) => name)
    .filter((name) => /^SIGNALBOX_|_MIB$|_BYTES$/.test(name));
  assert.ok(figures.length > 5);
  for (const name of figures) {
    const { code } = run(binaryOf('collector', 'otelcol'), ['validate', '--config', shipped('otel-collector/config.yaml')], { [name]: '' });
    assert.notEqual(code, 0, name);
  }
});

test('Jaeger accepts its configuration', { skip: skipWithout('jaeger') }, () => {
  const { code, output } = run(binaryOf('jaeger', 'jaeger'), ['validate', '--config', shipped('jaeger/config.yaml')]);
  assert.equal(code, 0, output);
});

test('Prometheus accepts its configuration', { skip: skipWithout('prometheus') }, () => {
  const { code, output } = run(binaryOf('prometheus', 'promtool'), [
    'check',
    'config',
    '--lint-fatal',
    shipped('prometheus/prometheus.yml'),
  ]);
  assert.equal(code, 0, output);
  assert.match(output, /is valid prometheus config file syntax/);
});

test('Loki accepts its configuration', { skip: skipWithout('loki') }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-loki-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const args = [`-config.file=${shipped('loki/config.yaml')}`, '-config.expand-env=true', '-verify-config'];
  const { code, output } = run(binaryOf('loki', 'loki'), args, { LOKI_DIRECTORY: folder });
  assert.equal(code, 0, output);
});

// ---- the servers together

const skip = skipWithout('collector', 'jaeger', 'prometheus', 'alertmanager', 'loki');

/** Run `body` against a stack of its own; a failure tells what the servers said. */
function stackTest(name: string, options: StackOptions, body: (stack: Stack, t: TestContext) => Promise<void>): void {
  test(name, { skip, timeout: 240_000 }, async (t) => {
    await using stack = await startStack(options);
    try {
      await body(stack, t);
    } catch (error) {
      t.diagnostic(stack.logs());
      throw error;
    }
  });
}

const RESOURCE = { 'deployment.environment.name': 'test', 'host.name': 'host-1', 'service.version': '1.2.3' };

/** A request of two spans, ended just now. */
function request(traceId: string, { error, durationMs = 20 }: { error?: string; durationMs?: number } = {}): TestSpan[] {
  const spanId = newSpanId();
  const startTimeMs = Date.now() - durationMs;
  const attributes = {
    'http.route': '/orders/{id}',
    'http.request.method': 'GET',
    'http.response.status_code': error === undefined ? 200 : 500,
  };
  return [
    {
      traceId,
      spanId,
      name: 'GET /orders/{id}',
      kind: 'server',
      startTimeMs,
      durationMs,
      attributes,
      ...(error !== undefined && { error }),
    },
    { traceId, spanId: newSpanId(), parentSpanId: spanId, name: 'SELECT orders', kind: 'client', startTimeMs, durationMs: durationMs / 2 },
  ];
}

/** Send one request with so many traces until it is acknowledged, as an SDK would. @returns their ids. */
async function sendTraces(stack: Stack, count: number, options?: Parameters<typeof request>[1]): Promise<string[]> {
  const ids = Array.from({ length: count }, newTraceId);
  const body = tracesRequest(
    'shop',
    ids.flatMap((id) => request(id, options)),
    RESOURCE,
  );
  await eventually(() => sendOtlp(stack.urls.otlpHttp, 'traces', body));
  return ids;
}

/** The ids of whole traces that Jaeger has. */
async function storedTraces(stack: Stack): Promise<Set<string>> {
  const traces = await stack.jaeger.search({ service: 'shop', limit: 9000 });
  const isWhole = (trace: JaegerTrace): boolean => new Set(trace.spans.map(({ spanID }) => spanID)).size === 2;
  return new Set(traces.filter(isWhole).map(({ traceID }) => traceID));
}

async function missingTraces(stack: Stack, ids: readonly string[]): Promise<string[]> {
  const stored = await storedTraces(stack);
  return ids.filter((id) => !stored.has(id));
}

async function allTracesArrive(stack: Stack, ids: readonly string[], deadlineMs = 40_000): Promise<void> {
  await eventually(
    async () => {
      const missing = await missingTraces(stack, ids);
      if (missing.length > 0) throw new Error(`${missing.length} of ${ids.length} traces are not in Jaeger`);
      return true;
    },
    deadlineMs,
    250,
  );
}

/** The cumulative `http.server.request.duration` of one process. Each call is one more sample. */
function requestCounter(stack: Stack): { send(): Promise<void>; allArrive(): Promise<void> } {
  const startTimeMs = Date.now() - 1000;
  let count = 0;
  return {
    async send() {
      count += 1;
      const body = requestDurationRequest('shop', { route: '/orders/{id}', count, startTimeMs, timeMs: Date.now(), resource: RESOURCE });
      await eventually(() => sendOtlp(stack.urls.otlpHttp, 'metrics', body));
    },
    async allArrive() {
      await eventually(
        async () => {
          const [samples] = await stack.prometheus.query(
            'count_over_time(http_server_request_duration_seconds_count{service_name="shop"}[1h])',
          );
          const [last] = await stack.prometheus.query(
            'last_over_time(http_server_request_duration_seconds_count{service_name="shop"}[1h])',
          );
          if (samples?.value === count && last?.value === count) return true;
          throw new Error(`Prometheus has ${samples?.value} of ${count} samples, the last is ${last?.value}`);
        },
        40_000,
        250,
      );
    },
  };
}

/** Call `send` ten times a second for so long. */
async function keepSending(durationMs: number, send: () => Promise<void>): Promise<void> {
  const end = performance.now() + durationMs;
  while (performance.now() < end) {
    await send();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

stackTest('a request is found as a trace, as metrics under one name, by an exemplar and on the Monitor page', {}, async (stack) => {
  const [id] = (await sendTraces(stack, 1)) as [string];
  const counter = requestCounter(stack);
  await counter.send();
  assert.ok(await sendOtlp(stack.urls.otlpHttp, 'logs', logsRequest('shop', ['order 7 is paid'])));

  const trace = await eventually(() => stack.jaeger.trace(id));
  assert.deepEqual(trace.spans.map((span) => span.operationName).sort(), ['GET /orders/{id}', 'SELECT orders']);

  await counter.allArrive();
  const [duration] = await stack.prometheus.query('http_server_request_duration_seconds_count');
  assert.equal(duration?.labels['service_name'], 'shop');
  assert.equal(duration?.labels['service_instance_id'], 'shop-1');
  assert.equal(duration?.labels['http_route'], '/orders/{id}');

  const calls = await eventually(async () => {
    const samples = await stack.prometheus.query('traces_span_metrics_calls_total{span_kind="SPAN_KIND_SERVER"}');
    return samples.length > 0 && samples;
  });
  assert.equal(calls.length, 1);
  assert.equal(calls[0]?.labels['http_route'], '/orders/{id}');
  assert.equal(calls[0]?.labels['service_name'], 'shop');
  assert.equal(calls[0]?.labels['instance'], undefined, 'span metrics are those of a service');
  assert.equal(calls[0]?.labels['collector_instance_id'], undefined, 'a restart of the Collector begins no new series');

  const [exemplar] = await eventually(async () => {
    const exemplars = await stack.prometheus.queryExemplars(
      'traces_span_metrics_duration_milliseconds_bucket{span_kind="SPAN_KIND_SERVER"}',
    );
    return exemplars.length > 0 && exemplars;
  });
  assert.equal(exemplar?.labels['trace_id'], id);

  // Rates need two samples, so something must go on happening.
  for (const what of ['calls', 'errors', 'latencies'] as const) {
    await eventually(
      async () => {
        await sendTraces(stack, 1, { error: 'boom' });
        return (await stack.jaeger.monitor('shop', what)).some((value) => value > 0);
      },
      30_000,
      500,
    );
  }

  // What Grafana asks when somebody goes from a span to its figures; the tags are empty when it knows none.
  for (const { name, query } of metricsQueries) {
    for (const tags of ['', 'span_name="GET /orders/{id}"']) {
      const samples = await stack.prometheus.query(query.replace('$$__tags', tags));
      const spans = samples.map(({ labels }) => `${labels['service_name']} ${labels['span_name']}`).sort();
      assert.deepEqual([...new Set(spans)].slice(0, 1), ['shop GET /orders/{id}'], `${name}: ${tags}`);
    }
  }

  const [line] = await eventually(async () => {
    const lines = await stack.loki.lines('{service_name="shop"}');
    return lines.length > 0 && lines;
  });
  assert.equal(line?.line, 'order 7 is paid');
  assert.equal(line?.metadata['severity_text'], 'INFO');
  await eventually(async () => (await stack.collectorMetric('otelcol_exporter_sent_log_records_total')) === 1);
  await nothingLostInCollector(stack);

  // Once the Collector's own metrics are there too: no second name, no figures of the servers' own requests.
  await eventually(
    async () => (await stack.prometheus.query('otelcol_process_uptime_seconds_total{job="otel-collector"}')).length === 1,
    30_000,
    250,
  );
  const names = await stack.prometheus.names();
  const isOfPrometheus = (name: string): boolean => /^(prometheus|alertmanager|net_conntrack|go)_/.test(name);
  assert.deepEqual(names.filter((name) => /duration.*_count$/.test(name) && !isOfPrometheus(name)).sort(), [
    'http_server_request_duration_seconds_count',
    'traces_span_metrics_duration_milliseconds_count',
  ]);
  assert.deepEqual(
    names.filter((name) => name.includes('.')),
    [],
  );
  const targets = await stack.prometheus.query('target_info{job!="otel-collector"}');
  assert.deepEqual(
    targets.map(({ labels }) => labels['instance']),
    ['shop-1'],
    'span metrics make no target of their own',
  );
  assert.deepEqual(await stack.prometheus.query('{__name__=~"http_.*|rpc_.*", job="otel-collector"}'), []);
  assert.deepEqual(await stack.jaeger.services(), ['shop'], 'Jaeger does not trace itself');
});

/** Wherever `CANARY` stands is what must not be stored. */
const SECRETS: Attributes = {
  'user.password': 'CANARY',
  'http.request.header.authorization': ['Basic CANARY'],
  'http.request.header.x-auth-token': ['CANARY'],
  'http.request.header.x-forwarded': ['Bearer CANARY0123456789'],
  accessToken: 'CANARY',
  pwd: 'CANARY',
  jwt: 'CANARY',
  'multi.password': 'CANARY\nCANARY',
  'url.full': 'https://user:CANARY@shop.example/orders?token=CANARY&page=2',
  'url.query': 'access_token=CANARY&page=2',
  'url.query.later': 'page=2&api-key=CANARY',
  'url.oauth': 'https://shop.example/callback?client_secret=CANARY&code=CANARY01',
  'url.signed': 'https://bucket.example/o?X-Amz-Security-Token=CANARY&X-Amz-Signature=CANARY01',
  'url.private': 'https://git.example/api?private_token=CANARY',
  'url.slash': 'postgres://app:CANARY/CANARY@db.example/app',
  'url.token': 'https://CANARY0123456789@git.example/r.git',
  nested: { user: { password: 'CANARY', name: 'ann' } },
  'list.of.maps': [{ password: 'CANARY' }],
  'json.text': '{"password":"CANARY","apiKey": "CANARY CANARY"}',
  'json.headers': '{"set-cookie":["sid=CANARY; Path=/"],"x-api-key":["CANARY"]}',
  'json.in.json': '{"body":"{\\"clientSecret\\":\\"CANARY\\"}"}',
  'form.text': 'user[password]=CANARY&user%5Bpassword%5D=CANARY',
  'text.named': "login failed: password=CANARY, token: Bearer CANARY0123456789, secret = 'CANARY CANARY'",
  'text.key': 'private_key: -----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----',
  'text.cookie': 'Cookie: theme=dark; token=CANARY; sid=CANARY',
  'connection.text': 'Server=db;User Id=sa;Password=CANARY;',
  'connection.storage': 'AccountName=shop;AccountKey=CANARY==;EndpointSuffix=example',
  'command.line': 'node app.js --password CANARY --api-key=CANARY',
  'command.quoted': 'login --password "CANARY CANARY" --token Bearer CANARY0123456789 --db-secret \'CANARY CANARY\'',
  'command.args': ['node', '--db-password', 'CANARY', '--token=CANARY'],
  telegram: 'https://api.telegram.org/bot123456789:AA_CANARY_not_a_real_one_0123456789_XYZ/getMe',
  google: 'AIzaCANARY0123456789abcdefghijklmno',
  npm: 'npm_CANARY0123456789abcdefghij',
  aws: 'AKIACANARYCANARY0000',
  slack: 'https://hooks.slack.com/services/T00000000/B00000000/CANARY',
  message: 'eyJCANARYCANARY.eyJCANARYCANARY.CANARY',
  note: 'paid by CANARY@163.com and ca.CANARY@shop.example',
};
const KEPT: Attributes = {
  'gen_ai.usage.input_tokens': 12,
  'gen_ai.token.type': 'input',
  'started.at': 1732100000000,
  'order.id': 'o-4711',
  'order.uuid': '41234567-1234-4123-8123-123456789012',
  'url.path': '/static/logo@2x.png',
  'url.sorted': 'https://shop.example/?key=shoes&sort=asc',
  'url.port': 'http://svc:8080/a@b/c',
  repository: 'git@github.com:org/repo.git',
  plan: 'Basic Subscription',
  'http.auth': 'basic validation failed, bearer authentication failed',
  'db.error': 'Access denied (using password: YES)',
  'stack.line': 'at app@1.2.3',
  passwordless: 'true',
  secretary: 'Ann',
  'cookie.consent': 'yes',
  'authorization.result': 'denied',
  next_page_token: 'page-2',
  'aws.secretsmanager.secret.arn': 'arn:aws:secretsmanager:eu:1:secret:x',
};

stackTest('secrets that reach the Collector do not reach the stores, and what only looks like them does', {}, async (stack) => {
  const traceId = newTraceId();
  const [server] = request(traceId, { error: 'refused: Authorization: Bearer CANARY0123456789, password=CANARY' }) as [TestSpan];
  const span: TestSpan = {
    ...server,
    name: 'GET /orders?token=CANARY',
    traceState: 'vendor=eyJCANARYCANARY',
    attributes: { ...server.attributes, ...SECRETS, ...KEPT, card: '4111 1111 1111 1111 or 4111-1111-1111-1111 or 4111111111111111' },
    events: [{ name: 'login password=CANARY', attributes: { 'exception.message': 'authentication failed: pwd=CANARY' } }],
  };
  const statements = [
    [
      `INSERT INTO "Users2" (id, t1.name) VALUES ($1, 'it''s CANARY', -1111) LIMIT 10`,
      'INSERT INTO "Users2" (id, t1.name) VALUES ($1, ?, -?) LIMIT ?',
    ],
    ["UPDATE users SET name = 'CANARY is cut o", 'UPDATE users SET name = ?'],
    ['SELECT * FROM users WHERE name = "CANARY" AND id IN (1111,1111)', 'SELECT * FROM users WHERE name = ? AND id IN (?,?)', 'mysql'],
  ].map(([sent, stored, system = 'postgresql']) => {
    const attributes = { 'db.system.name': system, 'db.query.text': sent as string, 'db.statement': sent as string };
    return { stored, span: { ...server, spanId: newSpanId(), attributes } };
  });
  const resource = { 'service.secret': 'CANARY', 'process.command_args': ['node', '--password=CANARY'], meta: { api_key: 'CANARY' } };
  // Often, for the order of the patterns is another one each time.
  const again = Array.from({ length: 50 }, () => ({ ...span, spanId: newSpanId() }));
  assert.ok(
    await sendOtlp(
      stack.urls.otlpHttp,
      'traces',
      tracesRequest('shop', [span, ...again, ...statements.map((statement) => statement.span)], resource),
    ),
  );

  const trace = await eventually(() => stack.jaeger.trace(traceId));
  const stored = JSON.stringify(trace);
  const leaks = [...stored.matchAll(/.{0,60}(?:CANARY|1111).{0,20}/g)].map(([place]) => place);
  assert.deepEqual([...new Set(leaks)], []);
  const tagsOf = (spanId: string): Record<string, unknown> =>
    Object.fromEntries(trace.spans.find(({ spanID }) => spanID === spanId)?.tags.map(({ key, value }) => [key, value]) ?? []);
  const tags = tagsOf(span.spanId);
  assert.deepEqual(Object.fromEntries(Object.keys(KEPT).map((key) => [key, tags[key]])), KEPT);
  assert.equal(tags['otel.status_description'], 'refused: Authorization: ****, ****');
  assert.equal(tags['w3c.tracestate'], 'vendor=****');
  assert.equal(trace.spans.find(({ spanID }) => spanID === span.spanId)?.operationName, 'GET /orders?****');
  for (const {
    stored: expected,
    span: { spanId },
  } of statements) {
    assert.equal(tagsOf(spanId)['db.query.text'], expected);
    assert.equal(tagsOf(spanId)['db.statement'], expected);
  }
  assert.doesNotMatch(stored, /signalbox\./);
});

stackTest('points that differ only in a masked value are added up, and those of others stay apart', {}, async (stack) => {
  const points = [
    { value: 10, attributes: { customer: 'ann@shop.example' } },
    { value: 20, attributes: { customer: 'bob@shop.example' } },
    { value: 1, attributes: { customer: 'c-4711' } },
  ];
  assert.ok(await sendOtlp(stack.urls.otlpHttp, 'metrics', pointsRequest('shop', 'orders', 'sum', points)));
  assert.ok(await sendOtlp(stack.urls.otlpHttp, 'metrics', pointsRequest('shop', 'open', 'gauge', points)));
  const byCustomer = async (name: string): Promise<Record<string, number> | false> => {
    const samples = await stack.prometheus.query(name);
    return samples.length > 0 && Object.fromEntries(samples.map(({ labels, value }) => [labels['customer'], value]));
  };
  assert.deepEqual(await eventually(() => byCustomer('orders_total')), { '****': 30, 'c-4711': 1 });
  assert.deepEqual(await eventually(() => byCustomer('open')), { '****': 20, 'c-4711': 1 });
});

stackTest(
  'a slow or failed request that lasts longer than the decision wait is kept',
  { tailSamplingPercentage: 0, maxWaitMs: 60_000 },
  async (stack) => {
    const traces = Array.from({ length: 20 }, (_, i) =>
      request(newTraceId(), i % 2 === 0 ? { durationMs: 7000 } : { error: 'upstream timeout' }),
    );
    const send = (spans: TestSpan[]): Promise<true> =>
      eventually(() => sendOtlp(stack.urls.otlpHttp, 'traces', tracesRequest('shop', spans)) as Promise<true>);
    await send(traces.map(([, child]) => ({ ...(child as TestSpan), durationMs: 10 })));
    // What has come whole is decided meanwhile, and one second later what came before it would be too.
    await allTracesArrive(stack, await sendTraces(stack, 1, { error: 'boom' }));
    await allTracesArrive(stack, await sendTraces(stack, 1, { error: 'boom' }));
    await send(traces.map(([server]) => server as TestSpan));
    await allTracesArrive(
      stack,
      traces.map(([server]) => (server as TestSpan).traceId),
    );
    await nothingLostInCollector(stack);
  },
);

stackTest(
  'a trace whose first span never comes is decided at the end of the longest wait',
  { decisionWaitMs: 120_000, maxWaitMs: 1000 },
  async (stack) => {
    const [, child] = request(newTraceId()) as [TestSpan, TestSpan];
    assert.ok(await sendOtlp(stack.urls.otlpHttp, 'traces', tracesRequest('shop', [child])));
    await eventually(() => stack.jaeger.trace(child.traceId));
  },
);

stackTest(
  'with 10 percent, every failed and every slow trace is kept, and few of the others',
  { tailSamplingPercentage: 10 },
  async (stack, t) => {
    const failed = await sendTraces(stack, 100, { error: 'boom' });
    const slow = await sendTraces(stack, 100, { durationMs: 1200 });
    const others = await sendTraces(stack, 400);
    await allTracesArrive(stack, [...failed, ...slow]);
    await eventually(
      async () => (await stack.collectorMetric('otelcol_processor_tail_sampling_global_count_traces_sampled_total')) === 600,
    );
    const sampled = await stack.collectorMetric('otelcol_processor_tail_sampling_global_count_traces_sampled_total', {
      decision: 'sampled',
    });
    await eventually(async () => (await storedTraces(stack)).size === sampled);
    const kept = others.length - (await missingTraces(stack, others)).length;
    t.diagnostic(`kept ${kept} of ${others.length} at 10 %`);
    assert.ok(kept > 0 && kept < others.length / 2, `kept ${kept} of ${others.length}`);
    const [calls] = await eventually(async () => {
      const samples = await stack.prometheus.query('sum(traces_span_metrics_calls_total{span_kind="SPAN_KIND_SERVER"})');
      return samples[0]?.value === 600 && samples;
    });
    assert.equal(calls?.value, 600, 'span metrics count before sampling');
  },
);

stackTest('while Jaeger is away nothing that was acknowledged is lost', {}, async (stack, t) => {
  await stack.jaeger.stop();
  const ids: string[] = [];
  await keepSending(OUTAGE_MS, async () => void ids.push(...(await sendTraces(stack, 5))));
  await stack.jaeger.start();
  const back = performance.now();
  ids.push(...(await sendTraces(stack, 5)));
  await allTracesArrive(stack, ids);
  t.diagnostic(
    `${ids.length} traces, away ${OUTAGE_MS / 1000} s, complete ${((performance.now() - back) / 1000).toFixed(1)} s after its return`,
  );
  await nothingLostInCollector(stack);
});

stackTest('while Prometheus is away no sample that was acknowledged is lost', {}, async (stack, t) => {
  const counter = requestCounter(stack);
  await counter.send();
  await counter.allArrive();
  await stack.prometheus.stop();
  let samples = 0;
  await keepSending(OUTAGE_MS, async () => {
    await counter.send();
    samples += 1;
  });
  await stack.prometheus.start();
  const back = performance.now();
  await counter.send();
  await counter.allArrive();
  t.diagnostic(
    `${samples + 2} samples, away ${OUTAGE_MS / 1000} s, complete ${((performance.now() - back) / 1000).toFixed(1)} s after its return`,
  );
  await nothingLostInCollector(stack);
});

stackTest(
  'a Collector stopped by SIGTERM with a full queue and undecided traces loses nothing',
  { decisionWaitMs: 10_000 },
  async (stack, t) => {
    const counter = requestCounter(stack);
    await stack.jaeger.stop();
    await stack.prometheus.stop();
    const ids: string[] = [];
    // Senders do not stop for it: what is not acknowledged they send again.
    const sending = keepSending(OUTAGE_MS, async () => {
      ids.push(...(await sendTraces(stack, 5)));
      await counter.send();
    });
    await eventually(() => ids.length >= 50);
    const stopping = performance.now();
    await stack.collector.stop('SIGTERM');
    const took = performance.now() - stopping;
    await stack.collector.start();
    const queued = await stack.collectorMetric('otelcol_exporter_queue_size', { exporter: 'otlp_grpc/jaeger' });
    assert.ok(queued !== undefined && queued > 0, 'the undecided traces are in the queue');
    await sending;
    // Once more: what was being sent at that moment must be on the disk too.
    await stack.collector.stop('SIGTERM');
    await stack.collector.start();
    await Promise.all([stack.jaeger.start(), stack.prometheus.start()]);
    await allTracesArrive(stack, ids);
    await counter.allArrive();
    t.diagnostic(`${ids.length} traces, queue ${queued} bytes, stopped in ${took.toFixed(0)} ms`);
    await nothingLostInCollector(stack);
  },
);

stackTest(
  'kill -9 of the Collector loses undecided traces at most: what is in the queue is kept',
  { decisionWaitMs: 2000 },
  async (stack, t) => {
    await stack.jaeger.stop();
    const decided: string[] = [];
    for (let i = 0; i < 20; i += 1) decided.push(...(await sendTraces(stack, 5)));
    await eventually(
      async () => (await stack.collectorMetric('otelcol_processor_tail_sampling_global_count_traces_sampled_total')) === decided.length,
    );
    const undecided = await sendTraces(stack, 50);
    await stack.collector.stop('SIGKILL');
    await stack.collector.start();
    await stack.jaeger.start();
    const after = await sendTraces(stack, 5);
    await allTracesArrive(stack, [...decided, ...after]);
    const lost = await missingTraces(stack, undecided);
    t.diagnostic(`lost ${lost.length} of ${undecided.length} undecided traces, 0 of ${decided.length} decided ones`);
    await nothingLostInCollector(stack);
  },
);

stackTest(
  'a full queue holds senders back instead of dropping what was acknowledged',
  { collectorEnv: { OTELCOL_QUEUE_BYTES: '100000' } },
  async (stack, t) => {
    await stack.jaeger.stop();
    const acknowledged: string[] = [];
    // A sender that gives up waiting: what it sent does not count as acknowledged.
    await eventually(
      async () => {
        const ids = Array.from({ length: 20 }, newTraceId);
        const body = tracesRequest(
          'shop',
          ids.flatMap((id) => request(id)),
        );
        if (!(await sendOtlp(stack.urls.otlpHttp, 'traces', body, 2000))) return true;
        acknowledged.push(...ids);
        return false;
      },
      60_000,
      50,
    );
    await stack.jaeger.start();
    await allTracesArrive(stack, acknowledged);
    t.diagnostic(`${acknowledged.length} traces were acknowledged until a sender was held back; all are stored`);
  },
);

stackTest("the container's health check succeeds while the Collector is ready and fails when it is not", {}, async (stack) => {
  // The same command with another program: Jaeger is built on the Collector and, like the image, can fetch a configuration by HTTP.
  const check = (): number | null =>
    run(binaryOf('jaeger', 'jaeger'), ['validate', `--config=${shipped('jaeger/config.yaml')}`, `--config=${stack.urls.collectorHealth}`])
      .code;
  assert.equal(check(), 0);
  await stack.collector.stop();
  assert.notEqual(check(), 0);
  const { test: [, program, ...args] = [] } = compose.services['prometheus']?.healthcheck ?? {};
  assert.equal(program, 'promtool');
  const ready = args.map((arg) => arg.replace('http://127.0.0.1:9090', stack.urls.prometheus));
  assert.equal(run(binaryOf('prometheus', 'promtool'), ready).code, 0);
  await stack.prometheus.stop();
  assert.notEqual(run(binaryOf('prometheus', 'promtool'), ready).code, 0);
  const { test: [, , ...lokiArgs] = [] } = compose.services['loki']?.healthcheck ?? {};
  const lokiReady = lokiArgs.map((arg) => arg.replace('http://127.0.0.1:3100', stack.urls.loki));
  assert.equal(run(binaryOf('loki', 'loki'), lokiReady).code, 0);
  await stack.loki.stop();
  assert.notEqual(run(binaryOf('loki', 'loki'), lokiReady).code, 0);
});
