/**
 * Metrics: the official SDK aggregates, a reader of our own collects, and each metric is encoded alone and queued like
 * every other record, so that an outage costs no interval.
 */
import { dirname, join } from 'node:path';
import type { HrTime, MeterProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { CollectionResult, InstrumentType, MetricData, PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { Config } from '../../config/config.ts';
import { errorText } from '../../diagnostics/error-text.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { createLazyMeters } from './lazy-meter.ts';
import { settlesWithin } from '../../runtime/settles-within.ts';
import { require } from '../../runtime/otel.ts';
import { clearTimeout, setImmediate, setTimeout } from '../../runtime/captured.ts';

const now = Date.now;
/** What the process tells of itself is no sign that the application has something to tell. */
const OWN_METERS: ReadonlySet<string> = new Set(['@opentelemetry/instrumentation-runtime-node', 'signalbox']);

export interface MetricsPipeline {
  readonly meterProvider: MeterProvider;
  /** How many values the application and its libraries recorded, other than observed ones. */
  readonly recorded: number;
  /** Whether the application or its libraries have callbacks: what they will say is not known before they are asked. */
  readonly hasObservers: boolean;
  /**
   * Collect and hand over everything, observed values included. A callback that has not answered by then is waited for
   * no longer.
   *
   * @param options.limitMs - default: the time limit of the settings.
   * @param options.hold - keep the process alive meanwhile. Default: no.
   */
  collect(options?: { readonly limitMs?: number; readonly hold?: boolean }): Promise<void>;
  /** The same at once, for a process that is ending: a callback that answers by a promise is not waited for. */
  collectNow(): void;
  stop(): void;
}

export interface MetricsOptions {
  readonly config: Config;
  readonly resource: Resource;
  readonly reporter: Reporter;
  /** Whether what the process tells of itself is of no use. Without other values nothing is collected then. Default: never. */
  readonly isOfNoUse?: () => boolean;
  readonly onMetric: (scope: object, metric: MetricData) => void;
}

/** What of the SDK's collector `collectNow` needs; exact versions are pinned, and a test fails when it changes. */
interface Collector {
  readonly _sharedState: { readonly meterSharedStates: Map<unknown, MeterState> };
}

interface MeterState {
  readonly _instrumentationScope: object;
  readonly metricStorageRegistry: {
    getStorages(collector: unknown): { collect(collector: unknown, time: HrTime): MetricData | undefined }[];
  };
  readonly observableRegistry: {
    readonly _callbacks: readonly { callback: (result: Observations) => unknown; instrument: ObservedInstrument }[];
    readonly _batchCallbacks: readonly { callback: (result: BatchObservations) => unknown; instruments: Iterable<ObservedInstrument> }[];
  };
}

interface ObservedInstrument {
  readonly _descriptor: { readonly name: string; readonly valueType: number };
  readonly _metricStorages: readonly { record(measurements: unknown, time: HrTime): void }[];
}

interface Observations {
  readonly _buffer: unknown;
}

interface BatchObservations {
  readonly _buffer: Map<ObservedInstrument, unknown>;
}

interface ObservableResults {
  readonly ObservableResultImpl: new (name: string, valueType: number) => Observations;
  readonly BatchObservableResultImpl: new () => BatchObservations;
}

/** The SDK is loaded when an instrument was asked for and the application's start is over, or when a value is recorded. */
export function startMetrics(options: MetricsOptions): MetricsPipeline {
  let pipeline: Collecting | undefined;
  let wanted = false;
  let recorded = 0;
  let hasObservers = false;
  const meters = createLazyMeters(
    () => load().meterProvider,
    () => {
      if (wanted) return;
      wanted = true;
      setImmediate(tryLoad).unref();
    },
    (meter) => {
      if (!OWN_METERS.has(meter)) recorded++;
    },
    (meter) => {
      if (!OWN_METERS.has(meter)) hasObservers = true;
    },
  );

  const isOfNoUse = (): boolean => recorded === 0 && !hasObservers && options.isOfNoUse?.() === true;

  function load(): Collecting {
    if (pipeline === undefined) {
      pipeline = createPipeline({ ...options, isOfNoUse });
      meters.catchUp();
    }
    return pipeline;
  }

  function tryLoad(): Collecting | undefined {
    try {
      return load();
    } catch (error) {
      sayNotCollected(options.reporter, error);
      return undefined;
    }
  }

  return {
    meterProvider: meters,
    get recorded() {
      return recorded;
    },
    get hasObservers() {
      return hasObservers;
    },
    collect: async (options) => (wanted && !isOfNoUse() ? tryLoad()?.collect(options) : undefined),
    collectNow() {
      // Not for what the process tells of itself: a short one would load the SDK for nothing else.
      if ((pipeline !== undefined || hasObservers) && !isOfNoUse()) tryLoad()?.collectNow();
    },
    stop: () => pipeline?.stop(),
  };
}

type Collecting = Omit<MetricsPipeline, 'recorded' | 'hasObservers'>;

function createPipeline({ config, resource, reporter, isOfNoUse, onMetric }: Required<MetricsOptions>): Collecting {
  const sdk = require('@opentelemetry/sdk-metrics') as typeof import('@opentelemetry/sdk-metrics');
  const { intervalMs, exportTimeoutMs, temporality, defaultHistogram } = config.metrics;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  class Reader extends sdk.MetricReader {
    get collector(): Collector {
      return (this as unknown as { _sdkMetricProducer: Collector })._sdkMetricProducer;
    }
    protected override async onForceFlush(): Promise<void> {
      await collect();
    }
    protected override async onShutdown(): Promise<void> {
      stop();
    }
  }
  const reader = new Reader({
    aggregationTemporalitySelector: temporalitySelector(sdk, temporality),
    aggregationSelector: (instrument) => {
      if (instrument === sdk.InstrumentType.HISTOGRAM && defaultHistogram === 'base2_exponential_bucket_histogram')
        return { type: sdk.AggregationType.EXPONENTIAL_HISTOGRAM };
      return { type: sdk.AggregationType.DEFAULT };
    },
  });
  const meterProvider = new sdk.MeterProvider({ resource, readers: [reader] });

  let collecting: Promise<void> | undefined;
  /** A callback does not answer, and hangs its collection. The others do not wait for it each time anew. */
  let isHung = false;

  async function collect({ limitMs = exportTimeoutMs, hold = false } = {}): Promise<void> {
    try {
      if (isHung || limitMs <= 0) return collectNow();
      const underWay = collectAfter(collecting);
      collecting = underWay;
      if (await settlesWithin(underWay, limitMs, hold)) return await underWay;
      isHung = true;
      const isOver = (): boolean => (isHung = false);
      underWay.then(isOver, isOver);
      reporter.say(
        'metrics.callback',
        `A metric's callback must settle within ${Math.round(limitMs)} ms (OTEL_METRIC_EXPORT_TIMEOUT, or what a flush can spare), but one did not. What it observes is missing; the others are exported.`,
      );
      collectNow();
    } catch (error) {
      sayNotCollected(reporter, error);
    }
  }

  async function collectAfter(previous?: Promise<void>): Promise<void> {
    await previous?.catch(() => {});
    // Without the SDK's own time limit, which would hold the process.
    handOver(await reader.collect());
  }

  function handOver(result: CollectionResult): void {
    for (const error of result.errors) {
      reporter.say(
        'metrics.callback',
        `A metric's callback failed: ${errorText(error)}. Its value is missing in this interval; the others are exported.`,
      );
    }
    for (const { scope, metrics } of result.resourceMetrics.scopeMetrics) {
      for (const metric of metrics) onMetric(scope, metric);
    }
  }

  function collectNow(): void {
    const { collector } = reader;
    const milliseconds = now();
    const time: HrTime = [Math.trunc(milliseconds / 1000), (milliseconds % 1000) * 1e6];
    for (const { metricStorageRegistry, observableRegistry, _instrumentationScope } of collector._sharedState.meterSharedStates.values()) {
      observeNow(observableRegistry, time);
      for (const storage of metricStorageRegistry.getStorages(collector)) {
        const metric = storage.collect(collector, time);
        if (metric !== undefined) onMetric(_instrumentationScope, metric);
      }
    }
  }

  function schedule(): void {
    if (stopped) return;
    timer = setTimeout(() => void (isOfNoUse() ? Promise.resolve() : collect()).then(schedule), intervalMs);
    timer.unref();
  }

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
  }

  schedule();
  return {
    meterProvider,
    collect,
    collectNow,
    stop,
  };
}

function sayNotCollected(reporter: Reporter, error: unknown): void {
  reporter.say('metrics.collect', `Metrics could not be collected: ${errorText(error)}. The next collection tries again.`);
}

/** Ask the callbacks as the SDK does, less its promises. */
function observeNow({ _callbacks, _batchCallbacks }: MeterState['observableRegistry'], time: HrTime): void {
  const folder = dirname(require.resolve('@opentelemetry/sdk-metrics'));
  const { ObservableResultImpl, BatchObservableResultImpl } = require(join(folder, 'ObservableResult.cjs')) as ObservableResults;
  for (const { callback, instrument } of _callbacks) {
    const result = new ObservableResultImpl(instrument._descriptor.name, instrument._descriptor.valueType);
    callback(result);
    for (const storage of instrument._metricStorages) storage.record(result._buffer, time);
  }
  for (const { callback, instruments } of _batchCallbacks) {
    const result = new BatchObservableResultImpl();
    callback(result);
    for (const instrument of instruments) {
      const measurements = result._buffer.get(instrument);
      if (measurements !== undefined) for (const storage of instrument._metricStorages) storage.record(measurements, time);
    }
  }
}

/** As the OTLP exporter's specification describes `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`. */
function temporalitySelector(
  sdk: typeof import('@opentelemetry/sdk-metrics'),
  preference: Config['metrics']['temporality'],
): NonNullable<PushMetricExporter['selectAggregationTemporality']> {
  const { CUMULATIVE, DELTA } = sdk.AggregationTemporality;
  const type = sdk.InstrumentType;
  const delta: readonly InstrumentType[] = {
    cumulative: [],
    delta: [type.COUNTER, type.OBSERVABLE_COUNTER, type.HISTOGRAM, type.GAUGE, type.OBSERVABLE_GAUGE],
    lowmemory: [type.COUNTER, type.HISTOGRAM],
  }[preference];
  return (instrument) => (delta.includes(instrument) ? DELTA : CUMULATIVE);
}
