/**
 * Logs to Elasticsearch: otel-collector/elk.yaml, docker-compose.elk.yml and examples/filebeat. Elasticsearch, Filebeat and
 * the Collector's exporter cannot be built here: what goes into them is checked against what they publish.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { test, type TestContext } from 'node:test';

import { parse, stringify } from 'yaml';

import { ECS_ROOTS } from '../../src/app/logging/render-ecs.ts';
import { startProgram } from '../e2e/kit/run-program.ts';
import { ecsFaults } from './kit/ecs.ts';
import { documentsOf, settingFaults, type LogsRequest } from './kit/elasticsearch-exporter.ts';
import { eventually } from './kit/eventually.ts';
import { binaryOf, skipWithout } from './kit/servers.ts';
import { shipped, startStack } from './kit/start-stack.ts';

const read = (path: string): string => readFileSync(shipped(path), 'utf8');

interface Overlay {
  exporters: Record<string, Record<string, unknown>>;
  service: { pipelines: { logs: { exporters: string[] } } };
}
const readOverlay = (): Overlay => parse(read('otel-collector/elk.yaml')) as Overlay;

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-elk-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The overlay with an exporter that is there, in place of the one that is not; its queue stays. @returns the path. */
function writeOverlay(folder: string, endpoint: string): string {
  const overlay = readOverlay();
  const { sending_queue } = overlay.exporters['elasticsearch'] ?? {};
  overlay.exporters = { 'otlp_http/elasticsearch': { endpoint, encoding: 'json', compression: 'none', sending_queue } };
  overlay.service.pipelines.logs.exporters = ['otlp_http/elasticsearch'];
  const path = join(folder, 'elk.yaml');
  writeFileSync(path, stringify(overlay));
  return path;
}

async function runProgram(env: Readonly<Record<string, string>>): Promise<void> {
  const running = startProgram({
    program: shipped('test/stack/programs/log-everything.cjs'),
    env: {
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=market,deployment.environment.name=test,team=checkout',
      ...env,
    },
  });
  const [, port] = await running.output(/port (\d+)/);
  await (await fetch(`http://127.0.0.1:${port}/`)).text();
  running.kill('SIGTERM');
  await running.ended;
}

type Document = Record<string, unknown>;
function find(documents: readonly Document[], message: string): Document {
  const found = documents.find((document) => String(document['message']).startsWith(message));
  assert.ok(found, message);
  return found;
}

test("the exporter's settings are those of its published schema", () => {
  const { exporters } = readOverlay();
  assert.deepEqual(Object.keys(exporters), ['elasticsearch']);
  assert.deepEqual(settingFaults(exporters['elasticsearch'] ?? {}), []);
  assert.deepEqual(settingFaults({ mapping: { mode: 'ecs' }, retry: { max_interval: 3 } }), [
    'mapping.mode is no setting',
    'retry.max_interval must be duration, it is 3',
  ]);
});

test('the Collector accepts the overlay, its queue and its statements', { skip: skipWithout('collector') }, (t) => {
  const folder = temporaryFolder(t);
  const configs = [shipped('otel-collector/config.yaml'), writeOverlay(folder, 'http://127.0.0.1:1')];
  const { status, stderr } = spawnSync(binaryOf('collector', 'otelcol'), ['validate', ...configs.map((path) => `--config=${path}`)], {
    env: { OTELCOL_QUEUE_DIRECTORY: folder },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});

test('names that stand below `fields` are the same by the Collector and by LOG_FORMAT=ecs', () => {
  const [, list = ''] = /"\^\(([@\w|]+)\)\(/.exec(read('otel-collector/elk.yaml')) ?? [];
  assert.deepEqual(list.split('|').sort(), [...ECS_ROOTS].sort());
});

test(
  'records that the Collector hands to the exporter are valid ECS',
  { skip: skipWithout('collector', 'jaeger', 'prometheus', 'alertmanager', 'loki'), timeout: 60_000 },
  async (t) => {
    const requests: LogsRequest[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        requests.push(JSON.parse(body) as LogsRequest);
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await using stack = await startStack({
      collectorArgs: ['--config', writeOverlay(temporaryFolder(t), `http://127.0.0.1:${port}`)],
    });
    await runProgram({ OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp, LOG_OUTPUT: 'otlp' });
    const documents = await eventually(() => {
      const found = requests.flatMap(documentsOf);
      return found.length >= 407 && found;
    });
    assert.equal(documents.length, 407);
    for (const { mode, document } of documents) {
      assert.equal(mode, 'ecs');
      assert.deepEqual(ecsFaults(document), [], JSON.stringify(document).slice(0, 2000));
    }
    const all = documents.map(({ document }) => document);
    const failed = find(all, 'payment failed');
    assert.deepEqual(
      [failed['log.logger'], failed['log.level'], failed['error.type'], failed['error.message'], failed['error.code']],
      ['orders', 'error', 'PaymentError', 'declined', 'E_DECLINED'],
    );
    assert.match(String(failed['error.stack_trace']), /PaymentError: declined/);
    assert.equal(failed['service.environment'], 'test');
    const roots = find(all, 'roots');
    assert.deepEqual([roots['fields.user'], roots['fields.host'], roots['user.id']], ['ann', 3, '42']);
    const access = find(all, 'GET / 200');
    assert.deepEqual([access['http.request.method'], access['url.path'], access['http.response.status_code']], ['GET', '/', 200]);
    assert.equal(typeof access['event.duration'], 'number');
    assert.equal(access['http.request.id'], failed['http.request.id']);
  },
);

test('each line of the files that Filebeat reads is valid ECS', async (t) => {
  const folder = temporaryFolder(t);
  await runProgram({ LOG_OUTPUT: 'none', LOG_FORMAT: 'ecs', LOG_DIR: folder, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }); // prettier-ignore
  const [input] =
    (parse(read('examples/filebeat/filebeat.yml')) as Record<string, Array<Record<string, unknown>>>)['filebeat.inputs'] ?? [];
  assert.deepEqual(input?.['parsers'], [{ ndjson: { target: '', overwrite_keys: true, expand_keys: true, add_error_key: true } }]);
  const globs = ((input?.['paths'] ?? []) as string[]).map((path) => path.replace('/var/log/shop', folder));
  const files = readdirSync(folder).map((name) => join(folder, name));
  const followed = files.filter((file) => globs.some((glob) => matchesGlob(file, glob)));
  assert.equal(followed.length, 2, `${files.join(' ')} by ${globs.join(' ')}`);

  const documents = followed.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    assert.ok(text.endsWith('\n'));
    return text.trimEnd().split('\n').map((line) => JSON.parse(line) as Document); // prettier-ignore
  });
  assert.equal(documents.length, 407, 'each record once');
  for (const document of documents) assert.deepEqual(ecsFaults(document), [], JSON.stringify(document).slice(0, 2000));
  const failed = find(documents, 'payment failed');
  assert.deepEqual([failed['error.type'], failed['error.code'], failed['log.logger']], ['PaymentError', 'E_DECLINED', 'orders']);
  assert.match(String(failed['trace.id']), /^[\da-f]{32}$/);
});

test('docker-compose.elk.yml opens Kibana on loopback only, has no password, and every service has its limits', () => {
  type Service = {
    image?: string;
    ports?: string[];
    mem_limit?: string;
    cap_drop?: string[];
    user?: string;
    environment?: Record<string, string>;
  };
  const { services } = parse(read('docker-compose.elk.yml'), { merge: true }) as { services: Record<string, Service> };
  assert.deepEqual(Object.values(services).flatMap(({ ports = [] }) => ports), ['127.0.0.1:5601:5601']); // prettier-ignore
  for (const [name, { image, mem_limit, cap_drop, user }] of Object.entries(services)) {
    if (image === undefined) continue;
    assert.match(image, /:\d+\.\d+\.\d+$/, name);
    assert.match(mem_limit ?? '', /^\d+[mg]$/, name);
    assert.deepEqual([cap_drop, user], [['ALL'], '1000:0'], name);
  }
  const releases = new Set(Object.values(services).flatMap(({ image }) => image?.split(':').slice(1) ?? []));
  assert.equal(releases.size, 1, 'Elasticsearch and Kibana must be of one release');
  for (const { environment = {} } of Object.values(services))
    for (const [name, value] of Object.entries(environment)) if (/PASSWORD/.test(name)) assert.match(value, /^\$\{\w+:\?.+\}$/, name);
  const placeholders = [...read('otel-collector/elk.yaml').matchAll(/\$\{env:(\w+):-/g)].map(([, name]) => name);
  for (const name of Object.keys(services['otel-collector']?.environment ?? {})) assert.ok(placeholders.includes(name), name);
});
