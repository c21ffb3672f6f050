/** The settings and what `setupSentry()` said, which wins. */
import { isDsn } from '../../config/dsn.ts';
import { asksForSentry, readEnvironment } from '../../config/early.ts';
import { loadSentryConfig, type SentryConfig } from '../../config/sentry-config.ts';
import { createReporter, type Reporter } from '../../diagnostics/reporter.ts';
import { read } from '../../values/read-properties.ts';
import type { IgnoredError, SentryOptions } from './options.ts';

export interface SentrySettings extends Omit<SentryConfig, 'ignore'> {
  readonly ignore: readonly IgnoredError[];
  readonly beforeSend: SentryOptions['beforeSend'];
  readonly reporter: Reporter;
}

export function readSentrySettings(options: SentryOptions): SentrySettings {
  const { config, problems } = loadSentryConfig();
  const reporter = createReporter({ level: config.logLevel });
  // With a DSN in the environment they were said as the telemetry started.
  if (!asksForSentry(readEnvironment())) for (const { code, message, setting } of problems) reporter.say(code, message, setting);
  const said = <T>(name: keyof SentryOptions, type: string, otherwise: T): T => {
    const value = read(options, name);
    return typeof value === type ? (value as T) : otherwise;
  };
  const ignore = read(options, 'ignore');
  const logs = said('logs', 'string', config.logs);
  const rate = said('sampleRate', 'number', config.sampleRate);
  return {
    ...config,
    dsn: said('dsn', 'string', config.dsn)?.trim(),
    environment: said('environment', 'string', config.environment),
    release: said('release', 'string', config.release),
    sampleRate: rate >= 0 && rate <= 1 ? rate : config.sampleRate,
    ignore: [...config.ignore, ...(Array.isArray(ignore) ? (ignore as readonly IgnoredError[]) : [])],
    logs: ['breadcrumbs', 'events', 'none'].includes(logs) ? logs : config.logs,
    maxPerMinute: said('maxPerMinute', 'number', config.maxPerMinute),
    sourceLines: said('sourceLines', 'boolean', config.sourceLines),
    beforeSend: said('beforeSend', 'function', undefined as SentryOptions['beforeSend']),
    reporter,
  };
}

/** Whether there is one to send to; says so where there is none. */
export function hasDsn({ dsn, reporter }: SentrySettings): boolean {
  if (dsn !== undefined && isDsn(dsn)) return true;
  // One that is no text at all was named with the other settings.
  if (dsn === undefined && asksForSentry(readEnvironment())) return false;
  reporter.say(
    'sentry.not-started',
    dsn === undefined
      ? 'setupSentry() must get a DSN, or SENTRY_DSN must be set, but there is none. No error is sent to Sentry.'
      : 'The DSN (SENTRY_DSN) must be https://KEY@HOST/PROJECT, as the settings of the project in Sentry show it, got something else, which is not shown. No error is sent to Sentry.',
  );
  return false;
}
