/** How long each garbage collection took. */
import type { Histogram, Meter } from '@opentelemetry/api';
import { GC_TYPE, V8_METRICS } from '../../names/runtime-metrics.ts';
import { require } from '../../runtime/otel.ts';

const BOUNDARIES_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** @returns what ends it. */
export function observeGarbageCollection(meter: Meter): () => void {
  const { PerformanceObserver, constants } = require('node:perf_hooks') as typeof import('node:perf_hooks');
  const types: Readonly<Record<number, string>> = {
    [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
    [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
    [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
    [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
  };
  const { name, ...options } = V8_METRICS.gcDuration;
  const duration: Histogram = meter.createHistogram(name, { ...options, advice: { explicitBucketBoundaries: BOUNDARIES_SECONDS } });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = entry.detail as { kind: number };
      const type = types[kind];
      duration.record(entry.duration / 1000, type === undefined ? {} : { [GC_TYPE]: type });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}
