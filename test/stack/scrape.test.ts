/** One application, scraped by a real Prometheus and pushed into the same by OTLP: the names and labels are the same. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROGRAMS, startProgram } from '../e2e/kit/run-program.ts';
import { createServer } from './kit/server-process.ts';
import { binaryOf, skipWithout } from './kit/servers.ts';
import { eventually } from './kit/eventually.ts';
import { parseByPython, skipWithoutPython } from './kit/python-parsers.ts';
import { prometheusQueries } from './kit/queries.ts';
import { reservePorts } from './kit/reserve-ports.ts';
import { startScraper } from './kit/scraper.ts';
import { startWatchdog } from './kit/watchdog.ts';

/** Of a scrape itself, and what only one of the two ways has. */
const OF_THE_WAY = /^(up|scrape_.*|target_info)$/;

test('metrics have the same names and labels by scrape and by OTLP, exemplars too', { skip: skipWithout('prometheus') }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-scrape-'));
  const watchdog = startWatchdog(folder);
  const reserved = await reservePorts(2);
  const [port, opsPort] = reserved.ports;
  const base = `http://127.0.0.1:${port}`;
  writeFileSync(
    join(folder, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: '1s' },
      scrape_configs: [{ job_name: 'scraped', static_configs: [{ targets: [`127.0.0.1:${opsPort}`] }] }],
    }),
  );
  const prometheus = createServer(
    {
      name: 'prometheus',
      file: binaryOf('prometheus', 'prometheus'),
      args: [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`, '--web.enable-otlp-receiver', '--enable-feature=exemplar-storage'], // prettier-ignore
      env: {},
      cwd: folder,
      readyUrl: `${base}/-/ready`,
    },
    watchdog,
  );
  await prometheus.start();
  const running = startProgram({
    program: `${PROGRAMS}/ops/metrics.cjs`,
    env: {
      OTEL_SERVICE_NAME: 'pushed',
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${base}/api/v1/otlp/v1/metrics`,
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_METRIC_EXPORT_TIMEOUT: '1000',
      SIGNALBOX_OPS_PORT: String(opsPort),
    },
  });
  t.after(async () => {
    running.kill('SIGKILL');
    await running.ended;
    await prometheus.stop();
    reserved.release();
    watchdog.dismiss();
    rmSync(folder, { recursive: true, force: true });
  });
  const [, own] = await running.output(/port (\d+)/);
  await (await fetch(`http://127.0.0.1:${own}/orders`)).text();

  const { query, queryExemplars } = prometheusQueries(base);
  const seriesOf = async (job: string): Promise<Set<string>> => {
    const found = await query(`{job="${job}",__name__=~".+"}`);
    const shapes = found.map(({ labels: { __name__: name = '', job: _job, instance: _instance, ...labels } }) => [
      name,
      Object.keys(labels).sort().join(),
    ]);
    return new Set(shapes.filter(([name = '']) => !OF_THE_WAY.test(name)).map(([name, labels]) => `${name}{${labels}}`));
  };
  await eventually(async () => (await query('http_server_request_duration_seconds_count')).length === 2 && (await query('otel_sdk_exporter_metric_data_point_exported_total')).length >= 2); // prettier-ignore
  await eventually(async () => {
    const [scraped, pushed] = [await seriesOf('scraped'), await seriesOf('pushed')];
    assert.deepEqual([...scraped].sort(), [...pushed].sort());
    return true;
  });
  const shapes = await seriesOf('scraped');
  for (const shape of [
    'orders_placed_total{shop}',
    'order_duration_seconds_bucket{le}',
    'http_server_request_duration_seconds_sum{http_request_method,http_response_status_code,network_protocol_version,url_scheme}',
  ])
    // prettier-ignore
    assert.ok(shapes.has(shape), `${shape} is not among ${[...shapes].join(' ')}`);

  const { traceId } = JSON.parse(running.stdout.split('\n').find((line) => line.includes('"order"')) ?? '{}').record as { traceId: string };
  await eventually(async () => {
    const exemplars = await queryExemplars('order_duration_seconds_bucket');
    const jobs = exemplars.filter(({ labels }) => labels['trace_id'] === traceId).map(({ seriesLabels }) => seriesLabels['job']);
    return jobs.includes('scraped') && jobs.includes('pushed');
  });
});

test(
  '10,000 series of an application are scraped whole, and read by the parsers of Python',
  { skip: skipWithout('prometheus') },
  async (t) => {
    const reserved = await reservePorts(1);
    const address = `127.0.0.1:${reserved.ports[0]}`;
    const running = startProgram({
      program: `${PROGRAMS}/ops/many-series.cjs`,
      env: {
        OTEL_SERVICE_NAME: 'many',
        OTEL_METRICS_EXPORTER: 'prometheus',
        OTEL_TRACES_EXPORTER: 'console',
        OTEL_LOGS_EXPORTER: 'none',
        SIGNALBOX_OPS_PORT: String(reserved.ports[0]),
      },
    });
    const scraper = await startScraper({ many: address });
    t.after(async () => {
      running.kill('SIGTERM');
      await Promise.allSettled([running.ended, scraper.stop()]);
      reserved.release();
    });
    await running.output(/recorded/);
    const valueOf = async (expression: string): Promise<number | undefined> => (await scraper.query(expression))[0]?.value;
    await eventually(async () => ((await valueOf('scrape_samples_post_metric_relabeling')) ?? 0) > 10_000);
    assert.equal(await valueOf('up'), 1);
    assert.equal(await valueOf('count({__name__=~"orders_region.*_total"})'), 10_000);
    assert.equal(await valueOf('sum({__name__=~"orders_region.*_total"})'), 20 * ((499 * 500) / 2));
    await eventually(async () => (await scraper.queryExemplars('order_duration_seconds_bucket')).length === 1);

    for (const format of ['text', 'openmetrics'] as const)
      await t.test(`as ${format}`, { skip: skipWithoutPython }, async () => {
        const accept = format === 'text' ? 'text/plain' : 'application/openmetrics-text; version=1.0.0';
        const response = await fetch(`http://${address}/metrics`, { headers: { accept } });
        const { samples, exemplars } = parseByPython(await response.text(), format);
        assert.ok(samples > 10_000, `${samples} samples`);
        assert.equal(exemplars, format === 'text' ? 0 : 1);
      });
  },
);
