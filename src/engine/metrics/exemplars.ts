/**
 * Single measurements that stand for others in a series, with the span in which they were made.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#exemplar
 */
import type { Attributes, Context } from '@opentelemetry/api';
import type { Config } from '../../config/config.ts';
import { activeContext } from '../../context/context-manager.ts';
import { SAMPLED } from '../../names/otel.ts';
import { random } from '../../runtime/captured.ts';
import { api } from '../../runtime/otel.ts';
import { cleanMetricAttributes } from './clean-measurement.ts';
import type { Exemplar } from '../../otlp/metric-writer.ts';

export type ExemplarFilter = Config['metrics']['exemplarFilter'];

export const NO_EXEMPLARS: readonly Exemplar[] = [];
const NO_ATTRIBUTES: Attributes = {};
const now = Date.now;

/** Numbered as they come: times are the same for what happens in one millisecond. */
interface Kept extends Exemplar {
  readonly number: number;
}

let recorded = 0;

/** The number of the last exemplar that was recorded. */
export function lastExemplar(): number {
  return recorded;
}

/**
 * Keeps one measurement for each of its places: each bucket of an explicit histogram has one, other series have one alone.
 *
 * Which one is random and uniform among those since the last collection. What it kept before stays until something newer
 * comes, for a series may be collected by several readers.
 */
export class ExemplarReservoir {
  readonly #kept: (Kept | undefined)[] = [];
  /** Measurements since the last collection, by place. */
  readonly #seen: number[];
  readonly #onlySampled: boolean;

  constructor(places: number, filter: ExemplarFilter) {
    this.#seen = Array.from({ length: places }, () => 0);
    this.#onlySampled = filter === 'trace_based';
  }

  /** @param ofSeries - attributes of the series, where it may not have all of the measurement's. */
  offer(place: number, value: number, attributes: Attributes | undefined, context: Context | undefined, ofSeries?: Attributes): void {
    const seen = (this.#seen[place] as number) + 1;
    if (seen > 1 && random() * seen >= 1) {
      this.#seen[place] = seen;
      return;
    }
    const active = context ?? activeContext();
    const span = api.trace.getSpanContext(active);
    if (this.#onlySampled && (span === undefined || (span.traceFlags & SAMPLED) === 0)) return;
    this.#seen[place] = seen;
    this.#kept[place] = {
      number: ++recorded,
      value,
      timeMs: now(),
      traceId: span?.traceId ?? '',
      spanId: span?.spanId ?? '',
      attributes: ofSeries === undefined ? NO_ATTRIBUTES : othersThan(ofSeries, cleanMetricAttributes(attributes)),
    };
  }

  /** @param after - the number of an exemplar: without it and those before. */
  collect(after: number): readonly Exemplar[] {
    if (this.#kept.length === 0) return NO_EXEMPLARS;
    this.#seen.fill(0);
    return this.#kept.filter((exemplar) => exemplar !== undefined && exemplar.number > after) as Kept[];
  }

  /** Forget all of them, where a point is of one interval. */
  clear(): void {
    this.#kept.length = 0;
    this.#seen.fill(0);
  }
}

function othersThan(known: Attributes, attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !Object.hasOwn(known, key)));
}
