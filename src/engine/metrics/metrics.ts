/** Metrics: instruments for applications, and what collects them, which is loaded when something is recorded. */
import type { MeterProvider } from '@opentelemetry/api';
import type { Config } from '../../config/config.ts';
import { errorText } from '../../diagnostics/error-text.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { setImmediate } from '../../runtime/captured.ts';
import { loadPart } from '../../runtime/load-part.ts';
import { ObservableInstrument, type Activity } from './instruments.ts';
import { createMeterProvider } from './meter-provider.ts';
import type { MetricSource, MetricWriter } from '../../otlp/metric-writer.ts';
import type { MetricStore } from './metric-store.ts';
import type { MetricsPipeline } from './metrics-pipeline.ts';
import { createObservers, type Observed } from './observers.ts';

/** Runtime metrics and signalbox's own are no sign that the application records something. */
const OWN_METERS: ReadonlySet<string> = new Set(['@opentelemetry/instrumentation-runtime-node', 'signalbox']);

export interface MetricsOptions {
  readonly config: Config;
  readonly reporter: Reporter;
  /** Whether the runtime metrics of this process are of no use. Without other values nothing is collected then. Default: never. */
  readonly isNotWorthCollecting?: () => boolean;
  /** What is collected at intervals goes there; `undefined` where only scrapes collect. */
  readonly writer: MetricWriter | undefined;
}

export interface Metrics {
  readonly meterProvider: MeterProvider;
  /** How many values the application and its libraries recorded, other than observed ones. */
  readonly recorded: number;
  /** Whether the application or its libraries have callbacks: what they will say is not known before they are asked. */
  readonly hasObservers: boolean;
  /**
   * Collect everything and pass it on, observed values included. A callback that has not answered by then is waited for
   * no longer.
   *
   * @param options.limitMs - default: the time limit of the settings.
   * @param options.hold - keep the process alive meanwhile. Default: no.
   */
  collect(options?: { readonly limitMs?: number; readonly hold?: boolean }): Promise<void>;
  /** The same at once, for a process that is ending: a callback that answers by a promise is not waited for. */
  collectNow(): void;
  /** What scrapes collect from: cumulative, and of its own. What was recorded before is part of it only where the push is cumulative too. */
  openSource(): MetricSource;
  stop(): void;
}

/** What collects is loaded after the application's start when there are callbacks, or when a value is recorded. */
export function startMetrics(options: MetricsOptions): Metrics {
  const { config, reporter, writer } = options;
  const activity: Activity = { recorded: 0, hasObservers: false };
  const ownActivity: Activity = { recorded: 0, hasObservers: false };
  const observers = createObservers(reporter, ObservableInstrument.inside);
  /** Made before the pipeline was there. */
  const waiting: Observed[] = [];
  let pipeline: MetricsPipeline | undefined;
  let isWanted = false;
  let isStopped = false;

  const isNotWorthCollecting = (): boolean =>
    activity.recorded === 0 && !activity.hasObservers && options.isNotWorthCollecting?.() === true;

  /** @throws when it is not installed completely. */
  function load(): MetricsPipeline {
    if (pipeline === undefined) {
      const { createPipeline } = loadPart<typeof import('./metrics-pipeline.ts')>(import.meta.url, './metrics-pipeline');
      pipeline = createPipeline({ config, reporter, observers, isNotWorthCollecting, writer, onFailure: sayNotCollected, onOverflow });
      if (isStopped) pipeline.stop();
      for (const instrument of waiting.splice(0)) pipeline.store.observable(instrument);
    }
    return pipeline;
  }

  function tryLoad(): MetricsPipeline | undefined {
    try {
      return load();
    } catch (error) {
      sayNotCollected(error);
      return undefined;
    }
  }

  function onOverflow(read: MetricStore['overflowed']): void {
    const { reportOverflow } = loadPart<typeof import('./self-metrics.ts')>(import.meta.url, './self-metrics');
    reportOverflow(meterProvider, read);
  }

  function sayNotCollected(error: unknown): void {
    reporter.say('metrics.collect', `Metrics could not be collected: ${errorText(error)}. The next collection tries again.`);
  }

  const meterProvider = createMeterProvider({
    reporter,
    activityOf: (meter) => (OWN_METERS.has(meter) ? ownActivity : activity),
    backend: {
      open: (instrument) => load().store.open(instrument),
      observable: (instrument) => void (pipeline === undefined ? waiting.push(instrument) : pipeline.store.observable(instrument)),
      observers() {
        if (!isWanted) setImmediate(tryLoad).unref();
        isWanted = true;
        return observers;
      },
    },
  });

  return {
    meterProvider,
    get recorded() {
      return activity.recorded;
    },
    get hasObservers() {
      return activity.hasObservers;
    },
    collect: async (how) => ((pipeline !== undefined || isWanted) && !isNotWorthCollecting() ? tryLoad()?.collect(how) : undefined),
    collectNow() {
      // Not for runtime metrics: a short process would load it for nothing else.
      if ((pipeline !== undefined || activity.hasObservers) && !isNotWorthCollecting()) tryLoad()?.collectNow();
    },
    openSource: () => load().openSource(),
    stop() {
      isStopped = true;
      pipeline?.stop();
    },
  };
}
