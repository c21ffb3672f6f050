/** Texts and links of alerts, as templates of Prometheus. */
import { quote } from '../promql.ts';
import type { Links } from '../settings.ts';
import type { AlertRow, ValueUnit } from './alert-row.ts';

const SERVICE = '{{ with $labels.service_name }}{{ . }}{{ else }}{{ $labels.job }}{{ end }}';
const SERVICE_IN_A_URL = '{{ with $labels.service_name }}{{ . | urlquery }}{{ else }}{{ $labels.job | urlquery }}{{ end }}';

const VALUES: Readonly<Record<ValueUnit, string>> = {
  ratio: '{{ $value | humanizePercentage }}',
  seconds: '{{ $value | humanizeDuration }}',
  bytes: '{{ $value | humanize1024 }}B',
  'bytes-per-second': '{{ $value | humanize }}B/s',
  'per-second': '{{ $value | humanize }}',
  number: '{{ $value | humanize }}',
  times: '{{ $value | humanize }} times',
};

/** The label that says of whom an alert is, on both ways of metrics. */
export function serviceLabel(row: AlertRow): string {
  return row.scope === 'server' ? '{{ $labels.job }}' : SERVICE;
}

export function annotationsOf(row: AlertRow, texts: Readonly<Record<string, string>>, links: Links): Record<string, string> {
  const render = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      if (name === 'service') return SERVICE;
      if (name === 'value') return VALUES[row.unit];
      return texts[name] ?? `{{ $labels.${name} }}`;
    });
  return {
    summary: render(row.summary),
    description: render(row.description),
    runbook_url: `${links.runbooks}/${row.name}.md`,
    dashboard_url: `${links.grafana}/d/signalbox-${row.dashboard}${row.scope === 'server' ? '' : `?var-service=${SERVICE_IN_A_URL}`}`,
    ...(row.scope === 'server' ? {} : { logs_url: `${links.grafana}/explore?schemaVersion=1&panes=${LOGS_PANE}` }),
    ...(row.traces === undefined
      ? {}
      : { trace_url: `${links.jaeger}/search?service=${SERVICE_IN_A_URL}&lookback=1h&limit=20${TRACES[row.traces]}` }),
  };
}

/** By the tag that `transform/failed_spans` of the Collector sets, for what keeps traces in memory; Jaeger has it otherwise, too. */
const TRACES = { failed: `&tags=${encodeURIComponent('{"otel.status_code":"ERROR"}')}`, slow: '&minDuration=1s' } as const;

/** Grafana's Explore with the logs of the service: the name stands in LogQL, that in JSON, and that in the address. */
const LOGS_PANE = (() => {
  const [before = '', after = ''] = JSON.stringify({
    logs: {
      datasource: 'loki',
      queries: [{ refId: 'A', expr: '@', datasource: { type: 'loki', uid: 'loki' } }],
      range: { from: 'now-1h', to: 'now' },
    },
  }).split('"@"');
  const query = (value: string): string => `{{ ${value} | printf "{service_name=%q}" | printf "%q" | urlquery }}`;
  return `${encodeURIComponent(before)}{{ with $labels.service_name }}${query('.')}{{ else }}${query('$labels.job')}{{ end }}${encodeURIComponent(after)}`;
})();

/** A name as text of a template: braces in it are no template. */
export function literal(text: string): string {
  return text.includes('{{') ? `{{ ${quote(text)} }}` : text;
}

/** A threshold for a person. */
export function formatValue(value: number, unit: ValueUnit): string {
  switch (unit) {
    case 'ratio':
      return `${Number((value * 100).toPrecision(6))}%`;
    case 'seconds':
      return `${value}s`;
    case 'bytes':
      return humanizeBytes(value);
    case 'bytes-per-second':
      return `${value / 1e6}MB/s`;
    case 'times':
      return `${value} times`;
    case 'per-second':
    case 'number':
      return String(value);
  }
}

function humanizeBytes(value: number): string {
  const [unit = 'B', size = 1] =
    (
      [
        ['GiB', 2 ** 30],
        ['MiB', 2 ** 20],
        ['KiB', 2 ** 10],
      ] as const
    ).find(([, each]) => value >= each) ?? [];
  return `${Number((value / size).toPrecision(4))}${unit}`;
}
