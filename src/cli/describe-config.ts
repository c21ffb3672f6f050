/** The settings that count, as a person reads them: without secrets, and with everything that is wrong. */
import type { Config, Exporter, Signal } from '../config/config.ts';
import type { Environment } from '../config/early.ts';
import { loadConfig } from '../config/load-config.ts';
import { loadLoggingConfig } from '../config/logging-config.ts';
import { loadSentryConfig } from '../config/sentry-config.ts';
import { createSettingsReader, formatDefault, type Found } from '../config/read-settings.ts';
import type { ParsedLevels } from '../config/log-levels.ts';
import type { ParsedUrl } from '../config/read-url.ts';
import { readTextFile } from '../config/read-value.ts';
import type { Setting } from '../config/setting.ts';
import { settings } from '../config/settings.ts';
import { HIDDEN, showValue } from '../config/show-value.ts';

const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];
const NAME_WIDTH = 56;

export interface DescribedConfig {
  /** Lines for a terminal, the last one ended. */
  readonly text: string;
  readonly isRight: boolean;
}

export function describeConfig(env: Environment): DescribedConfig {
  const { config, problems: found } = loadConfig(env);
  // They may be meant for another logger: looked at where somebody asks.
  const problems = [...found, ...loadLoggingConfig(env).problems, ...loadSentryConfig(env).problems];
  const reader = createSettingsReader(env, undefined, readTextFile);
  const set: string[] = [];
  const defaults: string[] = [];
  for (const setting of settings) {
    const found = reader.find(setting.name);
    if (found !== undefined && found.setting === setting) set.push(line(setting.name, showFound(found)));
    else if (setting.group !== 'one-signal' && setting.group !== 'no-effect')
      defaults.push(line(setting.name, showDefault(setting, found, reader.get(setting.name))));
  }
  const blocks = [
    block('Set in this environment', set.length === 0 ? ['  nothing'] : set),
    block('Not set, so as it is by default', defaults),
    block(
      'Where telemetry goes',
      SIGNALS.map((signal) => line(signal, showTarget(config, signal))),
    ),
    block('Problems', problems.length === 0 ? ['  none'] : problems.map(({ message }) => `  ${message}`)),
  ];
  return { text: `${blocks.join('\n\n')}\n`, isRight: problems.length === 0 };
}

function block(title: string, lines: readonly string[]): string {
  return [`${title}:`, ...lines].join('\n');
}

function line(name: string, value: string): string {
  return `  ${name.padEnd(NAME_WIDTH)} ${value}`;
}

function showDefault({ otherwise }: Setting, general: Found | undefined, value: unknown): string {
  if (general !== undefined) return `${showFound(general)} (from ${general.label})`;
  if (value !== undefined) return formatDefault(value as NonNullable<Setting['default']>);
  return otherwise ?? '-';
}

function showFound({ setting, value }: Found): string {
  if (setting.secret === true) return HIDDEN;
  switch (setting.type) {
    case 'url':
      return unquoted(showValue((value as ParsedUrl).url.href, true));
    case 'headers':
    case 'attributes':
    case 'instrumentation-options':
      // Their values may be anybody's secrets.
      return Object.keys(value as object)
        .map((name) => unquoted(showValue(name)))
        .join(', ');
    case 'log-levels':
      return unquoted(showValue((value as ParsedLevels).text));
    case 'exporter':
    case 'list':
      return (value as readonly string[]).length === 0 ? 'none' : unquoted(showValue((value as readonly string[]).join(',')));
    default:
      return unquoted(showValue(value));
  }
}

/** Still escaped, so that no value moves the cursor. */
function unquoted(text: string): string {
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

function showTarget(config: Config, signal: Signal): string {
  if (config.disabled) return 'nowhere (OTEL_SDK_DISABLED)';
  if (config.configFile !== undefined) return 'where OTEL_CONFIG_FILE says';
  const { exporters, otlp } = config[signal];
  const targets = exporters.map((exporter) =>
    exporter === 'otlp' ? `${unquoted(showValue(otlp.url, true))} (${otlp.protocol})` : TARGETS[exporter](config),
  );
  if (signal === 'metrics' && config.ops.isWanted) targets.push('to whoever asks the ops port for /metrics');
  return targets.length === 0 ? 'nowhere' : targets.join(', ');
}

const TARGETS: Readonly<Record<Exclude<Exporter, 'otlp'>, (config: Config) => string>> = {
  console: () => 'to the console',
  sentry: ({ traces }) => `${unquoted(showValue(traces.sentry?.url, true))} (Sentry, http/protobuf)`,
  'otlp/stdout': () => 'to stdout, as OTLP JSON lines',
  otlp_file: ({ otlpFile }) => `to ${otlpFile}, as OTLP JSON lines`,
};
