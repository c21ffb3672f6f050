/** How each server of the stack is started from the shipped files: natively, on ports and in a folder of its own. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildRuleFiles } from '../../../src/operations/build-rules.ts';
import type { OperationsSettings } from '../../../src/operations/settings.ts';
import type { ServerCommand } from './server-process.ts';
import { binaryOf } from './servers.ts';
import { shippedFlags } from './shipped-flags.ts';
import type { Telegram } from './telegram.ts';

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
  /** What rules, routes and receivers are made from. @defaultValue those of the demo, as shipped */
  readonly settings?: OperationsSettings;
  /** A server of Telegram whose secrets Alertmanager gets. */
  readonly telegram?: Pick<Telegram, 'chatId' | 'token'>;
  /** Between scrapes, and between evaluations of rules. @defaultValue 15, as shipped */
  readonly intervalSeconds?: number;
  /** Servers that are not started; the test can do it later. */
  readonly without?: readonly ('jaeger' | 'loki')[];
}

export interface StackUrls {
  /** Where OTLP goes: `http://127.0.0.1:<port>`, without a path. */
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  readonly jaegerQuery: string;
  readonly prometheus: string;
  readonly alertmanager: string;
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
  'alertmanager',
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
    alertmanager: `http://127.0.0.1:${ports.alertmanager}`,
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

export function prometheusCommand(place: StackPlace, options: StackOptions): ServerCommand {
  const { folder, ports, urls } = place;
  return {
    name: 'prometheus',
    file: binaryOf('prometheus', 'prometheus'),
    args: [
      ...shippedFlags('prometheus'),
      `--config.file=${writePrometheusConfig(place, options)}`,
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

/** The settings that the shipped rules and routes are made from. */
export const SHIPPED_SETTINGS = JSON.parse(readFileSync(shipped('examples/shop/signalbox.config.json'), 'utf8')) as OperationsSettings;

/** Prometheus does not read the environment: a folder like its own with the target files pointed to this stack's servers. */
function writePrometheusConfig({ folder, ports }: StackPlace, { intervalSeconds, settings = SHIPPED_SETTINGS }: StackOptions): string {
  const place = join(folder, 'prometheus');
  for (const name of ['targets', 'rules']) mkdirSync(join(place, name), { recursive: true });
  const config = readFileSync(shipped('prometheus/prometheus.yml'), 'utf8');
  const intervals = /(?<=^ {2}(?:scrape|evaluation)_interval: )15s$/gm;
  const texts = new Map([
    ['prometheus.yml', intervalSeconds === undefined ? config : config.replace(intervals, `${intervalSeconds}s`)],
    ...[...buildRuleFiles(settings)].map(([name, text]) => [`rules/${name}`, text] as const),
    ...Object.entries({ 'otel-collector': ports.collectorMetrics, prometheus: ports.prometheus, alertmanager: ports.alertmanager }).map(
      ([name, port]) => [`targets/${name}.yml`, `- targets: ['127.0.0.1:${port}']\n`] as const,
    ),
  ]);
  for (const [name, text] of texts) writeFileSync(join(place, name), text);
  return join(place, 'prometheus.yml');
}
