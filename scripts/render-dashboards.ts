/** grafana/dashboards/, from the tables of `src/operations/dashboards`, in the JSON that Grafana 11 to 13 import. */
import * as grafana from '@grafana/grafana-foundation-sdk/dashboard';
import { HTTP_INSTRUMENTATION_METRICS } from '../src/names/metrics/http.ts';
import { ROUTE } from '../src/operations/alerts/labels.ts';
import { DASHBOARDS } from '../src/operations/dashboards/dashboard-table.ts';
import type { Dashboard } from '../src/operations/dashboards/dashboard.ts';
import { IS_A_SERVICE, OF_THE_ENVIRONMENT, OF_THE_SERVICE, PanelQuery } from '../src/operations/dashboards/panel-query.ts';
import { select } from '../src/operations/promql.ts';
import { linksOf, METRICS_SOURCE } from './dashboard-links.ts';
import { buildPanel } from './dashboard-panels.ts';

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
    for (const panel of row.panels) builder.withPanel(buildPanel(panel));
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

/**
 * All services are `..*`, not `.+`: links put it into addresses, where `+` is a space, and Loki refuses a pattern that fits nothing
 * at all.
 */
const ANY_SERVICE = '..*';
const ANYTHING = '.*';

function variablesOf({ isOfOneService }: Dashboard): (grafana.QueryVariableBuilder | grafana.DatasourceVariableBuilder)[] {
  // By OTLP a namespace stands before the name.
  const service = asked('service', 'Service', `label_values(${select('target_info', [OF_THE_ENVIRONMENT, IS_A_SERVICE])}, job)`).regex(
    '/^(?:.*\\/)?(.+)$/',
  );
  const requests = select(HTTP_INSTRUMENTATION_METRICS.serverRequestDuration, [OF_THE_SERVICE, OF_THE_ENVIRONMENT], 'count');
  return [
    source('prometheus', 'Prometheus'),
    source('loki', 'Loki'),
    source('jaeger', 'Jaeger'),
    orAll(asked('environment', 'Environment', 'label_values(target_info, deployment_environment_name)'), ANYTHING),
    isOfOneService ? service : orAll(service, ANY_SERVICE),
    ...(isOfOneService ? [orAll(asked('route', 'Route', `label_values(${requests}, ${ROUTE})`), ANYTHING)] : []),
  ];
}

/** Named and labelled as Grafana's own linter of dashboards wants it where there are several. */
const source = (type: string, title: string): grafana.DatasourceVariableBuilder =>
  new grafana.DatasourceVariableBuilder(`${type}_datasource`).label(`${title} data source`).type(type);

function asked(name: string, label: string, query: string): grafana.QueryVariableBuilder {
  return new grafana.QueryVariableBuilder(name)
    .label(label)
    .datasource(METRICS_SOURCE)
    .query({ query, refId: name })
    .definition(query)
    .refresh(grafana.VariableRefresh.OnTimeRangeChanged)
    .sort(grafana.VariableSort.AlphabeticalAsc);
}

const orAll = (variable: grafana.QueryVariableBuilder, allValue: string): grafana.QueryVariableBuilder =>
  variable
    .multi(true)
    .includeAll(true)
    .allValue(allValue)
    .current({ text: ['All'], value: ['$__all'] });

/** Alerts while they fire, and the first sight of each version. */
function annotationsOf(): grafana.AnnotationQueryBuilder[] {
  const query = new PanelQuery();
  const versions = query.many(['service_version'], query.of('target_info'));
  const before = query.many(['service_version'], `last_over_time(${query.of('target_info')}[1h] offset 5m)`);
  return [
    marks('Alerts', 'red', query.firing(), '{{alertname}}', '{{severity}} · {{service}}'),
    marks('Deployments', 'blue', `${versions}\nunless\n${before}`, '{{job}} {{service_version}}', 'First seen'),
  ];
}

function marks(name: string, color: string, expression: string, title: string, text: string): grafana.AnnotationQueryBuilder {
  return new grafana.AnnotationQueryBuilder()
    .name(name)
    .datasource(METRICS_SOURCE)
    .enable(true)
    .iconColor(color)
    .expr(expression)
    .step('60s')
    .titleFormat(title)
    .textFormat(text);
}
