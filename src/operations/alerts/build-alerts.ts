/** The table and the settings give the rules. */
import { formatDuration } from '../durations.ts';
import { DEFAULT_EXPORT_INTERVAL_SECONDS, DEFAULT_JOBS, linksOf, type OperationsSettings } from '../settings.ts';
import type { RuleGroup, AlertingRule } from '../rules.ts';
import { SEVERITIES, type AlertGroup, type AlertRow, type Severity } from './alert-row.ts';
import { annotationsOf, formatValue, literal, serviceLabel } from './annotations.ts';
import { effectiveSettings, type EffectiveSettings } from './effective-settings.ts';
import { Query } from './query.ts';
import { variantsOf } from './variants.ts';

export function buildAlertGroup({ alerts, name }: AlertGroup, settings: OperationsSettings): RuleGroup {
  return { name: `signalbox-${name}`, rules: alerts.flatMap((row) => buildAlert(row, name, settings)) };
}

export function buildAlert(row: AlertRow, component: string, settings: OperationsSettings): AlertingRule[] {
  return variantsOf(row, settings).flatMap((variant) => {
    const effective = effectiveSettings(row, variant.layers);
    const queries = variant.selections.map((matchers) => queryFor(row, settings, matchers, effective.settings));
    return SEVERITIES.flatMap((severity) => {
      const rule = buildRule(row, severity, queries, effective, settings);
      if (rule === undefined) return [];
      const labels = { severity, service: serviceLabel(row), component };
      return { ...rule, labels: variant.of === '' ? labels : { ...labels, settings_of: literal(variant.of) } };
    });
  });
}

/** @param matchers - of the services and routes that are asked for; none is all of them. */
export function queryFor(
  row: AlertRow,
  settings: OperationsSettings,
  matchers: readonly string[] = [],
  values: Readonly<Record<string, number>> = effectiveSettings(row, []).settings,
): Query {
  return new Query({
    matchers,
    settings: values,
    windowSeconds: row.window ?? 300,
    exportIntervalSeconds: settings.exportIntervalSeconds ?? DEFAULT_EXPORT_INTERVAL_SECONDS,
    timeScale: settings.timeScale ?? 1,
    jobs: { ...DEFAULT_JOBS, ...settings.jobs },
    prices: settings.prices ?? {},
  });
}

function buildRule(
  row: AlertRow,
  severity: Severity,
  queries: readonly Query[],
  effective: EffectiveSettings,
  settings: OperationsSettings,
): Omit<AlertingRule, 'labels'> | undefined {
  const threshold = effective.thresholds[severity];
  const [query] = queries;
  if (threshold === undefined || query === undefined) return undefined;
  const conditions = queries.flatMap((each) => conditionOf(row, each, threshold) ?? []);
  if (conditions.length === 0) return undefined;
  const scale = settings.timeScale ?? 1;
  const keepFiring = Math.ceil(effective.keepFiringForSeconds * scale);
  const texts = {
    threshold: formatValue(threshold, row.unit),
    window: formatDuration(query.windowSeconds),
    ...Object.fromEntries(Object.entries(effective.settings).map(([name, value]) => [name, String(value)])),
  };
  return {
    alert: row.name,
    expr: conditions.length === 1 ? (conditions[0] as string) : conditions.map((condition) => `(\n${indent(condition)}\n)`).join('\nor\n'),
    for: formatDuration(forSeconds(effective.forSeconds[severity] * scale, query.exportIntervalSeconds)),
    ...(keepFiring === 0 ? {} : { keep_firing_for: formatDuration(keepFiring) }),
    annotations: annotationsOf(row, texts, linksOf(settings)),
  };
}

function conditionOf(row: AlertRow, query: Query, threshold: number): string | undefined {
  const measure = row.measure(query);
  if (measure === undefined) return undefined;
  const guard = row.guard?.(query);
  const condition = `${isOne(measure) ? measure : `(\n${indent(measure)}\n)`} ${row.fires === 'below' ? '<' : '>'} ${threshold}`;
  return guard === undefined ? condition : `${condition}\nand\n(\n${indent(guard)}\n)`;
}

/** What must last must be seen at least twice. */
function forSeconds(seconds: number, exportIntervalSeconds: number): number {
  return seconds === 0 ? 0 : Math.max(Math.ceil(seconds), 2 * exportIntervalSeconds);
}

/** One call or aggregation, which a comparison may follow as it is. */
function isOne(expression: string): boolean {
  return !expression.includes('\n') && /^[\w ,()]*\([^]*\)$/.test(expression) && !/ (or|unless|and|[-+*/]) /.test(expression);
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
