/** Everything for `alertmanager/`: files by name. */
import { ALERT_GROUPS } from '../alerts/alert-table.ts';
import { buildAlertGroup } from '../alerts/build-alerts.ts';
import { renderYaml } from '../render-yaml.ts';
import type { OperationsSettings } from '../settings.ts';
import { buildObjectiveGroups } from '../slo/build-objectives.ts';
import { buildInhibitions } from './inhibitions.ts';
import { buildReceivers } from './receivers.ts';
import { buildRoute } from './routes.ts';
import { EMAIL_TEMPLATE, SLACK_TEMPLATE, SUBJECT_TEMPLATE, TELEGRAM_TEMPLATE } from './templates.ts';

const HEAD =
  '# Written by `signalbox rules write`. Do not edit: receivers and times are settings, see docs/alerts.md.\n' +
  '# Paths of secrets are relative to the folder that Alertmanager runs in.\n';

/** @returns the text of each file, by its path in the folder. */
export function buildAlertmanagerFiles(settings: OperationsSettings = {}): ReadonlyMap<string, string> {
  const config = {
    route: buildRoute(settings),
    inhibit_rules: buildInhibitions(criticalAlerts(settings)),
    receivers: buildReceivers(settings.notifications ?? {}),
    templates: ['templates/*.tmpl'],
  };
  return new Map([
    ['alertmanager.yml', HEAD + renderYaml(config)],
    ['templates/subject.tmpl', SUBJECT_TEMPLATE],
    ['templates/telegram.tmpl', TELEGRAM_TEMPLATE],
    ['templates/slack.tmpl', SLACK_TEMPLATE],
    ['templates/email.tmpl', EMAIL_TEMPLATE],
  ]);
}

/** Names of the alerts that are critical with these settings, each once. */
function criticalAlerts(settings: OperationsSettings): string[] {
  const groups = [...ALERT_GROUPS.map((group) => buildAlertGroup(group, settings)), ...buildObjectiveGroups(settings)];
  const rules = groups.flatMap(({ rules: all }) => all);
  return [...new Set(rules.flatMap((rule) => ('alert' in rule && rule.labels['severity'] === 'critical' ? [rule.alert] : [])))];
}
