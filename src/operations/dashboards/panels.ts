/** Panels of which there are many. */
import type { ValueUnit } from '../alerts/alert-row.ts';
import { effectiveSettings } from '../alerts/effective-settings.ts';
import type { AskedMetric } from '../promql.ts';
import type { Ask, Panel, Unit } from './dashboard.ts';
import { alertOf } from './drawn-alerts.ts';
import { PanelQuery } from './panel-query.ts';

const UNITS: Readonly<Record<ValueUnit, Unit>> = {
  ratio: 'percentunit',
  seconds: 's',
  bytes: 'bytes',
  'bytes-per-second': 'Bps',
  'per-second': 'ops',
  number: 'short',
  times: 'none',
};

/** `shop · /orders`: the service, and what else tells series apart. */
export const legend = (...labels: readonly string[]): string => [...new Set(['job', ...labels])].map((label) => `{{${label}}}`).join(' · ');

type More = Partial<Pick<Panel, 'title' | 'description' | 'width' | 'kind' | 'isStacked' | 'unit'>> & {
  readonly alsoWatchedBy?: readonly string[];
  /** What is asked for, beside the service and the environment. */
  readonly matchers?: readonly string[];
};

/** What an alert compares, as it compares it, with its thresholds. */
export function fromAlert(
  name: string,
  { alsoWatchedBy = [], matchers, ...more }: More & { readonly title: string; readonly description: string },
): Panel {
  const row = alertOf(name);
  return {
    unit: UNITS[row.unit],
    alerts: [name, ...alsoWatchedBy],
    ask: () => [{ expression: measureOf(name, matchers), legend: legend(...row.labels) }],
    ...more,
  };
}

/** The value that an alert compares. */
export function measureOf(name: string, matchers: readonly string[] = []): string {
  const row = alertOf(name);
  const measure = row.measure(new PanelQuery(effectiveSettings(row, []).settings, matchers));
  if (measure === undefined) throw new Error(`${name} asks for nothing without settings.`);
  return measure;
}

/** A rate, by labels. */
export function rateOf(
  counter: (query: PanelQuery) => string,
  labels: readonly string[],
  panel: Omit<Panel, 'ask' | 'unit'> & { readonly unit?: Unit },
): Panel {
  return {
    unit: 'ops',
    ...panel,
    ask: (query) => [{ expression: query.perSecond(labels, counter(query)), legend: legend(...labels) }],
  };
}

/** The middle, the slow and the slowest of a histogram. Dots are requests with a trace. */
export function quantiles(
  metric: AskedMetric,
  labels: readonly string[],
  panel: Omit<Panel, 'ask'>,
  matchers: readonly string[] = [],
): Panel {
  return {
    ...panel,
    ask: (query) =>
      [0.5, 0.95, 0.99].map((quantile): Ask => ({
        expression: query.quantile(quantile, labels, metric, ...matchers),
        legend: `p${quantile * 100} ${legend(...labels)}`,
      })),
  };
}
