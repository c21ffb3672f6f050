/** Links of the dashboards. `${…}` in them is filled in by Grafana. */
import * as grafana from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dashboard } from '../src/operations/dashboards/dashboard.ts';
import { runbookLinkOf } from '../src/operations/dashboards/drawn-alerts.ts';
import { DEFAULT_LINKS } from '../src/operations/settings.ts';

export const METRICS_SOURCE = { type: 'prometheus', uid: '${prometheus_datasource}' };
export const LOGS_SOURCE = { type: 'loki', uid: '${loki_datasource}' };
export const TRACES_SOURCE = { type: 'jaeger', uid: '${jaeger_datasource}' };

/** What is chosen at the top. Values are joined by `|`; without the format they would be joined as JSON is not. */
const CHOSEN = '${service:pipe}';
/** Of the line or the row that is clicked on. */
const CLICKED = '${__field.labels.service_name:percentencode}';
const CLICKED_ROW = '${__data.fields.service_name:percentencode}';

/** Grafana's Explore. All of it is one parameter; what Grafana fills in must not be escaped. */
function explore(source: { readonly type: string; readonly uid: string }, query: Readonly<Record<string, unknown>>): string {
  const pane = {
    datasource: source.uid,
    queries: [{ refId: 'A', datasource: source, ...query }],
    range: { from: '${__from}', to: '${__to}' },
  };
  const escaped = encodeURIComponent(JSON.stringify({ signalbox: pane }));
  return `/explore?schemaVersion=1&panes=${escaped.replace(/%24%7B.*?%7D/g, decodeURIComponent)}`;
}

const logsOf = (service: string): string => explore(LOGS_SOURCE, { expr: `{service_name=~"${service}"}` });
const tracesOf = (service: string): string => explore(TRACES_SOURCE, { queryType: 'search', service, limit: 20 });
const boardOf = (service: string): string =>
  `/d/signalbox-service?var-service=${service}&\${environment:queryparam}&\${prometheus_datasource:queryparam}&\${__url_time_range}`;

const link = (title: string, url: string): grafana.DashboardLinkBuilder =>
  new grafana.DashboardLinkBuilder(title).type(grafana.DashboardLinkType.Link).url(url).targetBlank(true).icon('external link');

export function linksOf({ isOfOneService }: Dashboard): grafana.DashboardLinkBuilder[] {
  return [
    new grafana.DashboardLinkBuilder('signalbox')
      .type(grafana.DashboardLinkType.Dashboards)
      .tags(['signalbox'])
      .asDropdown(true)
      .includeVars(true)
      .keepTime(true),
    link('Logs', logsOf(CHOSEN)),
    // Jaeger searches one service at a time.
    ...(isOfOneService ? [link('Traces', tracesOf(CHOSEN))] : []),
    link('Alerts', '/alerting/list?dataSource=prometheus'),
  ];
}

/** From a line, or from a row of a table, to its service. */
export function dataLinks(isTable: boolean): grafana.DashboardLinkBuilder[] {
  const service = isTable ? CLICKED_ROW : CLICKED;
  return [link('Service', boardOf(service)), link('Logs', logsOf(service)), link('Traces', tracesOf(service))];
}

export function runbookLink(alert: string): grafana.DashboardLinkBuilder {
  const { title, url } = runbookLinkOf(alert, DEFAULT_LINKS.runbooks);
  return link(title, url);
}
