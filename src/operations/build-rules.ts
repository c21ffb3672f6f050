/** Everything for `prometheus/rules/`: files by name. */
import { ALERT_GROUPS } from './alerts/alert-table.ts';
import { buildAlertGroup } from './alerts/build-alerts.ts';
import { renderYaml } from './render-yaml.ts';
import type { RuleGroup } from './rules.ts';
import type { OperationsSettings } from './settings.ts';
import { buildObjectiveGroups } from './slo/build-objectives.ts';

const HEAD = '# Written by `signalbox rules write`. Do not edit: thresholds are settings, see docs/alerts.md.\n';

/** @returns the text of each file; none for a group that the settings leave empty. */
export function buildRuleFiles(settings: OperationsSettings = {}): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const group of ALERT_GROUPS) addFile(files, `${group.name}.yml`, [buildAlertGroup(group, settings)]);
  addFile(files, 'slo.yml', buildObjectiveGroups(settings));
  return files;
}

function addFile(files: Map<string, string>, name: string, groups: readonly RuleGroup[]): void {
  const filled = groups.filter(({ rules }) => rules.length > 0);
  if (filled.length > 0) files.set(name, renderRules(filled));
}

/** Long lines stay whole, and expressions of several lines stay readable. */
export function renderRules(groups: readonly RuleGroup[]): string {
  return HEAD + renderYaml({ groups });
}
