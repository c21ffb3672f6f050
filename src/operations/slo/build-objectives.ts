/**
 * Recording rules with Sloth's names, so that its dashboards fit, and four alerts by how fast the budget burns.
 *
 * @see https://sre.google/workbook/alerting-on-slos/
 * @see https://sloth.dev/usage/output/
 */
import { HTTP_INSTRUMENTATION_METRICS } from '../../names/metrics/http.ts';
import { literal } from '../alerts/annotations.ts';
import { ROUTE, STATUS_CODE } from '../alerts/labels.ts';
import { onlyService } from '../alerts/variants.ts';
import { formatDuration } from '../durations.ts';
import { bucketIs, equals, matches, select } from '../promql.ts';
import type { AlertingRule, RecordingRule, RuleGroup } from '../rules.ts';
import { DEFAULT_EXPORT_INTERVAL_SECONDS, linksOf, type OperationsSettings } from '../settings.ts';
import { objectiveId, type Objective } from './objective.ts';

const REQUESTS = HTTP_INSTRUMENTATION_METRICS.serverRequestDuration;
const PERIOD = '30d';
export const WINDOWS_SECONDS = [300, 1800, 3600, 7200, 21_600, 86_400, 259_200] as const;
/** How many times faster than it may the budget burns, in a long and in a short window; the short one ends the alert soon. */
export const BURN_RATES = [
  { kind: 'page', long: 3600, short: 300, factor: 14.4, severity: 'critical', spent: '2 %' },
  { kind: 'page', long: 21_600, short: 1800, factor: 6, severity: 'critical', spent: '5 %' },
  { kind: 'ticket', long: 86_400, short: 7200, factor: 3, severity: 'warning', spent: '10 %' },
  { kind: 'ticket', long: 259_200, short: 21_600, factor: 1, severity: 'warning', spent: '10 %' },
] as const;
const MIN_REQUESTS = 100;
const MIN_SAMPLES = 4;

export function buildObjectiveGroups(settings: OperationsSettings): RuleGroup[] {
  return Object.entries(settings.services ?? {}).flatMap(([service, { objectives = [] }]) =>
    objectives.flatMap((objective) => buildObjective(service, objective, settings)),
  );
}

function buildObjective(service: string, objective: Objective, settings: OperationsSettings): RuleGroup[] {
  const id = objectiveId(service, objective.name);
  const labels = { sloth_id: id, sloth_service: service, sloth_slo: objective.name };
  return [
    { name: `sloth-slo-sli-recordings-${id}`, rules: sliRules(service, objective, labels, settings) },
    { name: `sloth-slo-meta-recordings-${id}`, rules: metaRules(objective, labels) },
    { name: `sloth-slo-alerts-${id}`, rules: burnAlerts(service, objective, labels, settings) },
  ];
}

type Labels = Readonly<Record<string, string>>;

/** The windows scaled; two that come out alike are one series each all the same, for the label is the name of the window. */
function sliRules(service: string, objective: Objective, labels: Labels, settings: OperationsSettings): RecordingRule[] {
  const all = { ...labels, ...objective.labels };
  const recorded = WINDOWS_SECONDS.map((seconds) => ({
    record: `slo:sli_error:ratio_rate${formatDuration(seconds)}`,
    expr: errorRatio(service, objective, range(seconds, settings)),
    labels: { ...all, sloth_window: formatDuration(seconds) },
  }));
  const period = {
    record: `slo:sli_error:ratio_rate${PERIOD}`,
    expr: `sum_over_time(slo:sli_error:ratio_rate5m{${idMatchers(labels)}}[${PERIOD}])\n/ ignoring (sloth_window)\ncount_over_time(slo:sli_error:ratio_rate5m{${idMatchers(labels)}}[${PERIOD}])`,
    labels: { ...all, sloth_window: PERIOD },
  };
  return [...recorded, period];
}

function range(seconds: number, { exportIntervalSeconds = DEFAULT_EXPORT_INTERVAL_SECONDS, timeScale = 1 }: OperationsSettings): string {
  return formatDuration(Math.max(Math.ceil(seconds * timeScale), MIN_SAMPLES * exportIntervalSeconds));
}

function errorRatio(service: string, objective: Objective, window: string): string {
  const fill = (query: string): string => query.replaceAll(/\{\{\s*\.window\s*\}\}/g, window);
  if (objective.type === 'events') {
    if (objective.errorRatioQuery !== undefined) return fill(objective.errorRatioQuery);
    return `(${fill(objective.errorQuery ?? '')})\n/\n(${fill(objective.totalQuery ?? '')})`;
  }
  const total = sumOf(service, objective, [], 'count', window);
  if (objective.type === 'availability') {
    // Without a single 5xx there is no such series, and the share is 0 all the same.
    return `(${sumOf(service, objective, [matches(STATUS_CODE, '5..')], 'count', window)} or ${total} * 0)\n/\n(${total} > 0)`;
  }
  const fast = sumOf(service, objective, [bucketIs(objective.thresholdSeconds ?? 0)], 'bucket', window);
  return `1 - ${fast}\n/\n(${total} > 0)`;
}

/** Of the service by whichever way its metrics come. */
function sumOf(service: string, { route }: Objective, matchers: readonly string[], part: 'count' | 'bucket', window: string): string {
  const routed = route === undefined ? matchers : [...matchers, equals(ROUTE, route)];
  const rates = onlyService(service).map((own) => `rate(${select(REQUESTS, [...own, ...routed], part)}[${window}])`);
  return `sum(${rates.join(' or ')})`;
}

function metaRules({ labels: own, objective }: Objective, labels: Labels): RecordingRule[] {
  const all = { ...labels, ...own };
  const id = idMatchers(labels);
  const record = (name: string, expr: string, more: Labels = {}): RecordingRule => ({ record: name, expr, labels: { ...all, ...more } });
  return [
    record('slo:objective:ratio', `vector(${ratio(objective)})`),
    record('slo:error_budget:ratio', `vector(${errorBudget(objective)})`),
    record('slo:time_period:days', 'vector(30)'),
    record(
      'slo:current_burn_rate:ratio',
      `slo:sli_error:ratio_rate5m{${id}}\n/ on (sloth_id, sloth_slo, sloth_service) group_left\nslo:error_budget:ratio{${id}}`,
    ),
    record(
      'slo:period_burn_rate:ratio',
      `slo:sli_error:ratio_rate${PERIOD}{${id}}\n/ on (sloth_id, sloth_slo, sloth_service) group_left\nslo:error_budget:ratio{${id}}`,
    ),
    record('slo:period_error_budget_remaining:ratio', `1 - slo:period_burn_rate:ratio{${id}}`),
    record('sloth_slo_info', 'vector(1)', { sloth_mode: 'signalbox', sloth_spec: 'prometheus/v1', sloth_objective: String(objective) }),
  ];
}

/** Without the noise of binary fractions: 0.1 percent is 0.001. */
export const errorBudget = (objective: number): number => Number((1 - objective / 100).toPrecision(12));
const ratio = (objective: number): number => Number((objective / 100).toPrecision(12));

const idMatchers = ({ sloth_id: id = '', sloth_service: service = '', sloth_slo: slo = '' }: Labels): string =>
  [equals('sloth_id', id), equals('sloth_service', service), equals('sloth_slo', slo)].join(', ');

function burnAlerts(service: string, objective: Objective, labels: Labels, settings: OperationsSettings): AlertingRule[] {
  const alerting = objective.alerting ?? {};
  return BURN_RATES.flatMap(({ factor, kind, long, severity, short, spent }) => {
    if (alerting[kind]?.isDisabled === true) return [];
    const limit = `(${factor} * ${errorBudget(objective.objective)})`;
    const burns = (seconds: number): string => `slo:sli_error:ratio_rate${formatDuration(seconds)}{${idMatchers(labels)}} > ${limit}`;
    const floor = trafficFloor(service, objective, range(long, settings));
    return {
      alert: alerting.name ?? 'ErrorBudgetBurn',
      expr: `(\n  ${burns(long)}\n  and ignoring (sloth_window)\n  ${burns(short)}\n)${floor}`,
      for: '0s',
      ...(kind === 'page' ? { keep_firing_for: formatDuration(Math.ceil(600 * (settings.timeScale ?? 1))) } : {}),
      labels: {
        severity,
        service: literal(service),
        component: 'slo',
        sloth_severity: kind,
        burn_window: formatDuration(long),
        ...templates(labels),
        ...alerting.labels,
        ...alerting[kind]?.labels,
      },
      annotations: {
        summary: `${literal(service)} breaks its objective ${objective.name}: {{ $value | humanizePercentage }} of the requests of the last ${formatDuration(long)} were bad`,
        description: `The error budget of ${objective.name} (${objective.objective}% good in 30 days) of ${literal(service)} burns more than ${factor} times as fast as it may: at this rate ${spent} of the month's budget are spent in ${formatDuration(long)}.`,
        runbook_url: `${linksOf(settings).runbooks}/ErrorBudgetBurn.md`,
        dashboard_url: `${linksOf(settings).grafana}/d/signalbox-slo?var-service=${encodeURIComponent(service.toWellFormed())}`,
        ...alerting.annotations,
        ...alerting[kind]?.annotations,
      },
    };
  });
}

/** A few requests at night would burn the budget of a month by one error. */
function trafficFloor(service: string, objective: Objective, window: string): string {
  const floor = objective.minRequests ?? MIN_REQUESTS;
  if (floor === 0 || objective.type === 'events') return '';
  const route = objective.route === undefined ? [] : [equals(ROUTE, objective.route)];
  const counts = onlyService(service).map((own) => `increase(${select(REQUESTS, [...own, ...route], 'count')}[${window}])`);
  return `\nand on ()\nsum(${counts.join(' or ')}) >= ${floor}`;
}

const templates = (labels: Labels): Labels => Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, literal(value)]));
