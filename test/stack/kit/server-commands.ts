/** How each server of the stack is started from the shipped files: natively, on ports and in a folder of its own. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

import type { ServerCommand } from './server-process.ts';
import { binaryOf } from './servers.ts';

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

/** What the servers listen on, each with a port of its own. */
export const PORTS = [
  'otlpGrpc',
  'otlpHttp',
  'collectorHealth',
  'collectorMetrics',
  'jaegerOtlp',
  'jaegerQuery',
  'jaegerGrpc',
  'jaegerHealth',
  'prometheus',
  'loki',
  'lokiGrpc',
] as const;

export interface StackPlace {
  readonly folder: string;
  readonly ports: Readonly<Record<(typeof PORTS)[number], string>>;
  readonly urls: StackUrls;
}

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** Path of a file of the project. */
export const shipped = (path: string): string => join(REPOSITORY, path);

/** @param numbers - as many as `PORTS` has. */
export function placeOf(folder: string, numbers: readonly number[]): StackPlace {
  const ports = Object.fromEntries(PORTS.map((name, i) => [name, String(numbers[i])])) as StackPlace['ports'];
  const urls = {
    otlpHttp: `http://127.0.0.1:${ports.otlpHttp}`,
    otlpGrpc: `http://127.0.0.1:${ports.otlpGrpc}`,
    jaegerQuery: `http://127.0.0.1:${ports.jaegerQuery}`,
    prometheus: `http://127.0.0.1:${ports.prometheus}`,
    loki: `http://127.0.0.1:${ports.loki}`,
    collectorMetrics: `http://127.0.0.1:${ports.collectorMetrics}/metrics`,
    collectorHealth: `http://127.0.0.1:${ports.collectorHealth}/`,
  };
  return { folder, ports, urls };
}

export function collectorCommand({ folder, ports, urls }: StackPlace, options: StackOptions): ServerCommand {
  const { decisionWaitMs = 1000, maxWaitMs = decisionWaitMs } = options;
  return {
    name: 'collector',
    file: binaryOf('collector', 'otelcol'),
    args: ['--config', shipped('otel-collector/config.yaml'), ...(options.collectorArgs ?? [])],
    cwd: folder,
    readyUrl: urls.collectorHealth,
    env: {
      OTELCOL_OTLP_GRPC_PORT: ports.otlpGrpc,
      OTELCOL_OTLP_HTTP_PORT: ports.otlpHttp,
      OTELCOL_HEALTH_PORT: ports.collectorHealth,
      OTELCOL_METRICS_PORT: ports.collectorMetrics,
      OTELCOL_QUEUE_DIRECTORY: join(folder, 'queue'),
      JAEGER_ENDPOINT: `127.0.0.1:${ports.jaegerOtlp}`,
      PROMETHEUS_ENDPOINT: urls.prometheus,
      LOKI_ENDPOINT: urls.loki,
      SIGNALBOX_TAIL_SAMPLING_PERCENTAGE: String(options.tailSamplingPercentage ?? 100),
      SIGNALBOX_TAIL_SAMPLING_DECISION_WAIT_MS: String(decisionWaitMs),
      SIGNALBOX_TAIL_SAMPLING_MAX_WAIT_MS: String(maxWaitMs),
      SIGNALBOX_SPAN_METRICS_INTERVAL_MS: '1000',
      ...options.collectorEnv,
    },
  };
}

export function jaegerCommand({ folder, ports, urls }: StackPlace): ServerCommand {
  return {
    name: 'jaeger',
    file: binaryOf('jaeger', 'jaeger'),
    args: ['--config', shipped('jaeger/config.yaml')],
    cwd: folder,
    readyUrl: `http://127.0.0.1:${ports.jaegerHealth}/status`,
    env: {
      JAEGER_OTLP_GRPC_PORT: ports.jaegerOtlp,
      JAEGER_QUERY_HTTP_PORT: ports.jaegerQuery,
      JAEGER_QUERY_GRPC_PORT: ports.jaegerGrpc,
      JAEGER_HEALTH_PORT: ports.jaegerHealth,
      JAEGER_UI_CONFIG: shipped('jaeger/ui.json'),
      PROMETHEUS_ENDPOINT: urls.prometheus,
      // Where it would send traces of its own: a test sees them if they are ever on.
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: urls.otlpGrpc,
    },
  };
}

export function prometheusCommand({ folder, ports, urls }: StackPlace): ServerCommand {
  return {
    name: 'prometheus',
    file: binaryOf('prometheus', 'prometheus'),
    args: [
      ...shippedPrometheusFlags(),
      `--config.file=${copyPrometheusConfig(folder, `127.0.0.1:${ports.collectorMetrics}`)}`,
      `--storage.tsdb.path=${join(folder, 'prometheus-data')}`,
      `--web.listen-address=127.0.0.1:${ports.prometheus}`,
    ],
    cwd: folder,
    readyUrl: `${urls.prometheus}/-/ready`,
    env: {},
  };
}

export function lokiCommand({ folder, ports, urls }: StackPlace): ServerCommand {
  return {
    name: 'loki',
    file: binaryOf('loki', 'loki'),
    args: [`-config.file=${shipped('loki/config.yaml')}`, '-config.expand-env=true'],
    cwd: folder,
    readyUrl: `${urls.loki}/ready`,
    env: { LOKI_HTTP_PORT: ports.loki, LOKI_GRPC_PORT: ports.lokiGrpc, LOKI_DIRECTORY: join(folder, 'loki') },
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
