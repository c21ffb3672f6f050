/** Metrics under older names beside their own: `SIGNALBOX_METRICS_ALIASES=true`. The names stand in `names/metrics/aliases.ts`. */
import type { MetricDescriptor, MetricSource, MetricWriter, SeriesLabels } from '../../otlp/metric-writer.ts';
import { METRIC_ALIASES, type MetricAlias } from '../../names/metrics/aliases.ts';
import { mergeMembers, writeMerged } from '../cluster/merge.ts';
import { createSnapshotWriter, type MetricSnapshot, type Sample } from '../cluster/snapshot.ts';

const ALIASES = new Map<string, MetricAlias[]>();
for (const alias of METRIC_ALIASES) ALIASES.set(alias.metric, [...(ALIASES.get(alias.metric) ?? []), alias]);

export function withAliases(source: MetricSource): MetricSource {
  let known = new Map<string, SeriesLabels>();

  function writeAliases(taken: readonly MetricSnapshot[], writer: MetricWriter): void {
    const seen = new Map<string, SeriesLabels>();
    const labelsOf = (key: string, { attributes }: Sample): SeriesLabels => {
      const labels = known.get(key) ?? { attributes, protobuf: undefined, json: undefined, text: undefined };
      seen.set(key, labels);
      return labels;
    };
    // Series that differ in nothing else become one.
    writeMerged(mergeMembers([{ name: undefined, metrics: taken.flatMap(aliasesOf) }], labelsOf), writer);
    known = seen;
  }

  return {
    async collect(writer, options) {
      const { aliased, tee } = teeOf(writer);
      await source.collect(tee, options);
      writeAliases(aliased(), writer);
    },
    collectNow(writer) {
      const { aliased, tee } = teeOf(writer);
      source.collectNow(tee);
      writeAliases(aliased(), writer);
    },
  };
}

/** Passes everything on, and keeps what has aliases. */
function teeOf(writer: MetricWriter): { readonly tee: MetricWriter; aliased(): MetricSnapshot[] } {
  const snapshot = createSnapshotWriter();
  let isAliased = false;
  const tee: MetricWriter = {
    metric(scope, descriptor) {
      isAliased = ALIASES.has(descriptor.name);
      writer.metric(scope, descriptor);
      if (isAliased) snapshot.metric(scope, descriptor);
    },
    numberPoint(point) {
      writer.numberPoint(point);
      if (isAliased) snapshot.numberPoint(point);
    },
    histogramPoint(point) {
      writer.histogramPoint(point);
      if (isAliased) snapshot.histogramPoint(point);
    },
    exponentialPoint(point) {
      writer.exponentialPoint(point);
      if (isAliased) snapshot.exponentialPoint(point);
    },
    endMetric: () => writer.endMetric(),
  };
  return { tee, aliased: () => snapshot.take() };
}

function aliasesOf({ descriptor, samples }: MetricSnapshot): MetricSnapshot[] {
  return (ALIASES.get(descriptor.name) ?? []).flatMap((alias) => {
    const wanted = samples.flatMap((sample) => (isWanted(sample, alias) ? aliasSample(sample, alias) : []));
    return wanted.length === 0 ? [] : { scope: '', descriptor: aliasDescriptor(descriptor, alias), samples: wanted };
  });
}

/** The alias is the whole name: without a unit nothing is added to it. */
function aliasDescriptor(descriptor: MetricDescriptor, { alias, part }: MetricAlias): MetricDescriptor {
  const description = `Alias of ${descriptor.name}. ${descriptor.description}`.trim();
  const counted = part === undefined ? {} : ({ type: 'sum', isMonotonic: true } as const);
  return { ...descriptor, ...counted, name: alias, unit: '', description };
}

function isWanted({ attributes }: Sample, { where = {} }: MetricAlias): boolean {
  return Object.entries(where).every(([key, wanted]) => {
    const value = attributes[key];
    if (wanted === '*') return value !== undefined && value !== '';
    return wanted === '' ? value === undefined || value === '' : String(value) === wanted;
  });
}

function aliasSample(sample: Sample, { part, where = {} }: MetricAlias): Sample[] {
  const attributes = Object.fromEntries(Object.entries(sample.attributes).filter(([key]) => !Object.hasOwn(where, key)));
  if (part === undefined || 'value' in sample) return [{ ...sample, attributes }];
  const value = part === 'count' ? sample.count : sample.sum;
  return value === undefined ? [] : [{ attributes, exemplars: [], value }];
}
