/** Panels of the dashboards, from the tables of `src/operations/dashboards`. */
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as grafana from '@grafana/grafana-foundation-sdk/dashboard';
import * as logs from '@grafana/grafana-foundation-sdk/logs';
import * as loki from '@grafana/grafana-foundation-sdk/loki';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type { AlertRow } from '../src/operations/alerts/alert-row.ts';
import type { Ask, LogPanel, Panel, TracePanel } from '../src/operations/dashboards/dashboard.ts';
import { alertOf, alertSentence, thresholdSteps } from '../src/operations/dashboards/drawn-alerts.ts';
import { PanelQuery } from '../src/operations/dashboards/panel-query.ts';
import { dataLinks, LOGS_SOURCE, METRICS_SOURCE, runbookLink, TRACES_SOURCE } from './dashboard-links.ts';

const PANEL_HEIGHT = 8;
const DEFAULT_WIDTH = 8;
const MOST_TRACES = 20;

type Builder = timeseries.PanelBuilder | stat.PanelBuilder | table.PanelBuilder;

export function buildPanel(panel: Panel | LogPanel | TracePanel): cog.Builder<grafana.Panel> {
  if (panel.kind === 'logs') return buildLogs(panel);
  return panel.kind === 'traces' ? buildTraces(panel) : buildMetrics(panel);
}

function buildMetrics(panel: Panel): Builder {
  const asked = panel.ask(new PanelQuery());
  const builder = { timeseries: lines, stat: numbers, table: values }[panel.kind ?? 'timeseries'](panel, asked);
  const alerts = (panel.alerts ?? []).map(alertOf);
  builder
    .title(panel.title)
    .description([panel.description, ...alerts.flatMap((row) => alertSentence(row, row.thresholds) ?? [])].join('\n\n'))
    .datasource(METRICS_SOURCE)
    .unit(panel.unit)
    .span(panel.width ?? DEFAULT_WIDTH)
    .height(panel.kind === 'stat' ? PANEL_HEIGHT / 2 : PANEL_HEIGHT)
    .thresholds(thresholdsOf(panel.limits ?? alerts[0]?.thresholds ?? {}, (panel.limits === undefined && alerts[0]?.fires) || panel.fires))
    .links(alerts.map(({ name }) => runbookLink(name)))
    .targets(asked.map((ask, index) => buildTarget(ask, index, panel.kind)));
  if (asked.every(isOfServices)) builder.dataLinks(dataLinks(panel.kind === 'table'));
  return builder;
}

/** Only then is there a label to link by. */
const isOfServices = ({ expression }: Ask): boolean => /by \([^)]*\bservice_name\b/.test(expression);

/** Buckets are what exemplars are of. */
const hasExemplars = ({ expression }: Ask): boolean => /_bucket\b/.test(expression);

function buildTarget(ask: Ask, index: number, kind: Panel['kind']): prometheus.DataqueryBuilder {
  const query = new prometheus.DataqueryBuilder()
    .refId(refIdOf(index))
    .datasource(METRICS_SOURCE)
    .expr(ask.expression)
    .legendFormat(ask.legend)
    .editorMode(prometheus.QueryEditorMode.Code);
  if (kind === 'table') return query.instant().format(prometheus.PromQueryFormat.Table);
  if (kind === 'stat') return query.instant().format(prometheus.PromQueryFormat.TimeSeries);
  return hasExemplars(ask) ? query.range().exemplar(true) : query.range();
}

const refIdOf = (index: number): string => String.fromCodePoint(65 + index);

function lines({ isStacked }: Panel): timeseries.PanelBuilder {
  const builder = new timeseries.PanelBuilder()
    // The axis begins at 0, and what is below it is seen all the same: a budget that is overspent.
    .axisSoftMin(0)
    .lineWidth(1)
    .fillOpacity(isStacked ? 30 : 10)
    .showPoints(common.VisibilityMode.Auto)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending))
    .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
  return isStacked ? builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal)) : builder;
}

function numbers(): stat.PanelBuilder {
  return new stat.PanelBuilder()
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''));
}

/** One row for each set of labels, one column for each query. Links need the name of the service, so it is hidden and not left out. */
function values({ columns = {}, title }: Panel, asked: readonly Ask[]): table.PanelBuilder {
  const titles = asked.map(({ column = title }) => column);
  const renamed = asked.length === 1 ? [['Value', titles[0]]] : titles.map((each, index) => [`Value #${refIdOf(index)}`, each]);
  const builder = new table.PanelBuilder().showHeader(true).transformations([
    { id: 'merge', options: {} },
    { id: 'organize', options: { excludeByName: { Time: true }, renameByName: { ...columns, ...Object.fromEntries(renamed) } } },
  ]);
  for (const name of ['service_name', 'deployment_environment_name'])
    builder.overrideByName(name, [
      { id: 'custom.hidden', value: true },
      { id: 'custom.hideFrom', value: { viz: true, legend: true, tooltip: true } },
    ]);
  asked.forEach(({ alert, unit }, index) => {
    const properties = [
      ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
      ...(alert === undefined ? [] : colored(alertOf(alert))),
    ];
    if (properties.length > 0) builder.overrideByName(titles[index] as string, properties);
  });
  return builder;
}

function colored(row: AlertRow): grafana.DynamicConfigValue[] {
  return [
    { id: 'thresholds', value: thresholdsOf(row.thresholds, row.fires).build() },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
  ];
}

function buildLogs({ title, description, expression, width = DEFAULT_WIDTH }: LogPanel): logs.PanelBuilder {
  return new logs.PanelBuilder()
    .title(title)
    .description(description)
    .datasource(LOGS_SOURCE)
    .span(width)
    .height(PANEL_HEIGHT)
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .sortOrder(common.LogsSortOrder.Descending)
    .targets([new loki.DataqueryBuilder().refId('A').datasource(LOGS_SOURCE).expr(expression).queryType('range').maxLines(200)]);
}

/**
 * What Jaeger finds, the newest first; the id opens the trace. Not by `error=true`, with which Jaeger 2.13 finds nothing in its memory.
 * The SDK has no builder of its queries.
 */
function buildTraces({ title, description, width = DEFAULT_WIDTH }: TracePanel): table.PanelBuilder {
  const query = {
    refId: 'A',
    datasource: TRACES_SOURCE,
    queryType: 'search',
    service: '$service',
    limit: MOST_TRACES,
  };
  return new table.PanelBuilder()
    .title(title)
    .description(description)
    .datasource(TRACES_SOURCE)
    .unit('none')
    .span(width)
    .height(PANEL_HEIGHT)
    .showHeader(true)
    .targets([{ build: () => query as unknown as cog.Dataquery }]);
}

function thresholdsOf(limits: AlertRow['thresholds'], fires: AlertRow['fires']): grafana.ThresholdsConfigBuilder {
  return new grafana.ThresholdsConfigBuilder().mode(grafana.ThresholdsMode.Absolute).steps(thresholdSteps(limits, fires));
}
