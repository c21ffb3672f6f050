/** The settings of `signalbox/sentry`: read when it starts. */
import { getBuiltinModule } from '../runtime/captured.ts';
import type { Problem } from './config.ts';
import { readEnvironment, type Environment } from './early.ts';
import { loadConfig } from './load-config.ts';
import { createSettingsReader } from './read-settings.ts';
import { readTextFile } from './read-value.ts';
import { settingsByName } from './settings.ts';

export interface SentryConfig {
  readonly dsn: string | undefined;
  readonly environment: string | undefined;
  readonly release: string | undefined;
  /** The commit that runs, for want of a release. */
  readonly commit: string | undefined;
  /** Default: the name of the host. */
  readonly serverName: string;
  readonly sampleRate: number;
  readonly logs: 'breadcrumbs' | 'events' | 'none';
  /** In lower case. */
  readonly ignore: readonly string[];
  readonly maxPerMinute: number;
  readonly sourceLines: boolean;
  /** What signalbox says about itself. */
  readonly logLevel: 'none' | 'error' | 'warn' | 'info' | 'debug';
}

/** Never throws. Problems are those of these settings alone. */
export function loadSentryConfig(env: Environment = readEnvironment()): { config: SentryConfig; problems: readonly Problem[] } {
  const reader = createSettingsReader(env, undefined, readTextFile);
  const { config: general } = loadConfig(env);
  const text = (name: string): string | undefined => reader.find(name)?.value as string | undefined;
  const config: SentryConfig = {
    dsn: text('SENTRY_DSN'),
    environment: text('SENTRY_ENVIRONMENT') ?? general.environment,
    release: text('SENTRY_RELEASE'),
    commit: general.commit,
    serverName: text('SENTRY_NAME') ?? getBuiltinModule('node:os').hostname(),
    sampleRate: reader.get('SENTRY_SAMPLE_RATE') as number,
    logs: reader.get('SIGNALBOX_SENTRY_LOGS') as SentryConfig['logs'],
    ignore: reader.get('SIGNALBOX_SENTRY_IGNORE') as readonly string[],
    maxPerMinute: reader.get('SIGNALBOX_SENTRY_RATE_LIMIT') as number,
    sourceLines: reader.get('SIGNALBOX_SENTRY_SOURCE_LINES') as boolean,
    logLevel: general.logLevel,
  };
  return { config, problems: reader.problems.filter(({ setting }) => settingsByName.get(setting)?.group === 'sentry') };
}
