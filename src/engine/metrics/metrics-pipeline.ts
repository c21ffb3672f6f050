/** What collects once something was recorded: at each interval, when it is asked to, and at once when the process ends. */
import type { Config } from '../../config/config.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';
import { createCollector, type Collector } from './collector.ts';
import { createMetricStore, type MetricStore, type MetricStoreOptions } from './metric-store.ts';
import type { MetricSource, MetricWriter } from '../../otlp/metric-writer.ts';
import type { Observers } from './observers.ts';

export interface PipelineOptions {
  readonly config: Config;
  readonly reporter: Reporter;
  readonly observers: Observers;
  /** Whether there is nothing that is worth an interval. */
  readonly isNotWorthCollecting: () => boolean;
  /** What is collected at intervals goes there; `undefined` where only scrapes collect. */
  readonly writer: MetricWriter | undefined;
  readonly onFailure: (error: unknown) => void;
  readonly onOverflow: MetricStoreOptions['onOverflow'];
}

export interface MetricsPipeline {
  readonly store: MetricStore;
  /** See `Metrics`. */
  collect(options?: { readonly limitMs?: number; readonly hold?: boolean }): Promise<void>;
  collectNow(): void;
  openSource(): MetricSource;
  stop(): void;
}

export function createPipeline(options: PipelineOptions): MetricsPipeline {
  const { config, reporter, observers, isNotWorthCollecting, writer, onFailure, onOverflow } = options;
  const { intervalMs, exportTimeoutMs, temporality, defaultHistogram, exemplarFilter, views } = config.metrics;
  const store = createMetricStore({ views, exemplarFilter, reporter, onOverflow });
  const common = { observers, reporter, limitMs: exportTimeoutMs };
  const push: Collector | undefined =
    writer && createCollector({ ...common, section: store.openSection({ temporality, defaultHistogram }), writesExemplarsOnce: true });
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function collect(how?: { readonly limitMs?: number; readonly hold?: boolean }): Promise<void> {
    try {
      if (writer !== undefined) await push?.collect(writer, how);
    } catch (error) {
      onFailure(error);
    }
  }

  /** The next one begins when the one before is done. */
  function schedule(): void {
    if (isStopped || push === undefined) return;
    timer = setTimeout(() => void (isNotWorthCollecting() ? Promise.resolve() : collect()).then(schedule), intervalMs);
    timer.unref();
  }
  schedule();

  return {
    store,
    collect,
    collectNow() {
      if (writer !== undefined) push?.collectNow(writer);
    },
    openSource() {
      const section = store.openSection({ temporality: 'cumulative', defaultHistogram });
      return createCollector({ ...common, section, writesExemplarsOnce: false });
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
