/** Keeps what a collection writes down, for tests to look at. */
import type { Attributes } from '@opentelemetry/api';
import type {
  Exemplar,
  ExponentialPoint,
  HistogramPoint,
  MetricDescriptor,
  MetricWriter,
  Point,
} from '../../../../src/otlp/metric-writer.ts';

export interface CollectedPoint {
  readonly attributes: Attributes;
  readonly startMs: number;
  readonly endMs: number;
  readonly exemplars: readonly Exemplar[];
  /** A number, or what a histogram has. */
  readonly value: unknown;
}

export interface CollectedMetric {
  readonly scope: string;
  readonly descriptor: MetricDescriptor;
  readonly points: readonly CollectedPoint[];
}

/** @param metrics - is added to. */
export function keepIn(metrics: CollectedMetric[]): MetricWriter {
  let points: CollectedPoint[] = [];
  const add = ({ labels, startMs, endMs, exemplars }: Point, value: unknown): void => {
    points.push({ attributes: { ...labels.attributes }, startMs, endMs, exemplars, value });
  };
  return {
    metric(scope, descriptor) {
      points = [];
      metrics.push({ scope: scope.name, descriptor, points });
    },
    numberPoint: (point) => add(point, point.value),
    histogramPoint: (point) => add(point, histogramOf(point)),
    exponentialPoint: (point) => add(point, exponentialOf(point)),
    endMetric() {},
  };
}

function histogramOf({ count, sum, min, max, bounds, counts }: HistogramPoint): object {
  return { count, sum, min, max, bounds: [...bounds], counts: Array.from(counts) };
}

function exponentialOf({ count, sum, min, max, scale, zeroCount, positive, negative }: ExponentialPoint): object {
  const bucketsOf = ({ offset, counts }: ExponentialPoint['positive']): object => ({ offset, counts: Array.from(counts) });
  return { count, sum, min, max, scale, zeroCount, positive: bucketsOf(positive), negative: bucketsOf(negative) };
}
