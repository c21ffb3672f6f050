/** What counts for an alert: the row, then the preset, then the settings, from the general ones to those of a route. */
import { parseDuration } from '../durations.ts';
import type { AlertSettings } from '../settings.ts';
import { SEVERITIES, type AlertRow, type Severity } from './alert-row.ts';

export interface EffectiveSettings {
  readonly thresholds: Readonly<Partial<Record<Severity, number>>>;
  readonly forSeconds: Readonly<Record<Severity, number>>;
  readonly keepFiringForSeconds: number;
  readonly settings: Readonly<Record<string, number>>;
}

export function effectiveSettings(row: AlertRow, layers: readonly (AlertSettings | undefined)[]): EffectiveSettings {
  const merged: Record<string, number | string | null | undefined> = Object.assign({}, ...layers);
  const forOf = (severity: Severity): number =>
    typeof row.for === 'number' ? row.for : (row.for[severity] ?? Object.values(row.for)[0] ?? 0);
  const thresholds: Partial<Record<Severity, number>> = {};
  for (const severity of SEVERITIES) {
    const threshold = merged[severity] === undefined ? row.thresholds[severity] : merged[severity];
    if (typeof threshold === 'number') thresholds[severity] = threshold;
  }
  const forAll = seconds(merged['for']);
  return {
    thresholds,
    forSeconds: { critical: forAll ?? forOf('critical'), warning: forAll ?? forOf('warning'), info: forAll ?? forOf('info') },
    keepFiringForSeconds: seconds(merged['keepFiringFor']) ?? row.keepFiringFor ?? 0,
    settings: Object.fromEntries(
      Object.entries(row.settings ?? {}).map(([name, { value }]) => [name, typeof merged[name] === 'number' ? merged[name] : value]),
    ),
  };
}

function seconds(duration: unknown): number | undefined {
  return typeof duration === 'string' ? parseDuration(duration) : undefined;
}
