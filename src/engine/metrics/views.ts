/**
 * Which metrics an instrument makes: one for each view that selects it, and where none does the default one.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#view
 */
import type { Config } from '../../config/config.ts';
import type { Aggregation, MetricView } from '../../config/metric-views.ts';
import type { ExemplarFilter } from './exemplars.ts';
import { ExemplarReservoir } from './exemplars.ts';
import { ExponentialSeries } from './exponential-series.ts';
import { DEFAULT_BOUNDS, HistogramSeries } from './histogram-series.ts';
import type { InstrumentKind, InstrumentSpec } from './instrument-spec.ts';
import type { MetricDescriptor, MetricType } from '../../otlp/metric-writer.ts';
import { LastValueSeries, SumSeries } from './number-series.ts';
import { CARDINALITY_LIMIT } from './cardinality.ts';
import type { StreamOptions } from './stream.ts';

/** How a reader wants values put together. */
export interface ReaderShape {
  readonly temporality: Config['metrics']['temporality'];
  readonly defaultHistogram: Config['metrics']['defaultHistogram'];
}

/** What of `StreamOptions` follows from the instrument and a view. */
export type StreamPlan = Omit<StreamOptions, 'onGrowth' | 'onOverflow' | 'onUnreadable'>;

const EXPONENTIAL_SIZE = 160;
/** Places of the reservoir of an exponential histogram, which the specification wants for all of its buckets together. */
const ONE_PLACE = 1;

/** As the OTLP exporter's specification describes `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`; gauges are of no interval, but of what was recorded in it. */
const DELTA: Readonly<Record<ReaderShape['temporality'], readonly InstrumentKind[]>> = {
  cumulative: [],
  delta: ['counter', 'observableCounter', 'histogram', 'gauge', 'observableGauge'],
  lowmemory: ['counter', 'histogram'],
};

/** The streams of `instrument`, none where views drop it. */
export function planStreams(
  instrument: InstrumentSpec,
  shape: ReaderShape,
  views: readonly MetricView[],
  exemplars: ExemplarFilter,
): StreamPlan[] {
  const selecting = views.filter((view) => selects(view, instrument));
  const plans = (selecting.length === 0 ? [{}] : selecting).map((view) => planStream(instrument, shape, view, exemplars));
  return plans.filter((plan) => plan !== undefined);
}

function planStream(instrument: InstrumentSpec, shape: ReaderShape, view: MetricView, exemplars: ExemplarFilter): StreamPlan | undefined {
  const aggregation = aggregationOf(instrument, shape, view);
  if (aggregation.type === 'drop') return undefined;
  const type = TYPES[aggregation.type];
  const { kind, scope } = instrument;
  const descriptor: MetricDescriptor = {
    name: view.name ?? instrument.name,
    description: view.description ?? instrument.description,
    unit: instrument.unit,
    type,
    isMonotonic: type === 'sum' && instrument.isMonotonic,
    temporality: DELTA[shape.temporality].includes(kind) ? 'delta' : 'cumulative',
    isInteger: instrument.isInteger && (type === 'sum' || type === 'gauge'),
  };
  const places = aggregation.type === 'explicit_bucket_histogram' ? (aggregation.boundaries ?? DEFAULT_BOUNDS).length + 1 : ONE_PLACE;
  return {
    scope,
    descriptor,
    limit: Math.max(2, view.cardinalityLimit ?? CARDINALITY_LIMIT),
    hasOwnDescription: view.description !== undefined,
    keeps: keepsOf(view),
    createSeries: creatorOf(aggregation, instrument.isMonotonic),
    createReservoir: exemplars === 'always_off' ? () => undefined : () => new ExemplarReservoir(places, exemplars),
  };
}

type Specific = Exclude<Aggregation, string>;

const TYPES: Readonly<Record<Exclude<Specific['type'], 'drop' | 'default'>, MetricType>> = {
  sum: 'sum',
  last_value: 'gauge',
  explicit_bucket_histogram: 'histogram',
  base2_exponential_bucket_histogram: 'exponential_histogram',
};

const DEFAULT: Specific = { type: 'default' };

type Resolved = Exclude<Specific, { type: 'default' }>;

function aggregationOf({ kind, bounds }: InstrumentSpec, { defaultHistogram }: ReaderShape, view: MetricView): Resolved {
  const wanted = typeof view.aggregation === 'string' ? ({ type: view.aggregation } as Specific) : (view.aggregation ?? DEFAULT);
  // Bounds that the instrument advises hold for a view that names none.
  if (wanted.type === 'explicit_bucket_histogram') return { ...wanted, boundaries: wanted.boundaries ?? bounds ?? DEFAULT_BOUNDS };
  if (wanted.type !== 'default') return wanted;
  if (kind === 'gauge' || kind === 'observableGauge') return { type: 'last_value' };
  if (kind !== 'histogram') return { type: 'sum' };
  if (defaultHistogram === 'base2_exponential_bucket_histogram') return { type: defaultHistogram };
  return { type: 'explicit_bucket_histogram', boundaries: bounds ?? DEFAULT_BOUNDS };
}

function creatorOf(aggregation: Exclude<Resolved, { type: 'drop' }>, hasSum: boolean): StreamOptions['createSeries'] {
  switch (aggregation.type) {
    case 'sum':
      return (owner, attributes, reservoir) => new SumSeries(owner, attributes, reservoir);
    case 'last_value':
      return (owner, attributes, reservoir) => new LastValueSeries(owner, attributes, reservoir);
    case 'explicit_bucket_histogram': {
      const { boundaries = DEFAULT_BOUNDS, recordMinMax = true } = aggregation;
      const shape = { bounds: boundaries, hasSum, hasMinMax: recordMinMax };
      return (owner, attributes, reservoir) => new HistogramSeries(owner, attributes, reservoir, shape);
    }
    case 'base2_exponential_bucket_histogram': {
      const { maxSize = EXPONENTIAL_SIZE, recordMinMax = true } = aggregation;
      const shape = { size: Math.max(2, maxSize), hasSum, hasMinMax: recordMinMax };
      return (owner, attributes, reservoir) => new ExponentialSeries(owner, attributes, reservoir, shape);
    }
  }
}

function keepsOf({ attributeKeys, withoutAttributeKeys }: MetricView): StreamOptions['keeps'] {
  if (attributeKeys === undefined && withoutAttributeKeys === undefined) return undefined;
  const kept = attributeKeys === undefined ? undefined : new Set(attributeKeys);
  const left = new Set(withoutAttributeKeys);
  return (key) => (kept === undefined || kept.has(key)) && !left.has(key);
}

function selects(view: MetricView, { name, kind, unit, scope }: InstrumentSpec): boolean {
  return (
    matchesName(view.instrumentName, name) &&
    (view.instrumentType === undefined || view.instrumentType === kind) &&
    (view.instrumentUnit === undefined || view.instrumentUnit === unit) &&
    (view.meterName === undefined || view.meterName === scope.name) &&
    (view.meterVersion === undefined || view.meterVersion === scope.version) &&
    (view.meterSchemaUrl === undefined || view.meterSchemaUrl === scope.schemaUrl)
  );
}

/** `*` stands for any number of characters, `?` for one. Names are the same whatever their case. */
function matchesName(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined || pattern === '*') return true;
  return matches(pattern.toLowerCase(), name.toLowerCase());
}

/** In time that grows with both lengths multiplied, at most, for a pattern is the application's. */
function matches(pattern: string, text: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let retry = 0;
  while (from < text.length) {
    if (at < pattern.length && (pattern[at] === '?' || (pattern[at] !== '*' && pattern[at] === text[from]))) {
      at++;
      from++;
    } else if (pattern[at] === '*') {
      star = at++;
      retry = from;
    } else if (star !== -1) {
      at = star + 1;
      from = ++retry;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
