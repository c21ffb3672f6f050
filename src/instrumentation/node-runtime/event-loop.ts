/** How busy the event loop was, and how late its timers ran. */
import type { IntervalHistogram } from 'node:perf_hooks';
import type { Meter } from '@opentelemetry/api';
import { EVENT_LOOP_METRICS, EVENT_LOOP_STATE } from '../../names/runtime-metrics.ts';
import { require } from '../../runtime/otel.ts';
import { observeTogether } from './observe.ts';

const NANOS = 1e9;
/** Fewer delays than this say nothing of a percentile. */
const FEWEST_DELAYS = 5;

/**
 * @param resolutionMs - how often the delay is looked at; it costs a timer, which keeps no process alive.
 * @returns what ends it.
 */
export function observeEventLoop(meter: Meter, resolutionMs: number): () => void {
  const { monitorEventLoopDelay, performance } = require('node:perf_hooks') as typeof import('node:perf_hooks');
  const { time, utilization, ...delays } = EVENT_LOOP_METRICS;
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let last = performance.eventLoopUtilization();

  const stopTime = observeTogether(meter, {
    instruments: { time: ['ObservableCounter', time], utilization: ['ObservableGauge', utilization] },
    read(observe, instruments) {
      const now = performance.eventLoopUtilization();
      observe(instruments.time, now.active / 1000, { [EVENT_LOOP_STATE]: 'active' });
      observe(instruments.time, now.idle / 1000, { [EVENT_LOOP_STATE]: 'idle' });
      observe(instruments.utilization, performance.eventLoopUtilization(now, last).utilization);
      last = now;
    },
  });
  const stopDelays = observeTogether(meter, {
    instruments: {
      delayMin: ['ObservableGauge', delays.delayMin],
      delayMax: ['ObservableGauge', delays.delayMax],
      delayMean: ['ObservableGauge', delays.delayMean],
      delayStddev: ['ObservableGauge', delays.delayStddev],
      delayP50: ['ObservableGauge', delays.delayP50],
      delayP90: ['ObservableGauge', delays.delayP90],
      delayP99: ['ObservableGauge', delays.delayP99],
    },
    read(observe, instruments) {
      if (histogram.count < FEWEST_DELAYS) return;
      const seconds = secondsOf(histogram);
      for (const [name, instrument] of Object.entries(instruments)) observe(instrument, seconds[name as keyof typeof seconds]);
      histogram.reset();
    },
  });
  return () => {
    histogram.disable();
    stopTime();
    stopDelays();
  };
}

function secondsOf(
  histogram: IntervalHistogram,
): Readonly<Record<`delay${'Min' | 'Max' | 'Mean' | 'Stddev' | 'P50' | 'P90' | 'P99'}`, number>> {
  const inSeconds = (nanos: number): number => (Number.isNaN(nanos) ? 0 : nanos / NANOS);
  return {
    delayMin: inSeconds(histogram.min),
    delayMax: inSeconds(histogram.max),
    delayMean: inSeconds(histogram.mean),
    delayStddev: inSeconds(histogram.stddev),
    delayP50: inSeconds(histogram.percentile(50)),
    delayP90: inSeconds(histogram.percentile(90)),
    delayP99: inSeconds(histogram.percentile(99)),
  };
}
