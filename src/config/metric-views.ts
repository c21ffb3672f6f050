/**
 * Views of metrics, which change what becomes of an instrument's measurements.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#view
 */

/** The kind alone, or with its options. */
export type Aggregation =
  | 'default'
  | 'drop'
  | 'sum'
  | 'last_value'
  | 'explicit_bucket_histogram'
  | 'base2_exponential_bucket_histogram'
  | { readonly type: 'default' }
  | { readonly type: 'drop' }
  | { readonly type: 'sum' }
  | { readonly type: 'last_value' }
  | {
      readonly type: 'explicit_bucket_histogram';
      /** Upper bounds of the buckets, in rising order. @default what the instrument advises, or the specification's */
      readonly boundaries?: readonly number[];
      /** @default true */
      readonly recordMinMax?: boolean;
    }
  | {
      readonly type: 'base2_exponential_bucket_histogram';
      /** Most buckets for values of one sign. @default 160 */
      readonly maxSize?: number;
      /** @default true */
      readonly recordMinMax?: boolean;
    };

/** Selects instruments (what is not given selects all), and says how they are sent. An instrument has a metric for each view that selects it. */
export interface MetricView {
  /** Name of the instrument, in any case; `*` stands for any number of characters, `?` for one. */
  readonly instrumentName?: string;
  readonly instrumentType?:
    | 'counter'
    | 'upDownCounter'
    | 'histogram'
    | 'gauge'
    | 'observableCounter'
    | 'observableUpDownCounter'
    | 'observableGauge';
  readonly instrumentUnit?: string;
  readonly meterName?: string;
  readonly meterVersion?: string;
  readonly meterSchemaUrl?: string;

  /** Name of the metric. @default that of the instrument */
  readonly name?: string;
  /** @default that of the instrument */
  readonly description?: string;
  /** The only attributes that are kept. @default all */
  readonly attributeKeys?: readonly string[];
  /** Attributes that are left out. @default none */
  readonly withoutAttributeKeys?: readonly string[];
  /** `'drop'` sends nothing. @default that of the instrument's kind */
  readonly aggregation?: Aggregation;
  /** Most combinations of attribute values. @default 2000 */
  readonly cardinalityLimit?: number;
}
