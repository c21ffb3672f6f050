/**
 * Writes a collection down in a text format. What a series needs before its value is made once and kept; the rest is a copy of
 * bytes and a number a line.
 */
import type { Exemplar, ExponentialPoint, HistogramPoint, MetricDescriptor, MetricWriter, SeriesLabels } from '../../otlp/metric-writer.ts';
import { createByteText, type ByteText } from './byte-text.ts';
import { classicBuckets } from './classic-buckets.ts';
import { exemplarText, lastIn } from './exemplars.ts';
import { createFamilies, type Conflict, type Family } from './families.ts';
import { familyName, type FamilyName, type Format } from './family.ts';
import { formatBound, formatNumber } from './format-number.ts';
import { createLabelSources, labelText, type LabelSources } from './labels.ts';

export interface ExpositionOptions {
  readonly format: Format;
  /** Labels of `target_info`: the resource. */
  readonly target: string;
  readonly onConflict: (conflict: Conflict) => void;
}

export interface ExpositionWriter extends MetricWriter {
  /** Everything that was written since the last call. */
  take(): Buffer;
}

/** The sample that has the resource. */
const TARGET_INFO = 'target_info';

/** What is remembered of a metric. */
interface Metric {
  readonly name: FamilyName | undefined;
  readonly sources: LabelSources;
}

/** What stands before the values of a histogram: of each bucket, `+Inf` last, then of the sum and the count. */
interface HistogramPrefixes {
  readonly bounds: readonly number[];
  readonly buckets: readonly Buffer[];
  readonly sum: Buffer;
  readonly count: Buffer;
}

/** @returns a writer that may be used again and again; what it remembers goes with the engine's objects. */
export function createExpositionWriter({ format, target, onConflict }: ExpositionOptions): ExpositionWriter {
  const metrics = new WeakMap<MetricDescriptor, Metric>();
  const histograms = new WeakMap<SeriesLabels, HistogramPrefixes>();
  const text = createByteText();
  const families = createFamilies(text, {
    head: targetInfo(target, format),
    headMetric: TARGET_INFO,
    headReserved: target === '' ? [] : format === 'openmetrics' ? ['target', TARGET_INFO] : [TARGET_INFO],
    tail: format === 'openmetrics' ? '# EOF\n' : '',
    onConflict,
  });
  let metric: Metric = { name: undefined, sources: createLabelSources() };
  let family: Family | undefined;

  function end(): void {
    if (family !== undefined) families.close(family);
    family = undefined;
  }

  function metricOf(descriptor: MetricDescriptor): Metric {
    let found = metrics.get(descriptor);
    if (found === undefined) metrics.set(descriptor, (found = { name: familyName(descriptor, format), sources: createLabelSources() }));
    return found;
  }

  function prefixesOf(sample: string, labels: SeriesLabels, bounds: readonly number[]): HistogramPrefixes {
    let found = histograms.get(labels);
    if (found === undefined || !areSame(found.bounds, bounds))
      histograms.set(labels, (found = histogramPrefixes(sample, labelText(labels.attributes, metric.sources, 'le'), bounds)));
    return found;
  }

  function writeHistogram(point: HistogramPoint | ExponentialPoint, bounds: readonly number[], cumulative: ArrayLike<number>): void {
    if (family === undefined) return;
    const { count, exemplars, labels, sum } = point;
    const prefixes = prefixesOf(family.name.sample, labels, bounds);
    if (!families.isNew(family, prefixes.count, metric.sources.mayCollide)) return;
    const withExemplars = format === 'openmetrics' && exemplars.length > 0;
    for (let i = 0; i <= bounds.length; i++) {
      const value = i < bounds.length ? (cumulative[i] as number) : count;
      const lower = bounds[i - 1] ?? -Infinity;
      writeLine(text, prefixes.buckets[i] as Buffer, value, withExemplars ? lastIn(exemplars, lower, bounds[i] ?? Infinity) : undefined);
    }
    if (sum !== undefined) writeLine(text, prefixes.sum, sum, undefined);
    // OpenMetrics has no count without a sum, and no sum that may fall.
    if (sum !== undefined || format === 'text') writeLine(text, prefixes.count, count, undefined);
  }

  return {
    metric(_scope, descriptor) {
      // The last one threw.
      end();
      metric = metricOf(descriptor);
      family = metric.name === undefined ? undefined : families.open(metric.name, descriptor.name);
    },
    numberPoint({ exemplars, labels, value }) {
      if (family === undefined) return;
      labels.text ??= Buffer.from(series(family.name.sample, labelText(labels.attributes, metric.sources)));
      if (!families.isNew(family, labels.text, metric.sources.mayCollide)) return;
      const isExemplified = exemplars.length > 0 && format === 'openmetrics' && family.name.type === 'counter';
      writeLine(text, labels.text, value, isExemplified ? exemplars.at(-1) : undefined);
    },
    histogramPoint(point) {
      writeHistogram(point, point.bounds, addUp(point));
    },
    exponentialPoint(point) {
      const { bounds, cumulative } = classicBuckets(point);
      writeHistogram(point, bounds, cumulative);
    },
    endMetric: end,
    take() {
      end();
      return families.take();
    },
  };
}

function writeLine(text: ByteText, prefix: Uint8Array, value: number, exemplar: Exemplar | undefined): void {
  text.addBytes(prefix);
  text.addNumber(formatNumber(value), exemplar === undefined);
  if (exemplar !== undefined) text.add(exemplarText(exemplar));
}

function targetInfo(labels: string, format: Format): string {
  if (labels === '') return '';
  const [family, type] = format === 'openmetrics' ? ['target', 'info'] : [TARGET_INFO, 'gauge'];
  return `# HELP ${family} Target metadata\n# TYPE ${family} ${type}\n${TARGET_INFO}{${labels}} 1\n`;
}

function series(sample: string, labels: string): string {
  return labels === '' ? `${sample} ` : `${sample}{${labels}} `;
}

function histogramPrefixes(sample: string, labels: string, bounds: readonly number[]): HistogramPrefixes {
  const before = labels === '' ? '' : `${labels},`;
  return {
    bounds: [...bounds],
    buckets: [...bounds, Infinity].map((bound) => Buffer.from(`${sample}_bucket{${before}le="${formatBound(bound)}"} `)),
    sum: Buffer.from(series(`${sample}_sum`, labels)),
    count: Buffer.from(series(`${sample}_count`, labels)),
  };
}

/** Those of an exponential histogram are made anew each time. */
function areSame(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The counts of all buckets but the last, each with those below it. */
function addUp({ bounds, counts }: HistogramPoint): ArrayLike<number> {
  const cumulative = new Float64Array(bounds.length);
  let total = 0;
  for (let i = 0; i < bounds.length; i++) cumulative[i] = total += counts[i] ?? 0;
  return cumulative;
}
