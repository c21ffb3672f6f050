/** A row of the catalogue of metrics. The name in Prometheus is derived from it, and stands nowhere: `prometheusName(row)`. */
import type { InstrumentType } from '../prometheus-name.ts';

/**
 * The values that an attribute may have: those of a list, or by a rule.
 *
 * - `label`: a name out of code or configuration, of which there are few. No address, e-mail, number or id.
 * - `route`: the pattern of a route (`/users/:id`), never a path as it was asked for.
 * - `currency`: a code of three to five capitals (`EUR`, `USDT`).
 * - `status`: of HTTP, a number from 100 to 599.
 * - `any`: what an instrumentation records.
 */
export type AllowedValues = readonly string[] | 'label' | 'route' | 'currency' | 'status' | 'any';

export interface MetricRow {
  readonly name: string;
  readonly type: InstrumentType;
  /** In UCUM. */
  readonly unit: string;
  readonly description: string;
  readonly attributes: Readonly<Record<string, AllowedValues>>;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
  /** Asked for at each collection, not recorded. */
  readonly isObserved?: true;
}

/** A table of them, by what they are called in code. */
export type MetricRows = Readonly<Record<string, MetricRow>>;

/** What the conventions advise for durations in seconds. */
export const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;
/** The same where work takes longer: a job, a download, a payment. */
export const LONG_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] as const;
/** From 128 bytes to 128 MiB. */
export const BYTES = [128, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 134_217_728] as const;
