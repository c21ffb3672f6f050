/** What is compared: the same applications with no preload, with signalbox and with the stock OpenTelemetry preload. */
import { fileURLToPath } from 'node:url';

export const BENCH = fileURLToPath(new URL('.', import.meta.url));

export const VARIANTS = ['bare', 'signalbox', 'register'] as const;
export type Variant = (typeof VARIANTS)[number];

export const APPS = ['http', 'fastify', 'express'] as const;
export type App = (typeof APPS)[number];

export const TITLES: Readonly<Record<App, string>> = {
  http: 'node:http, one answer',
  fastify: 'Fastify, one route',
  express: 'Express, one route, fetch to a server, one winston line',
};

/** Arguments of `node`, which runs in `bench/`: each preload stands on the one tree of packages that it is installed with. */
export const PRELOAD: Readonly<Record<Variant, readonly string[]>> = {
  bare: [],
  signalbox: ['--require', '../dist/register.js'],
  register: ['--require', '@opentelemetry/auto-instrumentations-node/register'],
};

/** The same for both preloads. Whatever of the caller's could change what they do is taken out. */
export function environment(sinkUrl: string, upstreamUrl: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(OTEL_|SIGNALBOX_|NODE_|npm_)/.test(name));
  return {
    ...Object.fromEntries(kept),
    NODE_ENV: 'production',
    UPSTREAM_URL: upstreamUrl,
    OTEL_SERVICE_NAME: 'bench',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: sinkUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    // Its other detectors ask metadata addresses of clouds.
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process',
    // Defaults are 60 s, which no window reaches, and 5 s, which every run would wait for its last spans.
    OTEL_METRIC_EXPORT_INTERVAL: '2000',
    OTEL_METRIC_EXPORT_TIMEOUT: '2000',
    OTEL_BSP_SCHEDULE_DELAY: '500',
    OTEL_BLRP_SCHEDULE_DELAY: '500',
  };
}
