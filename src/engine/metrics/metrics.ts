/**
 * Metrics: the official SDK aggregates, a reader of our own collects, and each metric is encoded alone and queued like
 * every other record, so that an outage costs no interval.
 */
import { errorText } from '../../diagnostics/error-text.ts';
import { setImmediate } from '../../runtime/captured.ts';
import { loadPart } from '../../runtime/load-part.ts';
import { createLazyMeters } from './lazy-meter.ts';
import type { Collecting, MetricsOptions, MetricsPipeline } from './metrics-pipeline.ts';

/** Runtime metrics and signalbox's own are no sign that the application records something. */
const OWN_METERS: ReadonlySet<string> = new Set(['@opentelemetry/instrumentation-runtime-node', 'signalbox']);

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

  const isNotWorthCollecting = (): boolean => recorded === 0 && !hasObservers && options.isNotWorthCollecting?.() === true;

  function load(): Collecting {
    if (pipeline === undefined) {
      const { createPipeline } = loadPart<typeof import('./metrics-pipeline.ts')>(import.meta.url, './metrics-pipeline');
      pipeline = createPipeline({ ...options, isNotWorthCollecting }, sayNotCollected);
      meters.catchUp();
    }
    return pipeline;
  }

  function tryLoad(): Collecting | undefined {
    try {
      return load();
    } catch (error) {
      sayNotCollected(error);
      return undefined;
    }
  }

  function sayNotCollected(error: unknown): void {
    options.reporter.say('metrics.collect', `Metrics could not be collected: ${errorText(error)}. The next collection tries again.`);
  }

  return {
    meterProvider: meters,
    get recorded() {
      return recorded;
    },
    get hasObservers() {
      return hasObservers;
    },
    collect: async (options) => (wanted && !isNotWorthCollecting() ? tryLoad()?.collect(options) : undefined),
    collectNow() {
      // Not for runtime metrics: a short process would load the SDK for nothing else.
      if ((pipeline !== undefined || hasObservers) && !isNotWorthCollecting()) tryLoad()?.collectNow();
    },
    stop: () => pipeline?.stop(),
  };
}
