/**
 * The rules of Grafana's linter of dashboards, as far as they fit. What it wants of `job` is wanted of the variable `service`, which
 * every query has in its matcher of `job`; of `instance` nothing is wanted, for panels show the worst of all instances.
 *
 * @see https://github.com/grafana/dashboard-linter/blob/main/docs/index.md
 */
import * as units from '@grafana/grafana-foundation-sdk/units';
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { DEFAULT_JOBS } from '../../../../src/operations/settings.ts';
import { lintExpression } from '../promql/lint.ts';
import { chosen, dataPanels, expressionsOf, panelsOf, type ShownDashboard, type ShownPanel, type Variable } from './shown-dashboard.ts';

const RULES: Readonly<Record<string, (shown: ShownDashboard) => readonly string[]>> = {
  'template-datasource-rule': ({ templating }) =>
    templating.list
      .filter(({ type }) => type === 'datasource')
      .filter(({ label, name, query }) => name !== `${query as string}_datasource` || label !== `${capital(query as string)} data source`)
      .map(({ name }) => `${name} is not named and labelled after its type`),
  'template-job-rule': ({ templating }) => (templating.list.some(({ name }) => name === 'service') ? [] : ['there is no variable service']),
  'template-label-promql-rule': ({ templating }) => queries(templating.list).flatMap(([name, query]) => lintVariable(name, query)),
  'template-on-time-change-reload-rule': ({ templating }) =>
    templating.list.filter(({ refresh, type }) => type === 'query' && refresh !== 2).map(({ name }) => `${name} stays as it was`),
  'panel-datasource-rule': (shown) => dataPanels(shown).flatMap((panel) => lintSources(panel, shown)),
  'panel-title-description-rule': ofPanels(({ description, title }) => (title && description ? [] : ['says too little'])),
  'panel-units-rule': ofPanels((panel) => (panel.type === 'logs' ? [] : unknownUnits(panel).map((unit) => `${unit} is no unit`))),
  'panel-no-targets-rule': ofPanels(({ targets = [] }) => (targets.length > 0 ? [] : ['asks for nothing'])),
  'target-promql-rule': ofMetrics((expression) => lintExpression(chosen(expression))),
  'target-rate-interval-rule': ofMetrics((expression) => otherWindows(expression).map((window) => `rate over ${window}`)),
  'target-job-rule': ofMetrics((expression) => notOfTheService(expression)),
  'target-logql-rule': ofLogs((expression) =>
    /^\{\w+=~?"[^"]*"(, \w+=~?"[^"]*")*\}( \| \w+=~?"[^"]*")*$/.test(expression) ? [] : [`${expression} is no LogQL`],
  ),
  'target-logql-auto-rule': ofLogs((expression) => (/\[(?!\$__auto\])/.test(expression) ? ['a range must be $__auto'] : [])),
  'uneditable-dashboard': ({ editable }) => (editable ? ['can be edited'] : []),
};

/** @returns `rule: what is wrong`. */
export function lintDashboard(shown: ShownDashboard): string[] {
  return Object.entries(RULES).flatMap(([rule, check]) => check(shown).map((fault) => `${rule}: ${fault}`));
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
const UNITS: ReadonlySet<unknown> = new Set(Object.values(units));

function ofPanels(check: (panel: ShownPanel) => readonly string[]): (shown: ShownDashboard) => string[] {
  return (shown) => dataPanels(shown).flatMap((panel) => check(panel).map((fault) => `${panel.title}: ${fault}`));
}

function ofExpressions(source: string, check: (expression: string) => readonly string[]): (shown: ShownDashboard) => string[] {
  return (shown) =>
    panelsOf(shown, source).flatMap((panel) =>
      expressionsOf(panel).flatMap((expression) => check(expression).map((fault) => `${panel.title}: ${fault}`)),
    );
}

function ofMetrics(check: (expression: string) => readonly string[]): (shown: ShownDashboard) => string[] {
  return ofExpressions('prometheus', check);
}

function ofLogs(check: (expression: string) => readonly string[]): (shown: ShownDashboard) => string[] {
  return ofExpressions('loki', check);
}

const queries = (list: readonly Variable[]): [name: string, query: string][] =>
  list.flatMap(({ name, query, type }) => (type === 'query' ? [[name, typeof query === 'string' ? query : query.query]] : []));

/** The counters of a selector are not asked for, only their labels: `rate` around them changes nothing. */
function lintVariable(name: string, query: string): string[] {
  const [, selector = '', label] = /^label_values\((.+), (\w+)\)$/s.exec(query) ?? [];
  if (label === undefined) return [`${name}: ${query} is no label_values(selector, label)`];
  const faults = lintExpression(chosen(selector)).filter((fault) => !fault.includes('not under rate'));
  return faults.map((fault) => `${name}: ${fault}`);
}

function lintSources({ datasource, targets = [], title }: ShownPanel, { templating }: ShownDashboard): string[] {
  const variables = new Map(templating.list.map(({ name, query, type }) => [`\${${name}}`, type === 'datasource' ? query : '']));
  return [datasource, ...targets.map((target) => target.datasource)]
    .filter((source) => source === undefined || variables.get(source.uid) !== source.type)
    .map((source) => `${title}: ${source?.uid} is not the data source that is chosen`);
}

function unknownUnits({ fieldConfig }: ShownPanel): unknown[] {
  const overridden = (fieldConfig?.overrides ?? []).flatMap(({ properties }) => properties.filter(({ id }) => id === 'unit'));
  return [fieldConfig?.defaults.unit, ...overridden.map(({ value }) => value)].filter((unit) => !UNITS.has(unit));
}

/** A window that nobody writes, so that it is known again. */
const RATE_INTERVAL = '1h2m3s';

function otherWindows(expression: string): string[] {
  const text = chosen(expression.replaceAll('$__rate_interval', RATE_INTERVAL));
  const found: string[] = [];
  parser.parse(text).iterate({
    enter({ node }) {
      if (node.name !== 'MatrixSelector' || !['rate', 'irate'].includes(functionOf(node, text))) return;
      const window = node.getChild('DurationExpr');
      const written = window === null ? '' : text.slice(window.from, window.to);
      if (written !== RATE_INTERVAL) found.push(written);
    },
  });
  return found;
}

function functionOf(node: SyntaxNode, text: string): string {
  let each = node.parent;
  while (each !== null && each.name !== 'FunctionCall') each = each.parent;
  const name = each?.getChild('FunctionIdentifier');
  return name ? text.slice(name.from, name.to) : '';
}

const SERVERS = Object.values(DEFAULT_JOBS).join('|');
/** By which label services are told apart: recording rules of objectives and alerts have no `job`. */
const OF_THE_SERVICE = /\b(job|sloth_service|service)=~"[^"]*\$service/;

function notOfTheService(expression: string): string[] {
  const names = [...expression.matchAll(/\b[a-z_:][a-z0-9_:]*\{[^}]*\}/gi)].map(([selector]) => selector);
  return names
    .filter((selector) => !OF_THE_SERVICE.test(selector))
    .filter((selector) => !new RegExp(`job="(${SERVERS})"`).test(selector) && !selector.includes('alertname="Watchdog"'))
    .map((selector) => `${selector} is of every service`);
}
