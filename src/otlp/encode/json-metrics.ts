/** Metrics in JSON, written down point by point while they are collected. */
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialPoint,
  HistogramPoint,
  MetricDescriptor,
  MetricType,
  MetricWriter,
  NumberPoint,
  Point,
} from '../metric-writer.ts';
import type { MetricSink, Redact, Scope } from '../types.ts';
import { attributesToJson, double, nanosOfMs, optionalText, text } from './json-values.ts';
import { TEMPORALITY } from './otlp-values.ts';

const DATA: Readonly<Record<MetricType, string>> = {
  gauge: 'gauge',
  sum: 'sum',
  histogram: 'histogram',
  exponential_histogram: 'exponentialHistogram',
};

/** A record that is being written. */
interface Writing {
  readonly scope: Scope;
  readonly descriptor: MetricDescriptor;
  readonly points: string[];
  characters: number;
}

/** @param toBytes - of a whole record. */
export function createJsonMetricWriter({ redact, maxBytes, onRecord }: MetricSink, toBytes: (json: string) => Uint8Array): MetricWriter {
  let writing: Writing | undefined;

  function begin(scope: Scope, descriptor: MetricDescriptor): Writing {
    return (writing = { scope, descriptor, points: [], characters: 0 });
  }

  function end({ scope, descriptor, points }: Writing): void {
    writing = undefined;
    onRecord(scope, toBytes(metricToJson(descriptor, points)), points.length);
  }

  function point<P>(toJson: (point: P, redact: Redact, isInteger: boolean) => string, of: P): void {
    let current = writing;
    if (current === undefined) return;
    if (current.points.length > 0 && current.characters > maxBytes) {
      end(current);
      current = begin(current.scope, current.descriptor);
    }
    const json = toJson(of, redact, current.descriptor.isInteger);
    current.points.push(json);
    current.characters += json.length;
  }

  return {
    metric: (scope, descriptor) => void begin(scope, descriptor),
    numberPoint: (of) => point(numberPoint, of),
    histogramPoint: (of) => point(histogramPoint, of),
    exponentialPoint: (of) => point(exponentialPoint, of),
    endMetric() {
      if (writing !== undefined) end(writing);
    },
  };
}

function metricToJson({ name, description, unit, type, isMonotonic, temporality }: MetricDescriptor, points: readonly string[]): string {
  const head = JSON.stringify({ name: text(name), description: optionalText(description), unit: optionalText(unit) });
  const put = type === 'gauge' ? '' : `,"aggregationTemporality":${TEMPORALITY[temporality]}`;
  const kind = type === 'sum' ? `,"isMonotonic":${isMonotonic}` : '';
  return `${head.slice(0, -1)},"${DATA[type]}":{"dataPoints":[${points.join()}]${put}${kind}}}`;
}

/** What all points have; their braces stay open. */
function pointFields({ labels, startMs, endMs, exemplars }: Point, redact: Redact, isInteger: boolean): string {
  labels.json ??= JSON.stringify(attributesToJson(labels.attributes, redact));
  const found =
    exemplars.length === 0 ? '' : `,"exemplars":${JSON.stringify(exemplars.map((one) => exemplarToJson(one, redact, isInteger)))}`;
  return `{"attributes":${labels.json},"startTimeUnixNano":"${nanosOfMs(startMs)}","timeUnixNano":"${nanosOfMs(endMs)}"${found}`;
}

function numberPoint(point: NumberPoint, redact: Redact, isInteger: boolean): string {
  return `${pointFields(point, redact, isInteger)},${numberField(point.value, isInteger)}}`;
}

function numberField(value: number, isInteger: boolean): string {
  return isInteger && Number.isSafeInteger(value) ? `"asInt":"${value}"` : `"asDouble":${JSON.stringify(double(value))}`;
}

function histogramPoint(point: HistogramPoint, redact: Redact): string {
  const { bounds, count, counts, max, min, sum } = point;
  const fields = JSON.stringify({
    count: String(count),
    sum: double(sum),
    bucketCounts: Array.from(counts, String),
    explicitBounds: bounds.map(double),
    min: double(min),
    max: double(max),
  });
  return `${pointFields(point, redact, false)},${fields.slice(1)}`;
}

function exponentialPoint(point: ExponentialPoint, redact: Redact): string {
  const { count, max, min, negative, positive, scale, sum, zeroCount } = point;
  const fields = JSON.stringify({
    count: String(count),
    sum: double(sum),
    scale,
    zeroCount: String(zeroCount),
    positive: bucketsToJson(positive),
    negative: bucketsToJson(negative),
    min: double(min),
    max: double(max),
  });
  return `${pointFields(point, redact, false)},${fields.slice(1)}`;
}

function bucketsToJson({ offset, counts }: ExponentialBuckets): object {
  return { offset, bucketCounts: Array.from(counts, String) };
}

function exemplarToJson({ attributes, timeMs, value, traceId, spanId }: Exemplar, redact: Redact, isInteger: boolean): object {
  const number = isInteger && Number.isSafeInteger(value) ? { asInt: String(value) } : { asDouble: double(value) };
  return {
    filteredAttributes: attributesToJson(attributes, redact),
    timeUnixNano: nanosOfMs(timeMs),
    ...number,
    spanId: optionalText(spanId),
    traceId: optionalText(traceId),
  };
}
