/** What collects once the SDK is loaded: at each interval, when it is asked to, and at once when the process ends. */
import type { MeterProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { CollectionResult, MetricData } from '@opentelemetry/sdk-metrics';
import type { Config } from '../../config/config.ts';
import { errorText } from '../../diagnostics/error-text.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';
import { contain } from '../../runtime/contain.ts';
import { require } from '../../runtime/otel.ts';
import { settlesWithin } from '../../runtime/settles-within.ts';
import { watchCardinality } from './cardinality.ts';
import { collectNow, eachActive } from './collect-now.ts';
import { createReader, type Reader } from './metric-reader.ts';

/** How often it is looked whether a metric has too many sets of attributes: sooner than an interval of collection is. */
const LOOK_EVERY_MS = 5000;

export interface MetricsPipeline {
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
  stop(): void;
}

export interface MetricsOptions {
  readonly config: Config;
  readonly resource: Resource;
  readonly reporter: Reporter;
  /** Whether the runtime metrics of this process are of no use. Without other values nothing is collected then. Default: never. */
  readonly isNotWorthCollecting?: () => boolean;
  readonly onMetric: (scope: object, metric: MetricData) => void;
}

export type Collecting = Omit<MetricsPipeline, 'recorded' | 'hasObservers'>;

/** What changes from one collection to the next. */
interface State {
  stopped: boolean;
  timers: Set<NodeJS.Timeout>;
  /** The collection under way, or the last one. */
  collecting: Promise<void> | undefined;
  /** A callback does not answer, and hangs its collection. The others do not wait for it each time anew. */
  isHung: boolean;
}

export function createPipeline(
  { config, resource, reporter, isNotWorthCollecting, onMetric }: Required<MetricsOptions>,
  onFailure: (error: unknown) => void,
): Collecting {
  const sdk = require('@opentelemetry/sdk-metrics') as typeof import('@opentelemetry/sdk-metrics');
  const { intervalMs, exportTimeoutMs } = config.metrics;
  const state: State = { stopped: false, timers: new Set(), collecting: undefined, isHung: false };
  const cardinality = watchCardinality(reporter);
  const passOn: MetricsOptions['onMetric'] = (scope, metric) => {
    cardinality.look(metric.descriptor.name, metric.dataPoints.length, () => metric.dataPoints.map(({ attributes }) => attributes));
    onMetric(scope, metric);
  };
  const reader = createReader(sdk, config.metrics, { flush: () => collect(), shutdown: () => stop(state) });
  const meterProvider: MeterProvider = new sdk.MeterProvider({ resource, readers: [reader] });

  async function collect({ limitMs = exportTimeoutMs, hold = false } = {}): Promise<void> {
    try {
      if (state.isHung || limitMs <= 0) return collectNow(reader.collector, passOn);
      await collectWithin(
        state,
        () => collectInTurn(state, reader, reporter, passOn),
        limitMs,
        hold,
        () => {
          sayNotSettled(reporter, limitMs);
          collectNow(reader.collector, passOn);
        },
      );
    } catch (error) {
      onFailure(error);
    }
  }

  repeat(state, intervalMs, async () => (isNotWorthCollecting() ? undefined : collect()));
  repeat(state, LOOK_EVERY_MS, async () =>
    contain('counting the attributes of metrics', () =>
      eachActive(reader.collector, (name, active) =>
        cardinality.look(name, active.size, () => Array.from(active.keys(), ([attributes]) => attributes)),
      ),
    ),
  );
  return { meterProvider, collect, collectNow: () => collectNow(reader.collector, passOn), stop: () => stop(state) };
}

/** One after the other, and without the SDK's own time limit, which would hold the process. */
async function collectInTurn(state: State, reader: Reader, reporter: Reporter, onMetric: MetricsOptions['onMetric']): Promise<void> {
  await state.collecting?.catch(() => {});
  const { errors, resourceMetrics }: CollectionResult = await reader.collect();
  for (const error of errors) {
    reporter.say(
      'metrics.callback',
      `A metric's callback failed: ${errorText(error)}. Its value is missing in this interval; the others are exported.`,
    );
  }
  for (const { scope, metrics } of resourceMetrics.scopeMetrics) for (const metric of metrics) onMetric(scope, metric);
}

/** @param onLate - it did not settle in time; the collections until it does are made without waiting. */
async function collectWithin(state: State, start: () => Promise<void>, limitMs: number, hold: boolean, onLate: () => void): Promise<void> {
  const underWay = start();
  state.collecting = underWay;
  if (await settlesWithin(underWay, limitMs, hold)) return underWay;
  state.isHung = true;
  const isOver = (): boolean => (state.isHung = false);
  underWay.then(isOver, isOver);
  onLate();
}

/** Run `work` again and again, `everyMs` after it was done. The timer holds no process. */
function repeat(state: State, everyMs: number, work: () => Promise<void>): void {
  if (state.stopped) return;
  const timer = setTimeout(() => {
    state.timers.delete(timer);
    void work().then(() => repeat(state, everyMs, work));
  }, everyMs);
  timer.unref();
  state.timers.add(timer);
}

function stop(state: State): void {
  state.stopped = true;
  for (const timer of state.timers) clearTimeout(timer);
}

function sayNotSettled(reporter: Reporter, limitMs: number): void {
  reporter.say(
    'metrics.callback',
    `A metric's callback must settle within ${Math.round(limitMs)} ms (OTEL_METRIC_EXPORT_TIMEOUT, or what a flush can spare), but one did not. What it observes is missing; the others are exported.`,
  );
}
