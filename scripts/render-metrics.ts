/** docs/metrics.md: the hand-written beginning stays, the tables between the marks are made from the catalogue. */
import { METRIC_ALIASES } from '../src/names/metrics/aliases.ts';
import { METRIC_SECTIONS } from '../src/names/metrics/catalogue.ts';
import type { AllowedValues, MetricRow } from '../src/names/metrics/metric-row.ts';
import { prometheusLabel, prometheusName } from '../src/names/prometheus-name.ts';

const BEGIN = '<!-- Written by scripts/build-docs.ts from src/names/metrics/. Do not edit. -->';
const END = '<!-- End of what scripts/build-docs.ts writes. -->';

export function renderMetrics(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`docs/metrics.md must hold "${BEGIN}" and, after it, "${END}".`);
  const sections = METRIC_SECTIONS.map(({ by, metrics, title }) => `### ${title}\n\nBy ${by}.\n\n${renderRows(metrics)}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${[...sections, renderAliases()].join('\n\n')}\n\n${page.slice(end)}`;
}

function renderRows(metrics: readonly MetricRow[]): string {
  const rows = metrics.map((row) => [
    `\`${row.name}\`<br>\`${prometheusName(row)}\``,
    `${row.type}, \`${row.unit}\``,
    row.description,
    Object.entries(row.attributes)
      .map(([key, allowed]) => `\`${key}\`${describe(allowed)}`)
      .join('<br>'),
  ]);
  const head = ['Metric, and its name in Prometheus', 'Type, unit', 'What', 'Attributes'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function describe(allowed: AllowedValues): string {
  if (typeof allowed === 'object') return `: ${allowed.join(', ')}`;
  return { label: '', any: '', route: ': a pattern', currency: ': `EUR`, `USDT`', status: ': 100 to 599' }[allowed];
}

function renderAliases(): string {
  const rows = METRIC_ALIASES.map(({ alias, metric, part, where = {} }) => {
    const filter = Object.entries(where).map(([key, value]) =>
      value === '*' ? `${prometheusLabel(key)}!=""` : `${prometheusLabel(key)}="${value}"`,
    );
    const suffix = part === undefined ? '' : `, its ${part}`;
    return `| \`${alias}\` | \`${metric}\`${suffix}${filter.length === 0 ? '' : ` where \`${filter.join(', ')}\``} |`;
  });
  return `### Old names\n\nWith \`SIGNALBOX_METRICS_ALIASES=true\`, beside the names above.\n\n| Name in Prometheus | is |\n| --- | --- |\n${rows.join('\n')}`;
}
