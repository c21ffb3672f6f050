/** The Collector, Jaeger, Prometheus and Loki from the shipped files, as processes of their own on free ports. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

import { collectorQueries, jaegerQueries, lokiQueries, prometheusQueries } from './queries.ts';
import type { CollectorMetric, JaegerQueries, LokiQueries, PrometheusQueries } from './queries.ts';
import { reservePorts } from './reserve-ports.ts';
import { createServer } from './server-process.ts';
import type { Server } from './server-process.ts';
import { binaryOf, skipWithout } from './servers.ts';
import { startWatchdog } from './watchdog.ts';

export interface StackOptions {
  /** Share of the traces that are neither failed nor slow. @defaultValue 100 */
  readonly tailSamplingPercentage?: number;
  /** From a trace's first span to its decision; 1000 is the least that counts. @defaultValue 1000 */
  readonly decisionWaitMs?: number;
  /** The same for traces whose first span does not come, as it is when the test itself is the caller. @defaultValue decisionWaitMs */
  readonly maxWaitMs?: number;
  /** More of the Collector's environment. */
  readonly collectorEnv?: Readonly<Record<string, string>>;
  /** More arguments of the Collector, `--set=…` among them. */
  readonly collectorArgs?: readonly string[];
}

export interface StackUrls {
  /** Where OTLP goes: `http://127.0.0.1:<port>`, without a path. */
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  readonly jaegerQuery: string;
  readonly prometheus: string;
  readonly loki: string;
  readonly collectorMetrics: string;
  readonly collectorHealth: string;
}

export interface Stack {
  readonly urls: StackUrls;
  readonly collector: Server;
  readonly jaeger: Server & JaegerQueries;
  readonly prometheus: Server & PrometheusQueries;
  readonly loki: Server & LokiQueries;
  readonly collectorMetric: CollectorMetric;
  /** Holds the queue, Prometheus' data and everything else; gone after `stopAll`. */
  readonly folder: string;
  /** The end of every server's log, for the message of a failure. */
  logs(): string;
  /** Also what `await using` calls. Does nothing the second time. */
  stopAll(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const LOG_TAIL_CHARACTERS = 4000;

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** Path of a file of the project. */
export const shipped = (path: string): string => join(REPOSITORY, path);

/**
 * Start all four and wait until each says that it is ready.
 *
 * @throws {Error} with the end of the log when one does not start; nothing is left running then.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { decisionWaitMs = 1000, maxWaitMs = decisionWaitMs } = options;
  const missing = skipWithout('collector', 'jaeger', 'prometheus', 'loki');
  if (missing) throw new Error(missing);
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-stack-'));
  const watchdog = startWatchdog(folder);
  const reserved = await reservePorts(11);
  const [grpc, http, health, metrics, jaegerOtlp, jaegerQuery, jaegerGrpc, jaegerHealth, prometheusPort, lokiPort, lokiGrpc] =
    reserved.ports;
  const urls: StackUrls = {
    otlpHttp: `http://127.0.0.1:${http}`,
    otlpGrpc: `http://127.0.0.1:${grpc}`,
    jaegerQuery: `http://127.0.0.1:${jaegerQuery}`,
    prometheus: `http://127.0.0.1:${prometheusPort}`,
    loki: `http://127.0.0.1:${lokiPort}`,
    collectorMetrics: `http://127.0.0.1:${metrics}/metrics`,
    collectorHealth: `http://127.0.0.1:${health}/`,
  };

  const collector = createServer(
    {
      name: 'collector',
      file: binaryOf('collector', 'otelcol'),
      args: ['--config', shipped('otel-collector/config.yaml'), ...(options.collectorArgs ?? [])],
      cwd: folder,
      readyUrl: urls.collectorHealth,
      env: {
        OTELCOL_OTLP_GRPC_PORT: String(grpc),
        OTELCOL_OTLP_HTTP_PORT: String(http),
        OTELCOL_HEALTH_PORT: String(health),
        OTELCOL_METRICS_PORT: String(metrics),
        OTELCOL_QUEUE_DIRECTORY: join(folder, 'queue'),
        JAEGER_ENDPOINT: `127.0.0.1:${jaegerOtlp}`,
        PROMETHEUS_ENDPOINT: urls.prometheus,
        LOKI_ENDPOINT: urls.loki,
        SIGNALBOX_TAIL_SAMPLING_PERCENTAGE: String(options.tailSamplingPercentage ?? 100),
        SIGNALBOX_TAIL_SAMPLING_DECISION_WAIT_MS: String(decisionWaitMs),
        SIGNALBOX_TAIL_SAMPLING_MAX_WAIT_MS: String(maxWaitMs),
        SIGNALBOX_SPAN_METRICS_INTERVAL_MS: '1000',
        ...options.collectorEnv,
      },
    },
    watchdog,
  );
  const jaeger = createServer(
    {
      name: 'jaeger',
      file: binaryOf('jaeger', 'jaeger'),
      args: ['--config', shipped('jaeger/config.yaml')],
      cwd: folder,
      readyUrl: `http://127.0.0.1:${jaegerHealth}/status`,
      env: {
        JAEGER_OTLP_GRPC_PORT: String(jaegerOtlp),
        JAEGER_QUERY_HTTP_PORT: String(jaegerQuery),
        JAEGER_QUERY_GRPC_PORT: String(jaegerGrpc),
        JAEGER_HEALTH_PORT: String(jaegerHealth),
        JAEGER_UI_CONFIG: shipped('jaeger/ui.json'),
        PROMETHEUS_ENDPOINT: urls.prometheus,
        // Where it would send traces of its own: a test sees them if they are ever on.
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: urls.otlpGrpc,
      },
    },
    watchdog,
  );
  const prometheus = createServer(
    {
      name: 'prometheus',
      file: binaryOf('prometheus', 'prometheus'),
      args: [
        ...shippedPrometheusFlags(),
        `--config.file=${copyPrometheusConfig(folder, `127.0.0.1:${metrics}`)}`,
        `--storage.tsdb.path=${join(folder, 'prometheus-data')}`,
        `--web.listen-address=127.0.0.1:${prometheusPort}`,
      ],
      cwd: folder,
      readyUrl: `${urls.prometheus}/-/ready`,
      env: {},
    },
    watchdog,
  );

  const loki = createServer(
    {
      name: 'loki',
      file: binaryOf('loki', 'loki'),
      args: [`-config.file=${shipped('loki/config.yaml')}`, '-config.expand-env=true'],
      cwd: folder,
      readyUrl: `${urls.loki}/ready`,
      env: { LOKI_HTTP_PORT: String(lokiPort), LOKI_GRPC_PORT: String(lokiGrpc), LOKI_DIRECTORY: join(folder, 'loki') },
    },
    watchdog,
  );

  const servers = [collector, jaeger, prometheus, loki];
  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    // The Collector first, so that it can hand over what it has; killed all the same if that takes too long.
    const results = [];
    for (const server of servers) results.push(await Promise.allSettled([server.stop()]));
    reserved.release();
    watchdog.dismiss();
    await rm(folder, { recursive: true, force: true });
    const failed = results.flat().find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
  const stopAll = (): Promise<void> => (stopped ??= stop());

  const starts = await Promise.allSettled(servers.map((server) => server.start()));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) {
    await stopAll();
    throw failed.reason;
  }
  return {
    urls,
    collector,
    jaeger: { ...jaeger, ...jaegerQueries(urls.jaegerQuery) },
    prometheus: { ...prometheus, ...prometheusQueries(urls.prometheus) },
    loki: { ...loki, ...lokiQueries(urls.loki) },
    collectorMetric: collectorQueries(urls.collectorMetrics),
    folder,
    logs: () => servers.map((server) => `--- ${server.name}\n${server.log().slice(-LOG_TAIL_CHARACTERS)}`).join('\n'),
    stopAll,
    [Symbol.asyncDispose]: stopAll,
  };
}

/** The flags that docker-compose.yml gives, save those that say where things are: what is tested is what runs. */
function shippedPrometheusFlags(): string[] {
  const compose = parse(readFileSync(shipped('docker-compose.yml'), 'utf8')) as { services: { prometheus: { command: string[] } } };
  return compose.services.prometheus.command.filter((flag) => !/^--(config\.file|storage\.tsdb\.path|web\.listen-address)=/.test(flag));
}

/** Prometheus does not read the environment: a copy of its folder with the one target file pointed to the Collector. */
function copyPrometheusConfig(folder: string, collectorTarget: string): string {
  const config = join(folder, 'prometheus', 'prometheus.yml');
  mkdirSync(join(folder, 'prometheus', 'targets'), { recursive: true });
  copyFileSync(shipped('prometheus/prometheus.yml'), config);
  writeFileSync(join(folder, 'prometheus', 'targets', 'otel-collector.yml'), `- targets: ['${collectorTarget}']\n`);
  return config;
}
