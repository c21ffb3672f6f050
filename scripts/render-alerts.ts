/** docs/runbooks/ and the table in docs/alerts.md, from the table of alerts. */
import { ALERT_GROUPS } from '../src/operations/alerts/alert-table.ts';
import { SEVERITIES, type AlertGroup, type AlertRow } from '../src/operations/alerts/alert-row.ts';
import { formatValue } from '../src/operations/alerts/annotations.ts';
import { queryFor } from '../src/operations/alerts/build-alerts.ts';
import { formatDuration } from '../src/operations/durations.ts';

const BEGIN = '<!-- Written by scripts/build-docs.ts from src/operations/alerts/. Do not edit. -->';
const END = '<!-- End of what scripts/build-docs.ts writes. -->';
/** So that runbooks of alerts that need a setting show their rule, too. */
const EXAMPLE = { prices: { 'gpt-5': { input: 2.5, output: 10 } } };

export function renderAlerts(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`docs/alerts.md must hold "${BEGIN}" and, after it, "${END}".`);
  const sections = ALERT_GROUPS.map((group) => `### ${group.title}\n\n${renderTable(group)}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${sections.join('\n\n')}\n\n${page.slice(end)}`;
}

function renderTable({ alerts }: AlertGroup): string {
  const rows = alerts.map((row) => [`[${row.name}](runbooks/${row.name}.md)`, limitsOf(row), settingsOf(row), row.needs]);
  const head = ['Alert', 'Fires', 'Further settings', 'Needs'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function limitsOf(row: AlertRow): string {
  return SEVERITIES.flatMap((severity) => {
    const threshold = row.thresholds[severity];
    if (threshold === undefined) return [];
    const seconds = typeof row.for === 'number' ? row.for : (row.for[severity] ?? 0);
    return `${severity}: ${row.fires === 'below' ? 'below' : 'above'} ${formatValue(threshold, row.unit)}${seconds === 0 ? '' : ` for ${formatDuration(seconds)}`}`;
  }).join('<br>');
}

function settingsOf({ settings = {} }: AlertRow): string {
  return Object.entries(settings)
    .map(([name, { value }]) => `\`${name}\`: ${value}`)
    .join('<br>');
}

/** The pages, by path. */
export function runbooks(): { path: string; render: () => string }[] {
  return ALERT_GROUPS.flatMap(({ alerts }) =>
    alerts.map((row) => ({ path: `docs/runbooks/${row.name}.md`, render: () => renderRunbook(row) })),
  );
}

function renderRunbook(row: AlertRow): string {
  const query = queryFor(row, EXAMPLE);
  const settings = Object.entries(row.settings ?? {}).map(([name, { meaning, value }]) => `- \`${name}\` (${value}): ${meaning}.`);
  const measure = row.measure(query);
  if (measure === undefined) throw new Error(`${row.name} has nothing to ask for.`);
  return (
    [
      `<!-- Written by scripts/build-docs.ts from src/operations/alerts/. Do not edit. -->`,
      `# ${row.name}`,
      `| fires | needs |\n| --- | --- |\n| ${limitsOf(row)} | ${row.needs} |`,
      `## What it means`,
      row.runbook.means,
      `It looks at\n\n\`\`\`promql\n${measure}\n\`\`\``,
      `## The first three queries`,
      ...row.runbook.look.map(
        ([tells, ask], i) => `${i + 1}. ${tells}:\n\n   \`\`\`promql\n${ask(query).replace(/^/gm, '   ')}\n   \`\`\``,
      ),
      `The links in the alert lead to its dashboard${row.traces === undefined ? '' : `, to ${row.traces} traces`}${row.scope === 'server' ? '' : ' and to the logs'} of the last hour.`,
      `## What helps`,
      row.runbook.mitigate.map((line) => `- ${line}`).join('\n'),
      `## Silence and settings`,
      silence(row),
      ...(settings.length === 0 ? [] : [`Further settings:\n\n${settings.join('\n')}`]),
    ].join('\n\n') + '\n'
  );
}

function silence(row: AlertRow): string {
  const who = row.scope === 'server' ? '' : ' service=NAME';
  const lines = [
    'For two hours, while it is being mended:',
    `\`\`\`sh\namtool silence add --alertmanager.url=http://localhost:9093 --duration=2h --comment='who, why' alertname=${row.name}${who}\n\`\`\``,
    'For good, or with other limits, in `signalbox.config.json`, then `signalbox rules write`:',
    `\`\`\`json\n${example(row)}\n\`\`\``,
  ];
  return lines.join('\n\n');
}

function example({ name, scope, thresholds }: AlertRow): string {
  const [severity = 'warning', threshold = 0] = Object.entries(thresholds)[0] ?? [];
  const alerts = JSON.stringify({ [name]: { [severity]: threshold, for: '10m' } });
  if (scope === 'server') return `{ "alerts": ${alerts} }`;
  return scope === 'route'
    ? `{ "services": { "NAME": { "routes": { "/orders/:id": ${alerts} } } } }`
    : `{ "services": { "NAME": { "alerts": ${alerts} } } }`;
}
