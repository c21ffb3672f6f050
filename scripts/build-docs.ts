/**
 * Writes docs/configuration.md from the table of settings, docs/messages.md from that of messages, docs/privacy.md and the
 * keys in otel-collector/config.yaml from the tables of redaction, the table in docs/instrumentation.md from the catalogue and what
 * stands beside it,
 * those in docs/metrics.md from that of metrics, and prometheus/rules/, docs/runbooks/ and grafana/dashboards/ from
 * those of alerts and dashboards.
 *
 *   node scripts/build-docs.ts           write them
 *   node scripts/build-docs.ts --check   fail when one is not current
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { INSTRUMENTATION_NAMES } from '../src/config/instrumentation-names.ts';
import { FOREIGN_PREFIXES } from '../src/config/foreign-names.ts';
import type { Group, Setting } from '../src/config/setting.ts';
import { MAX_INTEGER, settings } from '../src/config/settings.ts';
import { formatDefault } from '../src/config/read-settings.ts';
import { MESSAGES, type MessageRow } from '../src/names/messages.ts';
import type { OperationsSettings } from '../src/operations/settings.ts';
import { buildRuleFiles } from '../src/operations/build-rules.ts';
import { buildAlertmanagerFiles } from '../src/operations/notifications/build-alertmanager.ts';
import { renderAlerts, runbooks } from './render-alerts.ts';
import { dashboards } from './render-dashboards.ts';
import { renderInstrumentation } from './render-instrumentation.ts';
import { renderMetrics } from './render-metrics.ts';
import { renderCollector, renderPrivacy } from './render-redaction.ts';

const GROUPS: Readonly<Record<Group, readonly [title: string, text: string]>> = {
  general: ['General', ''],
  otlp: [
    'Where telemetry goes',
    'For all signals. When the protocol is not set, it follows from the port of the endpoint: 4317 is gRPC, anything else is `http/protobuf`. An endpoint begins with `http://` or `https://`; one without is reported, and the scheme is guessed.',
  ],
  'one-signal': [
    'For one signal only',
    'Each wins over the setting for all signals. Headers are added to those for all signals. An endpoint of a single signal is used as it is: over HTTP it needs its whole path (`http://collector:4318/v1/traces`).',
  ],
  traces: ['Traces', ''],
  metrics: ['Metrics', ''],
  logs: ['Logs', ''],
  limits: ['Limits', ''],
  instrumentations: [
    'Instrumentations',
    `A name is \`express\` or \`@opentelemetry/instrumentation-express\`. Known names: ${[...INSTRUMENTATION_NAMES].map((name) => `\`${name}\``).join(', ')}.`,
  ],
  logging: [
    'Logging',
    'Of [`signalbox/logging`](logging.md). Without it two of them have an effect: with `LOG_ACCESS` requests are logged, with `SIGNALBOX_REQUEST_ID_HEADER` they get an id.',
  ],
  sentry: [
    'Errors in Sentry',
    'Of [`signalbox/sentry`](errors.md). The `SENTRY_*` variables of tracing have no effect: OpenTelemetry traces.',
  ],
  alerts: ['Alerts from code', 'Of [`signalbox/alerts`](alerts-from-code.md).'],
  ops: ['Ops port', 'Metrics and health on one port: see [ops server](ops-server.md).'],
  signalbox: ['signalbox itself', ''],
  'no-effect': ['Known, without effect', ''],
};

/** The whole page. */
export function renderConfiguration(): string {
  const parts = [INTRODUCTION];
  for (const [group, [title, text]] of Object.entries(GROUPS) as [Group, readonly [string, string]][]) {
    parts.push(`## ${title}`);
    if (text !== '') parts.push(text);
    const rows = settings.filter((setting) => setting.group === group);
    parts.push(group === 'one-signal' ? renderSignalTable(rows) : renderTable(rows));
  }
  parts.push(CLOSING);
  return `${parts.join('\n\n')}\n`;
}

const INTRODUCTION = `<!-- Written by scripts/build-docs.ts from src/config/settings.ts. Do not edit. -->

# Configuration

signalbox is configured by environment variables. Every \`OTEL_*\` variable keeps the meaning that the OpenTelemetry
specification gives it; \`SIGNALBOX_*\` stands only where the specification has no name. Options of \`startTelemetry\` say the
same in code and win over the environment.

- An empty variable, or one of spaces only, is as if it were not set.
- A value that does not fit is reported in one line, and the default is used. Values of headers and credentials in URLs are
  never printed.
- An \`OTEL_*\` or \`SIGNALBOX_*\` name that nobody knows is reported with the name that was probably meant.
- Times are in milliseconds, sizes in bytes. A number that is too large is lowered to what is allowed, mostly ${MAX_INTEGER}.
- A switch is on for \`true\` alone; \`1\` and \`yes\` are off, and are reported.`;

const CLOSING = `## Names that are left alone

Other languages, the Collector and its operator have settings of their own. Names that begin with these are not reported,
unless they are one or two letters from a name above: ${FOREIGN_PREFIXES.map((prefix) => `\`${prefix}\``).join(', ')}. Nor are the
variables by which Kubernetes describes a service (\`OTEL_COLLECTOR_SERVICE_HOST\`).`;

function renderTable(rows: readonly Setting[]): string {
  const hasOptions = rows.some(({ option }) => option !== undefined);
  const lines = rows.map((setting) => {
    const cells = [
      `\`${setting.name}\``,
      ...(hasOptions ? [setting.option === undefined ? '' : `\`${setting.option}\``] : []),
      describeValues(setting),
      describeDefault(setting),
      describeMeaning(setting),
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  const head = ['Variable', ...(hasOptions ? ['In code'] : []), 'Values', 'Default', 'Meaning'];
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...lines].join('\n');
}

/** One line for the three names that mean the same. */
function renderSignalTable(rows: readonly Setting[]): string {
  const general = settings.filter(({ group }) => group === 'otlp');
  const lines = general.map(
    ({ name }) =>
      `| ${rows
        .filter((row) => row.general === name)
        .map((row) => `\`${row.name}\``)
        .join(' ')} | \`${name}\` |`,
  );
  return ['| Variables | Default, values and meaning as |', '| --- | --- |', ...lines].join('\n');
}

function describeValues({ type, values, items, min = 0, max, unit, zeroIsUnlimited }: Setting): string {
  switch (type) {
    case 'boolean':
      return '`true`, `false`';
    case 'integer': {
      const range = max === undefined ? `from ${min}` : `from ${min} to ${max}`;
      return `${unit ?? 'whole number'}, ${range}${zeroIsUnlimited ? ' (0: no limit)' : ''}`;
    }
    case 'number':
      return `number from ${min} to ${max}`;
    case 'route-numbers':
      return `${unit ?? 'number'} from ${min}${max === undefined ? '' : ` to ${max}`}, \`route=number\``;
    case 'enum':
    case 'exporter':
      return (values ?? []).map((value) => `\`${value}\``).join(', ');
    case 'list':
      return values === undefined || items === 'instrumentations'
        ? `${items}, separated by commas`
        : values.map((value) => `\`${value}\``).join(', ');
    case 'redaction-entries':
      return `${items}, separated by commas`;
    case 'headers':
      return '`name=value` pairs';
    case 'attributes':
      return '`key=value` pairs';
    case 'url':
      return 'URL';
    case 'file':
      return 'path';
    case 'certificate':
    case 'private-key':
      return 'path of a PEM file';
    case 'instrumentation-options':
      return 'JSON object';
    case 'log-levels':
      return 'a level, and `name=level` for single loggers, separated by commas';
    case 'text':
      return 'text';
  }
}

function describeDefault({ default: value, otherwise, general }: Setting): string {
  if (value !== undefined)
    return typeof value === 'object' && value.length === 0 ? 'none' : value === Infinity ? 'no limit' : `\`${formatDefault(value)}\``;
  return otherwise ?? (general === undefined ? '' : `\`${general}\``);
}

function describeMeaning({ meaning, differs, secret }: Setting): string {
  const linked = meaning.replace(/(?<!`)\b(?:OTEL|SIGNALBOX)_[A-Z_]+\b/g, '`$&`');
  return [
    linked,
    ...(secret ? ['Secret: never printed.'] : []),
    ...(differs === undefined ? [] : [differs.replace(/\b(?:OTEL|SIGNALBOX)_[A-Z_]+\b/g, '`$&`')]),
  ].join(' ');
}

const SECTIONS: Readonly<Record<MessageRow['section'], readonly [title: string, text: string]>> = {
  start: ['Start', ''],
  settings: ['Settings', 'Each says which setting, what it must be, what it was, and what is used now. The application is not affected.'],
  silence: [
    'It runs, and nothing or only a part will come',
    'Said once, within ten seconds. A warning is a trap; info is what was most likely chosen. A signal that is switched off alone is not named: the start line says what is sent. With `OTEL_SDK_DISABLED=true` nothing is said, for nothing is loaded; `signalbox config` tells it.',
  ],
  export: [
    'Export',
    '"wait": the records stay queued and are sent again until they arrive. "lost": they are gone. The endpoint follows behind the code. How long records wait: [export](export.md#when-it-fails).',
  ],
  records: ['Records', ''],
  logging: ['Logging', 'Of [`signalbox/logging`](logging.md).'],
  sentry: ['Errors in Sentry', 'Of [`signalbox/sentry`](errors.md).'],
  alerts: ['Alerts from code', 'Of [`signalbox/alerts`](alerts-from-code.md).'],
  debug: ['Faults of signalbox', 'They are contained: the application goes on as without signalbox.'],
};

/** The whole page. */
export function renderMessages(): string {
  const parts = [MESSAGES_INTRODUCTION];
  for (const [section, [title, text]] of Object.entries(SECTIONS)) {
    parts.push(`## ${title}`);
    if (text !== '') parts.push(text);
    parts.push(renderMessageTable(Object.entries<MessageRow>(MESSAGES).filter(([, row]) => row.section === section)));
    if (section === 'start') parts.push(EARLY_MESSAGES);
  }
  return `${parts.join('\n\n')}\n`;
}

/** Only the columns in which a row has something. */
function renderMessageTable(rows: readonly (readonly [code: string, MessageRow])[]): string {
  const hasRecords = rows.some(([, { records }]) => records !== undefined);
  const hasCure = rows.some(([, { cure }]) => cure !== undefined);
  const lines = rows.map(([code, { cure, level, page, records, says }]) => [
    `\`${code}\``,
    level,
    says,
    ...(hasRecords ? [records ?? ''] : []),
    ...(hasCure ? [cure ?? ''] : []),
    page === undefined ? '' : `[${page.replace(/\.md.*/, '')}](${page})`,
  ]);
  const head = ['code', 'level', 'says', ...(hasRecords ? ['records'] : []), ...(hasCure ? ['do'] : []), 'read on'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const MESSAGES_INTRODUCTION = `<!-- Written by scripts/build-docs.ts from src/names/messages.ts. Do not edit. -->

# Messages

signalbox writes to stderr and nowhere else, one line a message: what is wrong, what it must be, what it was, what happens now, and
where to read on. On a terminal a line is

\`\`\`
signalbox: Cannot export traces to http://localhost:4318/v1/traces: connection refused. …
\`\`\`

and otherwise JSON:

\`\`\`json
{"level":"warn","time":"2026-11-20T18:16:48.992Z","logger":"signalbox","code":"export.connection_refused http://localhost:4318","message":"Cannot export traces to …"}
\`\`\`

- \`code\` is one of those below; the setting, the endpoint or what it is about may follow after a space. \`…\` stands for a name.
- The same code about the same thing comes at most once a minute.
- \`SIGNALBOX_LOG_LEVEL\` (\`none\`, \`error\`, \`warn\`, \`info\`, \`debug\`) says how much is written.
- Values of headers and credentials in URLs are never written.`;

const EARLY_MESSAGES = `Without a code, whatever the level, for nothing of signalbox is loaded yet:

| says | do |
| --- | --- |
| \`signalbox: Node.js must be 22.15 or newer, but this is …\` | update Node.js |
| \`signalbox: Node.js must allow require() of ES modules, but …\` | remove \`--no-experimental-require-module\` |
| \`signalbox: Telemetry did not start: …\` | what stands in it; mostly an incomplete installation |`;

/** For the services of the demo. */
const SHIPPED_SETTINGS = JSON.parse(
  readFileSync(new URL('../examples/shop/signalbox.config.json', import.meta.url), 'utf8'),
) as OperationsSettings;

interface Page {
  readonly path: string;
  readonly render: (current: string) => string;
}

export const PAGES: readonly Page[] = [
  { path: 'docs/configuration.md', render: renderConfiguration },
  { path: 'docs/messages.md', render: renderMessages },
  { path: 'docs/instrumentation.md', render: renderInstrumentation },
  { path: 'docs/metrics.md', render: renderMetrics },
  { path: 'docs/privacy.md', render: renderPrivacy },
  { path: 'otel-collector/config.yaml', render: renderCollector },
  { path: 'docs/alerts.md', render: renderAlerts },
  ...runbooks(),
  ...[...buildRuleFiles(SHIPPED_SETTINGS)].map(([name, text]) => ({ path: `prometheus/rules/${name}`, render: () => text })),
  ...dashboards(),
  ...[...buildAlertmanagerFiles(SHIPPED_SETTINGS)].map(([name, text]) => ({ path: `alertmanager/${name}`, render: () => text })),
];

/** What stands in the file, and what must. */
export function readPage({ path, render }: Page): { readonly current: string; readonly wanted: string } {
  const file = new URL(`../${path}`, import.meta.url);
  const current = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return { current, wanted: render(current) };
}

function writePage(path: string, text: string): void {
  const file = new URL(`../${path}`, import.meta.url);
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of PAGES) {
    const { current, wanted } = readPage(page);
    if (current === wanted) continue;
    if (!process.argv.includes('--check')) writePage(page.path, wanted);
    else {
      console.error(`${page.path} must be what scripts/build-docs.ts writes, got something else. Run: node scripts/build-docs.ts`);
      process.exitCode = 1;
    }
  }
}
