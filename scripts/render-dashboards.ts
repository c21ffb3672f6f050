/** grafana/dashboards/, from the tables of `src/operations/dashboards`, in the JSON that Grafana 11 to 13 import. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as grafana from '@grafana/grafana-foundation-sdk/dashboard';
import * as logs from '@grafana/grafana-foundation-sdk/logs';
import * as loki from '@grafana/grafana-foundation-sdk/loki';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { ALERTS } from '../src/operations/alerts/alert-table.ts';
import type { AlertRow } from '../src/operations/alerts/alert-row.ts';
import { formatValue } from '../src/operations/alerts/annotations.ts';
import { ROUTE } from '../src/operations/alerts/labels.ts';
import { HTTP_INSTRUMENTATION_METRICS } from '../src/names/metrics/http.ts';
import { DASHBOARDS } from '../src/operations/dashboards/dashboard-table.ts';
import type { Dashboard, LogPanel, Panel } from '../src/operations/dashboards/dashboard.ts';
import { OF_THE_ENVIRONMENT, OF_THE_SERVICE, PanelQuery } from '../src/operations/dashboards/panel-query.ts';
import { select } from '../src/operations/promql.ts';
import { DEFAULT_LINKS } from '../src/operations/settings.ts';

const METRICS_SOURCE = { type: 'prometheus', uid: '${datasource}' };
const LOGS_SOURCE = { type: 'loki', uid: '${loki}' };
const COLORS = { critical: 'red', warning: 'orange', info: 'blue' } as const;
const GREEN = 'green';
const PANEL_HEIGHT = 8;
const DEFAULT_WIDTH = 8;

/** The files, by path. */
export function dashboards(): { path: string; render: () => string }[] {
  return DASHBOARDS.map((board) => ({
    path: `grafana/dashboards/signalbox-${board.name}.json`,
    render: () => `${JSON.stringify(buildDashboard(board), null, 2)}\n`,
  }));
}

function buildDashboard(board: Dashboard): grafana.Dashboard {
  const builder = new grafana.DashboardBuilder(`signalbox / ${board.title}`)
    .uid(`signalbox-${board.name}`)
    .description(board.description)
    .tags(['signalbox'])
    .readonly()
    .refresh('1m')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .tooltip(grafana.DashboardCursorSync.Crosshair)
    .variables(variablesOf(board))
    .annotations(annotationsOf())
    .links(linksOf(board));
  for (const row of board.rows) {
    builder.withRow(new grafana.RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panel.kind === 'logs' ? buildLogs(panel) : buildPanel(panel));
  }
  const built = builder.build();
  built.panels?.forEach((panel, index) => (panel.id = index + 1));
  return withoutDefaults(built);
}

/** What the builders write and nobody asked for: it would hide links and annotations in a menu, and means nothing on a query. */
const UNASKED: ReadonlySet<string> = new Set(['placement=inControlsMenu', 'auto_min=10s', 'auto_count=30', 'auto=false']);

function withoutDefaults<T>(built: T): T {
  return JSON.parse(JSON.stringify(built, (key, value: unknown) => (UNASKED.has(`${key}=${String(value)}`) ? undefined : value))) as T;
}

function variablesOf({ isOfOneService, rows }: Dashboard): grafana.QueryVariableBuilder[] {
  const asked = (name: string, label: string, query: string): grafana.QueryVariableBuilder =>
    new grafana.QueryVariableBuilder(name)
      .label(label)
      .datasource(METRICS_SOURCE)
      .query({ query, refId: name })
      .definition(query)
      .refresh(grafana.VariableRefresh.OnTimeRangeChanged)
      .sort(grafana.VariableSort.AlphabeticalAsc);
  const all = (variable: grafana.QueryVariableBuilder, allValue: string): grafana.QueryVariableBuilder =>
    variable
      .multi(true)
      .includeAll(true)
      .allValue(allValue)
      .current({ text: ['All'], value: ['$__all'] });
  // By OTLP a namespace stands before the name.
  const service = asked('service', 'Service', `label_values(${select('target_info', [OF_THE_ENVIRONMENT])}, job)`).regex(
    '/^(?:.*\\/)?(.+)$/',
  );
  const variables = [
    new grafana.DatasourceVariableBuilder('datasource').label('Metrics').type('prometheus'),
    ...(rows.some(({ panels }) => panels.some(({ kind }) => kind === 'logs'))
      ? [new grafana.DatasourceVariableBuilder('loki').label('Logs').type('loki')]
      : []),
    all(asked('environment', 'Environment', 'label_values(target_info, deployment_environment_name)'), '.*'),
    isOfOneService ? service : all(service, '.+'),
    ...(isOfOneService
      ? [
          all(
            asked(
              'route',
              'Route',
              `label_values(${select(HTTP_INSTRUMENTATION_METRICS.serverRequestDuration, [OF_THE_SERVICE], 'count')}, ${ROUTE})`,
            ),
            '.*',
          ),
        ]
      : []),
  ];
  return variables as grafana.QueryVariableBuilder[];
}

/** Alerts while they fire, and the first sight of each version. */
function annotationsOf(): grafana.AnnotationQueryBuilder[] {
  const query = new PanelQuery();
  const asked = (name: string, color: string, expression: string, title: string, text: string): grafana.AnnotationQueryBuilder =>
    new grafana.AnnotationQueryBuilder()
      .name(name)
      .datasource(METRICS_SOURCE)
      .enable(true)
      .iconColor(color)
      .expr(expression)
      .step('60s')
      .titleFormat(title)
      .textFormat(text);
  const versions = query.many(['service_version'], query.of('target_info'));
  return [
    asked('Alerts', 'red', query.of('ALERTS', ['alertstate="firing"']), '{{alertname}}', '{{severity}} · {{job}}'),
    asked(
      'Deployments',
      'blue',
      `${versions}\nunless\n${query.many(['service_version'], `last_over_time(${query.of('target_info')}[1h] offset 5m)`)}`,
      '{{job}} {{service_version}}',
      'First seen',
    ),
  ];
}

const link = (title: string, url: string): grafana.DashboardLinkBuilder =>
  new grafana.DashboardLinkBuilder(title).type(grafana.DashboardLinkType.Link).url(url).targetBlank(true).icon('external link');

/** Grafana's Explore, of what is chosen and shown. */
function explore(source: 'loki' | 'jaeger', query: Readonly<Record<string, string>>): string {
  const pane = {
    datasource: source,
    queries: [{ refId: 'A', datasource: { type: source, uid: source }, ...query }],
    range: { from: '@from', to: '@to' },
  };
  const encoded = encodeURIComponent(JSON.stringify({ signalbox: pane }))
    .replace('%40from', '${__from}')
    .replace('%40to', '${__to}');
  return `/explore?schemaVersion=1&panes=${encoded.replace('%40service', '${service:pipe}')}`;
}

function linksOf({ isOfOneService }: Dashboard): grafana.DashboardLinkBuilder[] {
  return [
    new grafana.DashboardLinkBuilder('signalbox')
      .type(grafana.DashboardLinkType.Dashboards)
      .tags(['signalbox'])
      .asDropdown(true)
      .includeVars(true)
      .keepTime(true),
    link('Logs', explore('loki', { expr: '{service_name=~"@service"}' })),
    ...(isOfOneService ? [link('Traces', explore('jaeger', { queryType: 'search', service: '@service' }))] : []),
    link('Alerts', '/alerting/list?dataSource=prometheus'),
  ];
}

type Builder = timeseries.PanelBuilder | stat.PanelBuilder | table.PanelBuilder;

function buildPanel(panel: Panel): Builder {
  const builder = { timeseries: lines, stat: numbers, table: values }[panel.kind ?? 'timeseries'](panel);
  const alerts = (panel.alerts ?? []).map(alertOf);
  builder
    .title(panel.title)
    .description([panel.description, ...alerts.map(sentenceOf)].join('\n\n'))
    .datasource(METRICS_SOURCE)
    .unit(panel.unit)
    .span(panel.width ?? DEFAULT_WIDTH)
    .height(panel.kind === 'stat' ? PANEL_HEIGHT / 2 : PANEL_HEIGHT)
    .thresholds(thresholdsOf(panel.limits ?? alerts[0]?.thresholds ?? {}, alerts[0]?.fires === 'below'))
    .links(alerts.map(({ name }) => link(`Runbook: ${name}`, `${DEFAULT_LINKS.runbooks}/${name}.md`)))
    .targets(
      panel.ask(new PanelQuery()).map(({ expression, legend, exemplars }, index) => {
        const query = new prometheus.DataqueryBuilder()
          .refId(String.fromCodePoint('A'.codePointAt(0)! + index))
          .datasource(METRICS_SOURCE)
          .expr(expression)
          .legendFormat(legend)
          .editorMode(prometheus.QueryEditorMode.Code);
        if (exemplars) query.exemplar(true);
        return panel.kind === 'timeseries' || panel.kind === undefined
          ? query.range()
          : query.instant().format(panel.kind === 'table' ? prometheus.PromQueryFormat.Table : prometheus.PromQueryFormat.TimeSeries);
      }),
    );
  if (panel.unit === 'percentunit') builder.min(0);
  return builder;
}

function lines({ isStacked }: Panel): timeseries.PanelBuilder {
  const builder = new timeseries.PanelBuilder()
    .min(0)
    .lineWidth(1)
    .fillOpacity(isStacked ? 30 : 10)
    .showPoints(common.VisibilityMode.Never)
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

function values(): table.PanelBuilder {
  // Beside the labels that tell rows apart, and the value.
  const hidden = Object.fromEntries(['Time', 'service_name', 'deployment_environment_name'].map((name) => [name, true]));
  return new table.PanelBuilder().showHeader(true).transformations([{ id: 'organize', options: { excludeByName: hidden } }]);
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
    .targets([new loki.DataqueryBuilder().refId('A').expr(expression).queryType('range').maxLines(200)]);
}

function alertOf(name: string): AlertRow {
  const row = ALERTS.get(name);
  if (row === undefined) throw new Error(`A panel names the alert ${name}, which is in no table.`);
  return row;
}

function sentenceOf({ name, thresholds, unit, fires = 'above' }: AlertRow): string {
  const limits = Object.entries(thresholds).map(([severity, value]) => `${fires} ${formatValue(value, unit)} (${severity})`);
  return `Alert ${name}: ${limits.join(', ')}.`;
}

/** Colours from the alerts' thresholds on. Where they fire below, it is the other way round: the lowest values are the worst. */
function thresholdsOf(limits: AlertRow['thresholds'], firesBelow: boolean): grafana.ThresholdsConfigBuilder {
  const steps = Object.entries(limits)
    .map(([severity, value]) => ({ value, color: COLORS[severity as keyof typeof COLORS] }))
    .sort((a, b) => a.value - b.value);
  const colors = firesBelow ? [...steps.map(({ color }) => color), GREEN] : [GREEN, ...steps.map(({ color }) => color)];
  return new grafana.ThresholdsConfigBuilder()
    .mode(grafana.ThresholdsMode.Absolute)
    .steps(colors.map((color, index) => ({ color, value: index === 0 ? null : (steps[index - 1]?.value ?? null) })));
}
