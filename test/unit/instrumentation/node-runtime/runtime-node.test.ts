/** What is measured of the runtime is what the official instrumentation measures, and the process beside it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { totalmem } from 'node:os';
import { PerformanceObserver } from 'node:perf_hooks';
import { afterEach, describe, it } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LoggerProvider, LogRecord, MeterProvider as ApiMeterProvider } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { MeterProvider, MetricReader, type DataPoint, type MetricData } from '@opentelemetry/sdk-metrics';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { CATALOGUE } from '../../../../src/instrumentation/loading/catalogue.ts';
import { create } from '../../../../src/instrumentation/node-runtime/runtime-node.ts';
import { requireBundled } from '../../../../src/runtime/otel.ts';

const { RuntimeNodeInstrumentation: Official } = requireBundled('@opentelemetry/instrumentation-runtime-node') as {
  RuntimeNodeInstrumentation: new (options: Record<string, unknown>) => Instrumentation;
};

class Reader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

const running: Instrumentation[] = [];
afterEach(() => {
  for (const instrumentation of running.splice(0)) instrumentation.disable();
});

function measure(instrumentation: Instrumentation): () => Promise<ReadonlyMap<string, MetricData>> {
  const reader = new Reader();
  running.push(instrumentation);
  instrumentation.setMeterProvider(new MeterProvider({ readers: [reader] }));
  return async () => {
    const { errors, resourceMetrics } = await reader.collect();
    assert.deepEqual(errors, []);
    return new Map(resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics.map((metric) => [metric.descriptor.name, metric])));
  };
}

const points = (metric: MetricData | undefined): readonly DataPoint<unknown>[] => metric?.dataPoints ?? [];
const attributeSets = (metric: MetricData | undefined): string[] =>
  points(metric)
    .map(({ attributes }) => JSON.stringify(attributes))
    .sort();

/** Asks until delays of the event loop are among what was collected: they need some turns of the loop. */
async function withDelays(collect: () => Promise<ReadonlyMap<string, MetricData>>): Promise<ReadonlyMap<string, MetricData>> {
  for (;;) {
    const collected = await collect();
    if (points(collected.get('nodejs.eventloop.delay.p99')).length > 0) return collected;
    await setTimeout(5);
  }
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collected = new Promise((resolve) => {
    const observer = new PerformanceObserver(() => resolve(observer.disconnect()));
    observer.observe({ entryTypes: ['gc'] });
  });
  (runInNewContext('gc') as () => void)();
  await collected;
  await setImmediate();
}

describe('metrics of the runtime', () => {
  it('have the names, units, descriptions, kinds, boundaries and attributes of the official instrumentation', async () => {
    const collectTheirs = measure(new Official({ monitoringPrecision: 1 }));
    const collectOurs = measure(create({ monitoringPrecision: 1 }));
    await collectGarbage();
    const theirs = await withDelays(collectTheirs);
    const ours = await withDelays(collectOurs);
    assert.ok(theirs.size > 12, [...theirs.keys()].join(' '));
    for (const [name, metric] of theirs) {
      const mine = ours.get(name);
      assert.deepEqual(mine?.descriptor, metric.descriptor, name);
      assert.equal(mine?.dataPointType, metric.dataPointType, name);
      // Of what keeps the loop alive, and of which garbage was collected, another moment says something else.
      if (name === 'v8js.resource.active') assert.ok(attributeSets(mine).every((set) => set.startsWith('{"v8js.resource.type":')));
      else if (name === 'v8js.gc.duration') assert.ok(attributeSets(mine).includes('{"v8js.gc.type":"major"}'));
      else assert.deepEqual(attributeSets(mine), attributeSets(metric), name);
    }
  });

  it('say the size of the heap and how full it is of what it may become', async () => {
    const collected = await measure(create({}))();
    const [limit] = points(collected.get('v8js.heap.size_limit'));
    assert.equal(limit?.value, getHeapStatistics().heap_size_limit);
    const [used] = points(collected.get('v8js.heap.utilization'));
    assert.ok((used?.value as number) > 0 && (used?.value as number) < 1);
  });
});

describe('metrics of the process', () => {
  it('are its processor time, memory, age and open files', async () => {
    const collected = await measure(create({}))();
    assert.deepEqual(attributeSets(collected.get('process.cpu.time')), ['{"cpu.mode":"system"}', '{"cpu.mode":"user"}']);
    for (const [name, unit] of [
      ['process.cpu.time', 's'],
      ['process.cpu.utilization', '1'],
      ['process.memory.usage', 'By'],
      ['process.memory.limit', 'By'],
      ['process.uptime', 's'],
    ] as const) {
      assert.equal(collected.get(name)?.descriptor.unit, unit);
      for (const { value } of points(collected.get(name))) assert.ok((value as number) >= 0, name);
    }
  });

  it('say what memory the process may use: never more than the machine has', async () => {
    const collected = await measure(create({}))();
    const [limit] = points(collected.get('process.memory.limit'));
    const [used] = points(collected.get('process.memory.usage'));
    assert.ok((limit?.value as number) <= totalmem() && (limit?.value as number) > (used?.value as number));
  });

  it('count each file that is opened', { skip: process.platform === 'win32' && 'Windows has handles' }, async () => {
    const collect = measure(create({}));
    const open = async (): Promise<unknown> => points((await collect()).get('process.unix.file_descriptor.count'))[0]?.value;
    const before = (await open()) as number;
    const files = Array.from({ length: 7 }, () => openSync(process.execPath, 'r'));
    const during = await open();
    files.forEach(closeSync);
    assert.equal(during, before + 7);
  });

  it('come from the metrics of the host where those are wanted', async () => {
    const entry = CATALOGUE.find(({ name }) => name === 'runtime-node');
    const { config } = loadConfig({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'runtime-node,host-metrics' });
    const collected = await measure(create(entry?.options(config, {}) ?? {}))();
    assert.deepEqual(
      [...collected.keys()].filter((name) => name.startsWith('process.')),
      [],
    );
    assert.ok(collected.has('v8js.heap.size_limit'));
  });
});

describe('nothing is watched', () => {
  /** Fails whoever asks it for an instrument. */
  const forbidden: ApiMeterProvider = {
    getMeter: () => new Proxy({}, { get: (_, name) => assert.fail(`${String(name)} was asked for`) }) as never,
  };

  it('when metrics go nowhere', () => {
    const { config } = loadConfig({ OTEL_METRICS_EXPORTER: 'none' });
    const entry = CATALOGUE.find(({ name }) => name === 'runtime-node');
    create(entry?.options(config, {}) ?? {}).setMeterProvider(forbidden);
  });

  it('when it is disabled by its option', () => {
    create({ enabled: false }).setMeterProvider(forbidden);
  });

  it('after it was disabled', async () => {
    const instrumentation = create({});
    const collect = measure(instrumentation);
    instrumentation.disable();
    assert.deepEqual(
      [...(await collect()).values()].flatMap((metric) => points(metric)),
      [],
    );
  });
});

describe('the option captureUncaughtException', () => {
  it('records the error with the attributes of the application, as the official instrumentation does', () => {
    const emit = process.emit.bind(process) as (name: string, error: Error, origin: string) => boolean;
    const recorded = (make: (options: Record<string, unknown>) => Instrumentation): object => {
      const records: LogRecord[] = [];
      const options = {
        captureUncaughtException: true,
        applyCustomExceptionAttributes: (error: Error, type: string) => ({ type, about: error.message }),
      };
      const instrumentation = make(options);
      running.push(instrumentation);
      instrumentation.setMeterProvider(new MeterProvider({ readers: [new Reader()] }));
      instrumentation.setLoggerProvider?.({
        getLogger: () => ({ emit: (record: LogRecord) => records.push(record) }),
      } as unknown as LoggerProvider);
      emit('uncaughtExceptionMonitor', new Error('boom'), 'uncaughtException');
      instrumentation.disable();
      emit('uncaughtExceptionMonitor', new Error('later'), 'uncaughtException');
      return records.map(({ attributes, body, exception, severityNumber }) => ({ attributes, body, exception, severityNumber }));
    };
    const expected = [
      {
        attributes: { type: 'uncaughtException', about: 'boom' },
        body: 'exception',
        exception: new Error('boom'),
        severityNumber: 21,
      },
    ];
    assert.deepEqual(
      recorded((options) => new Official(options)),
      expected,
    );
    assert.deepEqual(recorded(create), expected);
  });
});

describe('the process', () => {
  it('is kept alive by nothing', async () => {
    const { spawn } = await import('node:child_process');
    const url = new URL('../../../../src/instrumentation/node-runtime/runtime-node.ts', import.meta.url);
    const sdk = import.meta.resolve('@opentelemetry/sdk-metrics');
    const program = `import { create } from ${JSON.stringify(url.href)}; import { MeterProvider } from ${JSON.stringify(sdk)}; create({}).setMeterProvider(new MeterProvider());`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
});
