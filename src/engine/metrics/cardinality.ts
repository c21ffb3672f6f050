/** A metric that is given ever new attributes: said before values are lost by it, with the attribute that grows. */
import type { Attributes } from '@opentelemetry/api';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { OTEL_METRIC_OVERFLOW } from '../../names/attributes.ts';

/** Of the SDK, for one metric in one interval; what is recorded with further sets is put into one without attributes. */
export const CARDINALITY_LIMIT = 2000;
const WARN_FROM = 0.8 * CARDINALITY_LIMIT;

export interface CardinalityWatch {
  /** @param attributeSets - called only when there is something to say. */
  look(metric: string, size: number, attributeSets: () => readonly Attributes[]): void;
}

/** Each metric is named when it comes near the limit, and when it goes beyond. */
export function watchCardinality(reporter: Reporter): CardinalityWatch {
  const near = new Set<string>();
  const beyond = new Set<string>();
  return {
    look(metric, size, attributeSets) {
      if (size < WARN_FROM || beyond.has(metric)) return;
      const isBeyond = size >= CARDINALITY_LIMIT;
      if (!isBeyond && near.has(metric)) return;
      (isBeyond ? beyond : near).add(metric);
      const message = cardinalityMessage(metric, size, attributeSets());
      if (isBeyond) reporter.forget('metrics.cardinality', metric);
      reporter.say('metrics.cardinality', message, metric);
    },
  };
}

export function cardinalityMessage(metric: string, size: number, attributeSets: readonly Attributes[]): string {
  const grows = growingAttribute(attributeSets);
  const which = grows === undefined ? '' : `: its attribute ${JSON.stringify(grows.key)} has ${grows.values} different values`;
  const now =
    size >= CARDINALITY_LIMIT
      ? `What goes beyond within one interval is recorded without attributes (${OTEL_METRIC_OVERFLOW}).`
      : `Beyond it, values will be recorded without attributes (${OTEL_METRIC_OVERFLOW}).`;
  return `The metric ${JSON.stringify(metric)} must have fewer than ${CARDINALITY_LIMIT} combinations of attribute values, but has ${size}${which}. ${now} Leave out ids, full URLs and texts, or put them into a span.`;
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
