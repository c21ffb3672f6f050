/** What a panel shows of the alerts that watch the same: their thresholds, a sentence, and their runbooks. */
import type { AlertRow } from '../alerts/alert-row.ts';
import { ALERTS } from '../alerts/alert-table.ts';
import { formatValue } from '../alerts/annotations.ts';

type Thresholds = AlertRow['thresholds'];

/** From `value` on, and the first one from the lowest. */
export interface ThresholdStep {
  readonly color: string;
  readonly value: number | null;
}

const COLORS = { critical: 'red', warning: 'orange', info: 'blue' } as const;
const GREEN = 'green';

/** @throws {Error} for a name that is in no table. */
export function alertOf(name: string): AlertRow {
  const row = ALERTS.get(name);
  if (row === undefined) throw new Error(`There is no alert ${name}.`);
  return row;
}

/** Colours from the alerts' thresholds on. Where they fire below, it is the other way round: the lowest values are the worst. */
export function thresholdSteps(limits: Thresholds, fires: AlertRow['fires'] = 'above'): ThresholdStep[] {
  const steps = Object.entries(limits)
    .map(([severity, value]) => ({ value, color: COLORS[severity as keyof typeof COLORS] }))
    .sort((a, b) => a.value - b.value);
  const colors = fires === 'below' ? [...steps.map(({ color }) => color), GREEN] : [GREEN, ...steps.map(({ color }) => color)];
  return colors.map((color, index) => ({ color, value: index === 0 ? null : (steps[index - 1]?.value ?? null) }));
}

/** `undefined` for one that never fires. */
export function alertSentence({ name, unit, fires = 'above' }: AlertRow, thresholds: Thresholds): string | undefined {
  const limits = Object.entries(thresholds).map(([severity, value]) => `${fires} ${formatValue(value, unit)} (${severity})`);
  return limits.length === 0 ? undefined : `Alert ${name}: ${limits.join(', ')}.`;
}

export function runbookLinkOf(name: string, runbooks: string): { readonly title: string; readonly url: string } {
  return { title: `Runbook: ${name}`, url: `${runbooks}/${name}.md` };
}
