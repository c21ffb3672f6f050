/** Dashboards as they are shipped, with the thresholds and the runbooks of somebody's settings. */
import { generalThresholds } from '../alerts/variants.ts';
import { linksOf, type OperationsSettings } from '../settings.ts';
import type { Ask, Dashboard, LogPanel, Panel, TracePanel } from './dashboard.ts';
import { alertOf, alertSentence, runbookLinkOf, thresholdSteps, type ThresholdStep } from './drawn-alerts.ts';
import { PanelQuery } from './panel-query.ts';

/** As much of Grafana's JSON as is changed. */
export interface ShippedDashboard {
  readonly panels: readonly ShippedPanel[];
}
interface ShippedPanel {
  title: string;
  description?: string;
  links?: { title: string; url: string }[];
  fieldConfig?: { defaults: { thresholds?: Steps }; overrides: readonly Override[] };
}
interface Override {
  readonly matcher: { readonly options?: unknown };
  readonly properties: readonly { readonly id: string; value?: unknown }[];
}
interface Steps {
  steps: ThresholdStep[];
}

/**
 * Changes `shipped`, which `board` was made into. What is set for single services and routes is not drawn: a panel has the lines of
 * all of them.
 */
export function applySettings(shipped: ShippedDashboard, board: Dashboard, settings: OperationsSettings): void {
  const panels = board.rows.flatMap((row): (Panel | LogPanel | TracePanel | undefined)[] => [undefined, ...row.panels]);
  panels.forEach((panel, index) => {
    const drawn = shipped.panels[index];
    if (panel === undefined || drawn === undefined || panel.kind === 'logs' || panel.kind === 'traces') return;
    drawAlerts(drawn, panel, settings);
    for (const ask of panel.ask(new PanelQuery())) colorColumn(drawn, panel, ask, settings);
  });
}

function drawAlerts(drawn: ShippedPanel, { alerts = [], description, limits }: Panel, settings: OperationsSettings): void {
  const [first] = alerts;
  if (first === undefined) return;
  const sentences = alerts.flatMap((name) => alertSentence(alertOf(name), generalThresholds(alertOf(name), settings)) ?? []);
  drawn.description = [description, ...sentences].join('\n\n');
  const { runbooks } = linksOf(settings);
  drawn.links?.forEach((link, index) => Object.assign(link, runbookLinkOf(alerts[index] ?? first, runbooks)));
  const thresholds = drawn.fieldConfig?.defaults.thresholds;
  if (limits === undefined && thresholds !== undefined)
    thresholds.steps = thresholdSteps(generalThresholds(alertOf(first), settings), alertOf(first).fires);
}

function colorColumn(drawn: ShippedPanel, panel: Panel, { alert, column = panel.title }: Ask, settings: OperationsSettings): void {
  if (alert === undefined) return;
  const row = alertOf(alert);
  const override = drawn.fieldConfig?.overrides.find(({ matcher }) => matcher.options === column);
  for (const property of override?.properties ?? [])
    if (property.id === 'thresholds') (property.value as Steps).steps = thresholdSteps(generalThresholds(row, settings), row.fires);
}
