/**
 * What recording and collecting metrics costs: the engine of signalbox beside the official SDK and prom-client, in one run.
 *
 *     node bench/metrics.ts [--json]
 *
 * Each figure is the best of some rounds, which take turns: the machine's other work only ever adds time.
 */
import { createRequire } from 'node:module';
import { loadConfig } from '../src/config/load-config.ts';
import { createContextManager } from '../src/context/context-manager.ts';
import { createReporter } from '../src/diagnostics/reporter.ts';
import { startMetrics } from '../src/engine/metrics/metrics.ts';
import { createExpositionWriter } from '../src/ops-server/exposition/exposition-writer.ts';
import { protobufEncoder } from '../src/otlp/encode/protobuf-encoder.ts';
import { BIND, type Bindable } from '../src/runtime/bound-instruments.ts';
import { api } from '../src/runtime/otel.ts';

const require = createRequire(import.meta.url);
const sdk = require('@opentelemetry/sdk-metrics') as typeof import('@opentelemetry/sdk-metrics');
const { ProtobufMetricsSerializer } = require('@opentelemetry/otlp-transformer') as typeof import('@opentelemetry/otlp-transformer');
const prom = require('prom-client') as typeof import('prom-client');

const CALLS = 20_000;
const ROUNDS = 60;
const SERIES = 10_000;
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

api.context.setGlobalContextManager(createContextManager());

interface Subject {
  readonly name: string;
  readonly measures: Readonly<Record<string, () => void>>;
  /** Everything into bytes, by what they are: requests of OTLP, or a text for Prometheus. Each says how many. */
  readonly collects: Readonly<Record<string, () => Promise<number> | number>>;
}

/** As an instrumentation makes them for each request. */
const attributesOf = (i: number) => ({ method: 'GET', route: ROUTES[i & 7] as string, status: 200 });
const labelsOf = (i: number) => ({ method: 'GET', route: ROUTES[i & 7] as string, status: '200' });
const ROUTES = Array.from({ length: 8 }, (_, i) => `/orders/${i}`);
const seriesOf = (i: number) => ({ route: `/route/${i % 100}`, shop: `shop-${Math.floor(i / 100)}` });

function engine(): Subject {
  const start = () => {
    let bytes = 0;
    const { config } = loadConfig(
      { OTEL_METRIC_EXPORT_INTERVAL: '3600000' },
      { metricViews: [{ instrumentName: 'many', cardinalityLimit: SERIES + 1 }] },
    );
    const writer = protobufEncoder.createMetricWriter({
      redact: (_key, value) => value,
      maxBytes: 512 * 1024,
      onRecord: (_scope, record) => void (bytes += record.length),
    });
    const metrics = startMetrics({ config, reporter: createReporter({ level: 'none' }), writer });
    const collect = () => {
      bytes = 0;
      metrics.collectNow();
      return bytes;
    };
    const exposition = createExpositionWriter({ format: 'text', target: '', onConflict: () => {} });
    const scrape = async () => {
      await metrics.openSource().collect(exposition, { limitMs: 1000 });
      return exposition.take().length;
    };
    return { meter: metrics.meterProvider.getMeter('bench'), collect, scrape };
  };
  const { meter } = start();
  const counter = meter.createCounter('counter');
  const histogram = meter.createHistogram('histogram', { advice: { explicitBucketBoundaries: BOUNDS } });
  const bound = (counter as Bindable)[BIND]?.(attributesOf(0));
  const many = start();
  const series = many.meter.createCounter('many');
  for (let i = 0; i < SERIES; i++) series.add(i, seriesOf(i));
  const constant = attributesOf(1);
  return {
    name: 'signalbox',
    measures: {
      counter: () => loop((i) => counter.add(1, attributesOf(i))),
      'counter, same object': () => loop(() => counter.add(1, constant)),
      histogram: () => loop((i) => histogram.record((i & 1023) / 100, attributesOf(i))),
      bound: () => loop(() => bound?.record(1)),
    },
    collects: { OTLP: many.collect, text: many.scrape },
  };
}

function officialSdk(): Subject {
  class Reader extends sdk.MetricReader {
    protected override async onForceFlush(): Promise<void> {}
    protected override async onShutdown(): Promise<void> {}
  }
  const start = (views: { instrumentName: string; aggregationCardinalityLimit: number }[]) => {
    const reader = new Reader();
    return { reader, meter: new sdk.MeterProvider({ readers: [reader], views }).getMeter('bench') };
  };
  const { meter } = start([]);
  const counter = meter.createCounter('counter');
  const histogram = meter.createHistogram('histogram', { advice: { explicitBucketBoundaries: BOUNDS } });
  const many = start([{ instrumentName: 'many', aggregationCardinalityLimit: SERIES + 1 }]);
  const series = many.meter.createCounter('many');
  for (let i = 0; i < SERIES; i++) series.add(i, seriesOf(i));
  const constant = attributesOf(1);
  return {
    name: 'sdk-metrics',
    measures: {
      counter: () => loop((i) => counter.add(1, attributesOf(i))),
      'counter, same object': () => loop(() => counter.add(1, constant)),
      histogram: () => loop((i) => histogram.record((i & 1023) / 100, attributesOf(i))),
    },
    collects: {
      async OTLP() {
        const { resourceMetrics } = await many.reader.collect();
        return ProtobufMetricsSerializer.serializeRequest(resourceMetrics)?.length ?? 0;
      },
    },
  };
}

function promClient(): Subject {
  const registers = [new prom.Registry()];
  const counter = new prom.Counter({ name: 'counter', help: 'c', labelNames: ['method', 'route', 'status'], registers });
  const histogram = new prom.Histogram({
    name: 'histogram',
    help: 'h',
    labelNames: ['method', 'route', 'status'],
    buckets: BOUNDS,
    registers,
  });
  const bound = counter.labels(labelsOf(0));
  const many = new prom.Registry();
  const series = new prom.Counter({ name: 'many', help: 'm', labelNames: ['route', 'shop'], registers: [many] });
  for (let i = 0; i < SERIES; i++) series.inc(seriesOf(i), i);
  const constant = labelsOf(1);
  return {
    name: 'prom-client',
    measures: {
      counter: () => loop((i) => counter.inc(labelsOf(i), 1)),
      'counter, same object': () => loop(() => counter.inc(constant, 1)),
      histogram: () => loop((i) => histogram.observe(labelsOf(i), (i & 1023) / 100)),
      bound: () => loop(() => bound.inc(1)),
    },
    collects: { text: async () => Buffer.byteLength(await many.metrics()) },
  };
}

function loop(call: (i: number) => void): void {
  for (let i = 0; i < CALLS; i++) call(i);
}

const best = new Map<string, number>();

function keep(subject: string, what: string, value: number): void {
  const key = `${subject}: ${what}`;
  best.set(key, Math.min(best.get(key) ?? Infinity, value));
}

const subjects = [engine(), officialSdk(), promClient()];
for (let round = 0; round < ROUNDS; round++) {
  for (const { name, measures, collects } of subjects) {
    for (const [what, measure] of Object.entries(measures)) {
      const before = performance.now();
      measure();
      keep(name, `${what}, ns a call`, ((performance.now() - before) * 1e6) / CALLS);
    }
    for (const [form, collect] of Object.entries(collects))
      for (let i = 0; i < 5; i++) {
        const before = performance.now();
        const bytes = await collect();
        keep(name, `${SERIES} series as ${form}, ms`, performance.now() - before);
        keep(name, `${SERIES} series as ${form}, bytes`, bytes);
      }
  }
}
if (process.argv.includes('--json')) console.log(JSON.stringify(Object.fromEntries(best)));
else for (const [what, value] of best) console.log(what.padEnd(48), value >= 1000 ? value : value.toFixed(2));
