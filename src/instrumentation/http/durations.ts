/**
 * Durations of requests, each recorded with an attribute set that is looked up rather than made: a service has a few of them, and
 * thousands of requests a second.
 */
import type { Attributes, AttributeValue, Context, Histogram } from '@opentelemetry/api';
import { BIND, type Bindable } from '../../runtime/bound-instruments.ts';

/** Values in the order of the names; `undefined` where a request has none. */
export type Values = readonly (AttributeValue | undefined)[];

export interface Durations {
  record(seconds: number, values: Values, context: Context): void;
}

/** One attribute set of a histogram. */
interface Series {
  readonly values: Values;
  record(seconds: number, context: Context): void;
}

/** Then all are looked up anew: an application that makes up routes does not fill the memory. */
const MOST_SERIES = 512;

/** @param names - of the attributes. The last tells most sets apart. */
export function createDurations(histogram: Histogram & Bindable, names: readonly string[]): Durations {
  const byLast = new Map<unknown, Series[]>();
  const last = names.length - 1;
  let count = 0;

  function learn(values: Values): Series {
    if (count === MOST_SERIES) {
      byLast.clear();
      count = 0;
    }
    count++;
    const series = seriesOf(histogram, names, values);
    const alike = byLast.get(values[last]);
    if (alike === undefined) byLast.set(values[last], [series]);
    else alike.push(series);
    return series;
  }

  return {
    record(seconds, values, context) {
      const alike = byLast.get(values[last]);
      const known = alike?.find((series) => isSame(series.values, values));
      (known ?? learn(values)).record(seconds, context);
    },
  };
}

function seriesOf(histogram: Histogram & Bindable, names: readonly string[], values: Values): Series {
  const pairs = names.map((name, index) => [name, values[index]] as const);
  const attributes: Attributes = Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
  const bound = histogram[BIND]?.(attributes);
  return {
    values,
    record(seconds, context) {
      if (bound === undefined) histogram.record(seconds, attributes, context);
      else bound.record(seconds, context);
    },
  };
}

function isSame(a: Values, b: Values): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
