/** What an application says of an instrument, made clean. */
import type { MetricOptions } from '@opentelemetry/api';
import type { Scope } from '../../otlp/types.ts';
import { attempt } from '../../runtime/contain.ts';
import { MAX_NAME_LENGTH } from '../../values/limits.ts';
import { readEach } from '../../values/read-properties.ts';
import { cleanString } from '../../values/strings.ts';

const MAX_INSTRUMENT_NAME_LENGTH = 255;
const MAX_UNIT_LENGTH = 63;
const MAX_BOUNDARIES = 256;
const OPTION_NAMES = ['description', 'unit', 'valueType', 'advice'] as const;
const ADVICE_NAMES = ['explicitBucketBoundaries'] as const;
const INT = 0;
const MONOTONIC: ReadonlySet<InstrumentKind> = new Set(['counter', 'observableCounter', 'histogram']);

export type SyncKind = 'counter' | 'upDownCounter' | 'histogram' | 'gauge';
export type ObservableKind = 'observableCounter' | 'observableUpDownCounter' | 'observableGauge';
export type InstrumentKind = SyncKind | ObservableKind;

export interface InstrumentSpec {
  readonly scope: Scope;
  readonly kind: InstrumentKind;
  /** As it was first spelt. */
  readonly name: string;
  /** The longest that was given. */
  description: string;
  readonly unit: string;
  /** What is recorded or observed is never below 0. */
  readonly isMonotonic: boolean;
  /** Fractions are cut off. */
  readonly isInteger: boolean;
  /** Advised for explicit histograms. */
  readonly bounds: readonly number[] | undefined;
}

/** Empty for what is no name. */
export function cleanInstrumentName(name: unknown): string {
  return typeof name === 'string' ? cleanString(name, MAX_INSTRUMENT_NAME_LENGTH) : '';
}

/** @param name - clean. */
export function cleanSpec(scope: Scope, kind: InstrumentKind, name: string, options: MetricOptions | undefined): InstrumentSpec {
  const given: unknown = options;
  const { description, unit, valueType, advice } =
    typeof given === 'object' && given !== null ? readEach(given, OPTION_NAMES) : ({} as Record<(typeof OPTION_NAMES)[number], unknown>);
  const bounds =
    typeof advice === 'object' && advice !== null ? cleanBoundaries(readEach(advice, ADVICE_NAMES).explicitBucketBoundaries) : undefined;
  return {
    scope,
    kind,
    name,
    description: typeof description === 'string' ? cleanString(description, MAX_NAME_LENGTH) : '',
    unit: typeof unit === 'string' ? cleanString(unit, MAX_UNIT_LENGTH) : '',
    isMonotonic: MONOTONIC.has(kind),
    isInteger: valueType === INT,
    bounds,
  };
}

/** Finite numbers in rising order. */
function cleanBoundaries(value: unknown): number[] | undefined {
  const boundaries = attempt(() =>
    Array.isArray(value) && value.length <= MAX_BOUNDARIES ? Array.from(value, Number).filter(Number.isFinite) : undefined,
  );
  return boundaries?.every((boundary, i) => i === 0 || boundary > (boundaries[i - 1] as number)) ? boundaries : undefined;
}
