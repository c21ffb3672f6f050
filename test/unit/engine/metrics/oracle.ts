/**
 * Random programs that record metrics, run on the engine and on the official SDK; what both export is brought into one form.
 *
 * Where the two differ on purpose, programs keep away from it:
 *
 * - What is not observed any more ends, as the specification says; the SDK sends it for ever in cumulative. In programs, what
 *   was observed once is observed each time.
 * - The limit of attribute sets holds for all of the time in cumulative; the SDK's holds for one interval, so that its memory
 *   is not bounded. Programs reach a limit in delta only.
 * - An exponential histogram keeps the finest scale at which its values have room. Where an interval has no values of one sign, or
 *   zeros alone, the SDK's takes 0 for one of them and becomes coarser: ours is compared at its scale.
 * - NaN, infinities and what makes an observed counter negative are ignored; the SDK adds infinities, and takes 0. Names are the same whatever their case; the SDK's registry looks
 *   them up by case. What a view's filter makes equal is added up in observed sums; of the SDK's the last one counts. Two views
 *   that make the same metric of one instrument record once each; the SDK records twice into one. Programs do none of it.
 * - A view without an aggregation has the reader's default one, as the specification says; in the SDK its histograms are explicit.
 *   Programs give histograms one.
 * - Sums of fractions may differ in the last digits: the SDK adds up the sums of intervals.
 */
import type { Attributes, Context, MeterProvider as ApiMeterProvider, ObservableResult } from '@opentelemetry/api';
import type { MetricData, PushMetricExporter, ViewOptions } from '@opentelemetry/sdk-metrics';
import type { Config } from '../../../../src/config/config.ts';
import type { MetricView } from '../../../../src/config/metric-views.ts';
import type { InstrumentKind } from '../../../../src/engine/metrics/instrument-spec.ts';
import { require } from '../../../../src/runtime/otel.ts';
import type { CollectedMetric } from './collected.ts';

const sdk = require('@opentelemetry/sdk-metrics') as typeof import('@opentelemetry/sdk-metrics');

export interface Program {
  readonly temporality: Config['metrics']['temporality'];
  readonly defaultHistogram: Config['metrics']['defaultHistogram'];
  readonly views: readonly MetricView[];
  readonly instruments: readonly ProgramInstrument[];
  /** Between two of them everything is collected. */
  readonly intervals: readonly (readonly Step[])[];
}

interface ProgramInstrument {
  readonly meter: string;
  readonly kind: InstrumentKind;
  readonly name: string;
  readonly unit: string;
  readonly isInteger: boolean;
  readonly bounds: readonly number[] | undefined;
}

/** Time passes, then a value is recorded, or is what a callback observes from the next collection on. */
interface Step {
  readonly afterMs: number;
  readonly instrument: number;
  readonly value: number;
  readonly attributes: Attributes | undefined;
}

type Random = () => number;
const KINDS: readonly InstrumentKind[] = [
  'counter',
  'upDownCounter',
  'histogram',
  'gauge',
  'observableCounter',
  'observableUpDownCounter',
  'observableGauge',
];

export function randomProgram(random: Random): Program {
  const int = (below: number): number => Math.floor(random() * below);
  const pick = <T>(of: readonly T[]): T => of[int(of.length)] as T;
  const list = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
  const temporality = pick(['cumulative', 'delta', 'lowmemory'] as const);
  const instruments = list(1 + int(5), (index): ProgramInstrument => {
    const kind = pick(KINDS);
    const bounds = kind === 'histogram' && random() < 0.5 ? list(int(6), (i) => i * 10 + int(10)) : undefined;
    return { meter: pick(['shop', 'bank']), kind, name: `metric.${index}`, unit: pick(['', 's', 'By']), isInteger: random() < 0.3, bounds };
  });
  // The same instrument again is one and the same. What two callbacks observe of one series is nobody's to say.
  const again = pick(instruments);
  if (random() < 0.3 && !again.kind.startsWith('observable')) instruments.push(again);
  const views = random() < 0.4 ? list(1 + int(2), () => randomView(random, temporality, pick(instruments))) : [];
  const values = (): number =>
    pick([1, 2, 3, 10, 0.5, 0.1, 1e-9, 12345.678, 1e12, int(1000), random() * 100, 2 ** int(40), -1, -0.25, -int(50) - 1]);
  const pool = list(1 + int(8), () => randomAttributes(random));
  const step = (): Step => {
    const attributes = pick(pool);
    const turned = random() < 0.3 && attributes !== undefined ? Object.fromEntries(Object.entries(attributes).reverse()) : attributes;
    return { afterMs: int(20), instrument: int(instruments.length), value: values(), attributes: turned };
  };
  return {
    temporality,
    defaultHistogram: pick(['explicit_bucket_histogram', 'base2_exponential_bucket_histogram']),
    views: views.filter((view, index) => index === 0 || view.instrumentName !== views[0]?.instrumentName),
    instruments,
    intervals: list(1 + int(4), () => list(int(30), step)),
  };
}

function randomAttributes(random: Random): Attributes | undefined {
  if (random() < 0.1) return random() < 0.5 ? undefined : {};
  const attributes: Attributes = {};
  for (const key of ['route', 'status', 'ok', 'list'])
    if (random() < 0.5)
      attributes[key] = [`/${Math.floor(random() * 3)}`, Math.floor(random() * 3), random() < 0.5, ['a', 'b']][
        key === 'list' ? 3 : Math.floor(random() * 3)
      ] as string;
  return attributes;
}

function randomView(random: Random, temporality: Program['temporality'], { name, kind }: ProgramInstrument): MetricView {
  const isObservable = kind.startsWith('observable');
  const aggregations: NonNullable<MetricView['aggregation']>[] = [
    ...(kind === 'histogram' ? [] : (['default'] as const)),
    'drop',
    ...(isObservable
      ? []
      : ([
          'sum',
          'last_value',
          { type: 'explicit_bucket_histogram', boundaries: [1, 5, 100], recordMinMax: random() < 0.5 },
          { type: 'base2_exponential_bucket_histogram', maxSize: 2 + Math.floor(random() * 30) },
        ] as const)),
  ];
  return {
    instrumentName: name,
    ...(random() < 0.5 ? { name: `${name}.view`, description: 'Of a view.' } : {}),
    ...(random() < 0.5 && !isObservable ? { attributeKeys: ['route', 'status'] } : {}),
    ...(temporality === 'delta' && kind !== 'upDownCounter' && !isObservable ? { cardinalityLimit: 3 } : {}),
    aggregation: aggregations[Math.floor(random() * aggregations.length)] as NonNullable<MetricView['aggregation']>,
  };
}

/** What is exported, in one form; one point by the text of its metric and attributes. */
export type Exported = Readonly<Record<string, object>>;

interface Run {
  readonly meterProvider: ApiMeterProvider;
  collect(): Promise<Exported>;
}

/** What `program` exports, one for each interval. @param setTime - sets the clock that both read. */
export async function runProgram(program: Program, { meterProvider, collect }: Run, setTime: (ms: number) => void): Promise<Exported[]> {
  let timeMs = 1_700_000_000_000;
  setTime(timeMs);
  /** By instrument, by the text of attributes: what a callback observes. */
  const observing = program.instruments.map(() => new Map<string, Step>());
  const writes = program.instruments.map(({ meter: scope, kind, name, unit, isInteger, bounds }, index) => {
    const meter = meterProvider.getMeter(scope);
    const options = {
      unit,
      valueType: isInteger ? 0 : 1,
      ...(bounds === undefined ? {} : { advice: { explicitBucketBoundaries: [...bounds] } }),
    };
    const method = `create${kind[0]?.toUpperCase()}${kind.slice(1)}` as 'createCounter';
    const made = meter[method](name, options) as {
      add?(value: number, attributes?: Attributes, context?: Context): void;
      record?(value: number, attributes?: Attributes): void;
      addCallback?(callback: (result: ObservableResult) => void): void;
    };
    made.addCallback?.((result) => {
      for (const { value, attributes } of observing[index]?.values() ?? [])
        result.observe(kind === 'observableCounter' ? Math.abs(value) : value, attributes);
    });
    return (value: number, attributes: Attributes | undefined): void => {
      if (made.add !== undefined) made.add(value, attributes);
      else made.record?.(value, attributes);
    };
  });
  const exported: Exported[] = [];
  for (const steps of program.intervals) {
    for (const step of steps) {
      setTime((timeMs += step.afterMs));
      if (program.instruments[step.instrument]?.kind.startsWith('observable'))
        observing[step.instrument]?.set(textOf(step.attributes ?? {}), step);
      else writes[step.instrument]?.(step.value, step.attributes);
    }
    setTime((timeMs += 5));
    exported.push(await collect());
  }
  return exported;
}

function textOf(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function exportedByEngine(metrics: readonly CollectedMetric[]): Exported {
  return Object.fromEntries(
    metrics.flatMap(({ scope, descriptor, points }) => {
      const { name, description, unit, type, isMonotonic, temporality, isInteger } = descriptor;
      const isWhole = isInteger && (type === 'sum' || type === 'gauge');
      return points.map(({ attributes, startMs, endMs, value }) => [
        [scope, name, unit, type, isWhole, textOf(attributes)].join(' '),
        { description, isMonotonic, temporality: type === 'gauge' ? '' : temporality, startMs, endMs, value },
      ]);
    }),
  );
}

export function startSdk({ temporality, defaultHistogram, views }: Program): Run {
  class Reader extends sdk.MetricReader {
    protected override async onForceFlush(): Promise<void> {}
    protected override async onShutdown(): Promise<void> {}
  }
  const reader = new Reader({
    aggregationTemporalitySelector: temporalitySelector(temporality),
    aggregationSelector: (instrument) => ({
      type:
        instrument === sdk.InstrumentType.HISTOGRAM && defaultHistogram === 'base2_exponential_bucket_histogram'
          ? sdk.AggregationType.EXPONENTIAL_HISTOGRAM
          : sdk.AggregationType.DEFAULT,
    }),
  });
  return {
    meterProvider: new sdk.MeterProvider({ readers: [reader], views: views.map(toSdkView) }),
    async collect() {
      const { resourceMetrics } = await reader.collect();
      const entries = resourceMetrics.scopeMetrics.flatMap(({ scope, metrics }) =>
        metrics.flatMap((metric) => pointsOfSdk(scope.name, metric)),
      );
      return Object.fromEntries(entries);
    },
  };
}

function temporalitySelector(preference: Program['temporality']): NonNullable<PushMetricExporter['selectAggregationTemporality']> {
  const { CUMULATIVE, DELTA } = sdk.AggregationTemporality;
  const type = sdk.InstrumentType;
  const delta = {
    cumulative: [],
    delta: [type.COUNTER, type.OBSERVABLE_COUNTER, type.HISTOGRAM, type.GAUGE, type.OBSERVABLE_GAUGE],
    lowmemory: [type.COUNTER, type.HISTOGRAM],
  }[preference];
  return (instrument) => (delta.includes(instrument as never) ? DELTA : CUMULATIVE);
}

function toSdkView({ attributeKeys, aggregation = 'default', cardinalityLimit, ...view }: MetricView): ViewOptions {
  const wanted = typeof aggregation === 'string' ? { type: aggregation } : aggregation;
  const types = {
    default: sdk.AggregationType.DEFAULT,
    drop: sdk.AggregationType.DROP,
    sum: sdk.AggregationType.SUM,
    last_value: sdk.AggregationType.LAST_VALUE,
    explicit_bucket_histogram: sdk.AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
    base2_exponential_bucket_histogram: sdk.AggregationType.EXPONENTIAL_HISTOGRAM,
  };
  const { type, ...options } = wanted;
  return {
    ...view,
    aggregation: { type: types[type], options },
    ...(attributeKeys === undefined ? {} : { attributesProcessors: [sdk.createAllowListAttributesProcessor([...attributeKeys])] }),
    ...(cardinalityLimit === undefined ? {} : { aggregationCardinalityLimit: cardinalityLimit }),
  } as unknown as ViewOptions;
}

const TYPES = ['histogram', 'exponential_histogram', 'gauge', 'sum'] as const;

function pointsOfSdk(scope: string, metric: MetricData): [string, object][] {
  const { name, unit, description, valueType } = metric.descriptor;
  const type = TYPES[metric.dataPointType];
  const isWhole = valueType === 0 && (type === 'sum' || type === 'gauge');
  const toMs = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6;
  return metric.dataPoints.map(({ attributes, startTime, endTime, value }) => [
    [scope, name, unit, type, isWhole, textOf(attributes)].join(' '),
    {
      description,
      isMonotonic: 'isMonotonic' in metric && metric.isMonotonic,
      temporality: type === 'gauge' ? '' : metric.aggregationTemporality === 0 ? 'delta' : 'cumulative',
      startMs: toMs(startTime),
      endMs: toMs(endTime),
      value: valueOfSdk(value),
    },
  ]);
}

function valueOfSdk(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { buckets, positive, negative, ...rest } = value as Record<
    string,
    { boundaries: number[]; counts: number[] } & { offset: number; bucketCounts: number[] }
  >;
  if (buckets !== undefined) return { ...rest, bounds: buckets.boundaries, counts: buckets.counts };
  const bucketsOf = (of: typeof positive) => ({ offset: of?.offset, counts: of?.bucketCounts });
  return { ...rest, positive: bucketsOf(positive), negative: bucketsOf(negative) };
}

interface Exponential {
  readonly scale: number;
  readonly positive: { readonly offset: number; readonly counts: readonly number[] };
  readonly negative: { readonly offset: number; readonly counts: readonly number[] };
}

/** Ours with its exponential histograms at the scale of theirs, which may be coarser. */
export function atScaleOf(theirs: Exported | undefined, ours: Exported): Exported {
  return Object.fromEntries(
    Object.entries(ours).map(([key, point]) => {
      const [our, their] = [point, theirs?.[key]].map(
        (each) => (each as { value?: unknown } | undefined)?.value as Exponential | undefined,
      );
      const change = (our?.scale ?? 0) - (their?.scale ?? 0);
      if (our?.scale === undefined || their === undefined || change <= 0) return [key, point];
      const coarser = {
        ...our,
        scale: their.scale,
        positive: downscaled(our.positive, change),
        negative: downscaled(our.negative, change),
      };
      return [key, { ...point, value: coarser }];
    }),
  );
}

function downscaled({ offset, counts }: Exponential['positive'], change: number): Exponential['positive'] {
  if (counts.length === 0) return { offset, counts };
  const merged: number[] = [];
  const first = Math.floor(offset / 2 ** change);
  counts.forEach((count, i) => {
    const at = Math.floor((offset + i) / 2 ** change) - first;
    merged[at] = (merged[at] ?? 0) + count;
  });
  return { offset: first, counts: merged };
}

/** What is left between numbers that were added up in another order, some of them much larger. */
const TOLERATED = 1e-3;

/** Where `ours` and `theirs` differ first, for a message; `undefined` where they do not. */
export function differenceOf(ours: unknown, theirs: unknown, path = ''): string | undefined {
  if (typeof ours === 'number' && typeof theirs === 'number') {
    const isClose = Math.abs(ours - theirs) <= TOLERATED + Math.abs(ours) * 1e-9;
    return ours === theirs || (isClose && !path.endsWith('Ms')) ? undefined : `${path}: ours ${ours}, theirs ${theirs}`;
  }
  if (typeof ours !== 'object' || ours === null || typeof theirs !== 'object' || theirs === null)
    return ours === theirs ? undefined : `${path}: ours ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`;
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const [our, their] = [ours, theirs].map((each) => (each as Record<string, unknown>)[key]);
    const difference = differenceOf(our, their, `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}
