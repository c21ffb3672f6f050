/** A metric that is given ever new attributes: said before values are lost by it, with the attribute that grows. */
import type { Attributes } from '@opentelemetry/api';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { setImmediate } from '../../runtime/captured.ts';
import { contain } from '../../runtime/contain.ts';
import { OTEL_METRIC_OVERFLOW } from '../../names/attributes.ts';
import type { MetricDescriptor } from '../../otlp/metric-writer.ts';
import type { Measured } from './stream.ts';

/** Default of the specification for one metric; what is recorded with further sets is put into one without attributes. */
export const CARDINALITY_LIMIT = 2000;
const WARN_SHARE = 0.8;

export interface CardinalityWatch {
  /** Called for each new series: it is looked at soon, when it is known how far this goes, or by `lookNow`. */
  grew(stream: Measured): void;
  /** Before a collection. */
  lookNow(): void;
}

type Watched = Pick<MetricDescriptor, 'name' | 'temporality'>;

/** Each metric is named when it comes near its limit, and when it goes beyond. */
export function watchCardinality(reporter: Reporter): CardinalityWatch {
  const near = new Set<string>();
  const beyond = new Set<string>();
  const grown = new Set<Measured>();
  let isScheduled = false;

  function look({ descriptor, limit, size, attributeSets }: Measured): void {
    const { name } = descriptor;
    const isBeyond = size >= limit;
    if (!isBeyond && near.has(name)) return;
    (isBeyond ? beyond : near).add(name);
    if (isBeyond) reporter.forget('metrics.cardinality', name);
    reporter.say('metrics.cardinality', cardinalityMessage(descriptor, limit, size, attributeSets), name);
  }

  function lookNow(): void {
    for (const stream of grown) look(stream);
    grown.clear();
  }

  return {
    grew(stream) {
      if (stream.size < WARN_SHARE * stream.limit || beyond.has(stream.descriptor.name)) return;
      grown.add(stream);
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(() => {
        isScheduled = false;
        contain('counting the attributes of metrics', lookNow);
      }).unref();
    },
    lookNow,
  };
}

export function cardinalityMessage(
  { name, temporality }: Watched,
  limit: number,
  size: number,
  attributeSets: readonly Attributes[],
): string {
  const grows = growingAttribute(attributeSets);
  const which = grows === undefined ? '' : `: its attribute ${JSON.stringify(grows.key)} has ${grows.values} different values`;
  const beyond = temporality === 'delta' ? 'What goes beyond within one interval' : 'What goes beyond';
  const now =
    size >= limit
      ? `${beyond} is recorded without attributes (${OTEL_METRIC_OVERFLOW}).`
      : `Beyond it, values will be recorded without attributes (${OTEL_METRIC_OVERFLOW}).`;
  return `The metric ${JSON.stringify(name)} must have fewer than ${limit} combinations of attribute values, but has ${size}${which}. ${now} Leave out ids, full URLs and texts, or put them into a span.`;
}

/** The attribute with the most different values. */
export function growingAttribute(attributeSets: readonly Attributes[]): { readonly key: string; readonly values: number } | undefined {
  const byKey = new Map<string, Set<unknown>>();
  for (const attributes of attributeSets) {
    for (const [key, value] of Object.entries(attributes)) {
      if (key === OTEL_METRIC_OVERFLOW) continue;
      let values = byKey.get(key);
      if (values === undefined) byKey.set(key, (values = new Set()));
      values.add(typeof value === 'object' ? JSON.stringify(value) : value);
    }
  }
  let most: { key: string; values: number } | undefined;
  for (const [key, { size }] of byKey) if (most === undefined || size > most.values) most = { key, values: size };
  return most;
}
