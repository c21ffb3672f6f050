/** Metrics and points as an engine would show them to a writer. */
import type { Attributes } from '@opentelemetry/api';
import type { Exemplar, ExponentialPoint, HistogramPoint, MetricDescriptor, MetricWriter, NumberPoint, Point, SeriesLabels } from '../../../../src/otlp/metric-writer.ts'; // prettier-ignore
import { createExpositionWriter } from '../../../../src/ops-server/exposition/exposition-writer.ts';
import type { Conflict } from '../../../../src/ops-server/exposition/families.ts';
import type { Format } from '../../../../src/ops-server/exposition/family.ts';

export function descriptor(name: string, more: Partial<MetricDescriptor> = {}): MetricDescriptor {
  return { name, description: '', unit: '', type: 'sum', isMonotonic: true, temporality: 'cumulative', isInteger: false, ...more };
}

export function labels(attributes: Attributes = {}): SeriesLabels {
  return { attributes, protobuf: undefined, json: undefined, text: undefined };
}

const point = (attributes: Attributes, exemplars: readonly Exemplar[] = []): Point => ({ labels: labels(attributes), startMs: 0, endMs: 1, exemplars }); // prettier-ignore

export function number(value: number, attributes: Attributes = {}, exemplars: readonly Exemplar[] = []): NumberPoint {
  return { ...point(attributes, exemplars), value };
}

export function histogram(
  values: Partial<HistogramPoint>,
  attributes: Attributes = {},
  exemplars: readonly Exemplar[] = [],
): HistogramPoint {
  // prettier-ignore
  return { ...point(attributes, exemplars), count: 0, sum: 0, min: undefined, max: undefined, bounds: [], counts: [], ...values };
}

export function exponential(values: Partial<ExponentialPoint>, attributes: Attributes = {}): ExponentialPoint {
  const none = { offset: 0, counts: [] };
  return { ...point(attributes), count: 0, sum: 0, min: undefined, max: undefined, scale: 0, zeroCount: 0, positive: none, negative: none, ...values }; // prettier-ignore
}

export function exemplar(value: number, spanId = 'b7ad6b7169203331'): Exemplar {
  return { value, timeMs: 1_700_000_000_123, traceId: '0af7651916cd43dd8448eb211c80319c', spanId, attributes: {} };
}

export interface Metric {
  readonly descriptor: MetricDescriptor;
  readonly scope?: string;
  readonly points: readonly (NumberPoint | HistogramPoint | ExponentialPoint)[];
}

export function writeAll(writer: MetricWriter, metrics: readonly Metric[]): void {
  for (const { descriptor: metric, scope = 'test', points } of metrics) {
    writer.metric({ name: scope }, metric);
    for (const each of points) {
      if ('value' in each) writer.numberPoint(each);
      else if ('bounds' in each) writer.histogramPoint(each);
      else writer.exponentialPoint(each);
    }
    writer.endMetric();
  }
}

export function expose(metrics: readonly Metric[], format: Format = 'text', target = ''): { text: string; conflicts: readonly Conflict[] } {
  const conflicts: Conflict[] = [];
  const writer = createExpositionWriter({ format, target, onConflict: (conflict) => void conflicts.push(conflict) });
  writeAll(writer, metrics);
  return { text: writer.take().toString(), conflicts };
}

/** One of each, with what is hard about them. */
export const EVERYTHING: readonly Metric[] = [
  { descriptor: descriptor('http.server.active_requests', { unit: '{request}', isMonotonic: false, description: 'Now.' }), points: [number(3, { 'http.request.method': 'GET' })] }, // prettier-ignore
  {
    descriptor: descriptor('http.server.request.duration', {
      unit: 's',
      type: 'histogram',
      description: 'Duration of requests,\nwith "quotes" and \\.',
    }),
    points: [
      histogram({ count: 6, sum: 9.25, bounds: [0.005, 1, 10], counts: [1, 3, 1, 1] }, { 'http.route': '/orders/:id' }, [exemplar(0.5), exemplar(20, '00f067aa0ba902b7')]), // prettier-ignore
      histogram({ count: 0, sum: 0, bounds: [0.005, 1, 10], counts: [0, 0, 0, 0] }, { 'http.route': '/"\\\n' }),
    ],
  },
  { descriptor: descriptor('orders.placed', { unit: '{order}', description: 'Orders.' }), points: [number(41, { shop: 'münchen' }, [exemplar(1)]), number(2 ** 53, { shop: '日本' })] }, // prettier-ignore
  { descriptor: descriptor('pool.use', { unit: '1', type: 'gauge' }), points: [number(0.25, { pool: 'a' }), number(Number.NaN, { pool: 'b' }), number(-Infinity, { pool: 'c' })] }, // prettier-ignore
  { descriptor: descriptor('payload', { unit: 'By', type: 'exponential_histogram' }), points: [exponential({ count: 12, sum: 75, scale: 1, zeroCount: 2, positive: { offset: 0, counts: [1, 2, 3, 4] } }, { kind: 'in' })] }, // prettier-ignore
  { descriptor: descriptor('difference', { type: 'exponential_histogram' }), points: [exponential({ count: 4, sum: undefined, scale: 0, positive: { offset: -1, counts: [1] }, negative: { offset: 2, counts: [2, 0, 1] } })] }, // prettier-ignore
  { descriptor: descriptor('no.buckets', { type: 'histogram' }), points: [histogram({ count: 2, sum: 3 })] },
  { descriptor: descriptor('process.cpu.time', { unit: 's' }), points: [number(1e21, { 'cpu.mode': 'user' }), number(1e-7, { 'cpu.mode': 'system' })] }, // prettier-ignore
];
