/** A real meter provider whose metrics are read at once. */
import { AggregationTemporality, DataPointType, MeterProvider, MetricReader, type MetricData } from '@opentelemetry/sdk-metrics';
import type { Attributes } from '@opentelemetry/api';
import type { InstrumentType } from '../../../../src/names/prometheus-name.ts';
import { api } from '../../../../src/runtime/otel.ts';
import { telemetryStarted } from '../../../../src/runtime/telemetry-start.ts';

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

export interface CollectedPoint {
  readonly attributes: Attributes;
  /** Of a histogram its count. */
  readonly value: number;
  readonly sum: number;
}

export interface Collected {
  /** Points of a metric. */
  points(name: string): Promise<CollectedPoint[]>;
  /** What callbacks threw, or rejected with. */
  errors(): Promise<unknown[]>;
  /** Names, units, types. */
  metrics(): Promise<{ name: string; unit: string; description: string; type: InstrumentType; buckets: readonly number[] | undefined }[]>;
}

/** Start telemetry, as `startTelemetry` does. Once a process. */
export function startCollecting(): Collected {
  const reader = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  const provider = new MeterProvider({ readers: [reader] });
  api.metrics.setGlobalMeterProvider(provider);
  telemetryStarted();
  const collect = async () => (await reader.collect()).resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  return {
    async points(name) {
      const found = (await collect()).find(({ descriptor }) => descriptor.name === name);
      return (found?.dataPoints ?? []).map(({ attributes, value }) =>
        typeof value === 'number' ? { attributes, value, sum: value } : { attributes, value: value.count, sum: value.sum ?? 0 },
      );
    },
    errors: async () => (await reader.collect()).errors,
    metrics: async () =>
      (await collect()).map((metric) => ({
        name: metric.descriptor.name,
        unit: metric.descriptor.unit,
        description: metric.descriptor.description,
        type: typeOf(metric),
        buckets: metric.dataPointType === DataPointType.HISTOGRAM ? metric.dataPoints[0]?.value.buckets.boundaries : undefined,
      })),
  };
}

function typeOf(metric: MetricData): InstrumentType {
  if (metric.dataPointType === DataPointType.SUM) return metric.isMonotonic ? 'counter' : 'updowncounter';
  return metric.dataPointType === DataPointType.GAUGE ? 'gauge' : 'histogram';
}
