/** The settings of `signalbox/logging`, read when it is loaded. */
import type { Problem } from './config.ts';
import { readEnvironment, type Environment } from './early.ts';
import { loadConfig } from './load-config.ts';
import { parseLevels, type LevelRules, type ParsedLevels } from './log-levels.ts';
import { createSettingsReader } from './read-settings.ts';
import { readTextFile } from './read-value.ts';
import { settingsByName } from './settings.ts';

export type LogFormat = 'json' | 'pretty' | 'ecs';

export interface LoggingConfig {
  readonly levels: LevelRules;
  /** `undefined` when the terminal decides. */
  readonly format: LogFormat | undefined;
  readonly stdout: boolean;
  readonly otlp: boolean;
  readonly sync: boolean;
  /** Bytes of a line. */
  readonly maxLength: number;
  readonly queueMaxBytes: number;
  readonly shutdownTimeoutMs: number;
  readonly files: FilesConfig | undefined;
  readonly access: AccessConfig;
  readonly slowSeconds: number;
  /** In lower case. */
  readonly requestIdHeader: string | undefined;
  /** Whether colours were asked for, or away; `undefined` when the terminal decides. */
  readonly colors: boolean | undefined;
  readonly serviceName: string | undefined;
  readonly serviceVersion: string | undefined;
  readonly environment: string | undefined;
  readonly redaction: { readonly keep: readonly string[]; readonly also: readonly string[] };
  /** What signalbox says about itself. */
  readonly logLevel: 'none' | 'error' | 'warn' | 'info' | 'debug';
}

export interface FilesConfig {
  readonly folder: string;
  readonly maxBytes: number;
  readonly maxCount: number;
  /** 0: no limit. */
  readonly maxDays: number;
}

export interface AccessConfig {
  /** `undefined`: as the application uses the logger. */
  readonly isOn: boolean | undefined;
  readonly exclude: readonly string[];
  readonly sample: number;
  readonly withClient: boolean;
}

/** RFC 9110: a field name is a token. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]{1,128}$/;

/** Never throws. Problems are those of logging alone: the others are said where telemetry starts. */
export function loadLoggingConfig(env: Environment = readEnvironment()): { config: LoggingConfig; problems: readonly Problem[] } {
  const reader = createSettingsReader(env, undefined, readTextFile);
  const { config: general } = loadConfig(env);
  const outputs = reader.get('LOG_OUTPUT') as readonly string[];
  const folder = reader.find('LOG_DIR')?.value as string | undefined;
  const number = (name: string): number => reader.get(name) as number;
  const levels = reader.get('LOG_LEVEL') as ParsedLevels | string;
  const header = (reader.find('SIGNALBOX_REQUEST_ID_HEADER')?.value as string | undefined)?.toLowerCase();
  if (header !== undefined && !HEADER_NAME.test(header))
    reader.report(
      'bad-value',
      'SIGNALBOX_REQUEST_ID_HEADER',
      `SIGNALBOX_REQUEST_ID_HEADER must be the name of a header, got ${JSON.stringify(header)}. It is ignored.`,
    );
  const limits = {
    maxBytes: number('LOG_FILE_MAX_BYTES'),
    maxCount: number('LOG_FILE_MAX_COUNT'),
    maxDays: number('LOG_FILE_MAX_DAYS'),
  };
  const config: LoggingConfig = {
    levels: typeof levels === 'string' ? parseLevels(levels) : levels,
    format: reader.find('LOG_FORMAT')?.value as LogFormat | undefined,
    stdout: outputs.includes('stdout'),
    otlp: outputs.includes('otlp'),
    sync: reader.get('LOG_SYNC') as boolean,
    maxLength: number('LOG_MAX_LENGTH'),
    queueMaxBytes: general.queueMaxBytes,
    shutdownTimeoutMs: general.shutdownTimeoutMs,
    files: folder === undefined ? undefined : { folder, ...limits },
    access: {
      isOn: reader.find('LOG_ACCESS')?.value as boolean | undefined,
      exclude: reader.get('LOG_ACCESS_EXCLUDE') as readonly string[],
      sample: number('LOG_ACCESS_SAMPLE'),
      withClient: reader.get('LOG_ACCESS_CLIENT') as boolean,
    },
    slowSeconds: number('LOG_SLOW_SECONDS'),
    requestIdHeader: header !== undefined && HEADER_NAME.test(header) ? header : undefined,
    colors: readColors(env),
    serviceName: general.serviceName,
    serviceVersion: general.serviceVersion,
    environment: general.environment,
    redaction: general.redaction,
    logLevel: general.logLevel,
  };
  return { config, problems: reader.problems.filter(({ setting }) => settingsByName.get(setting)?.group === 'logging') };
}

/** @see https://no-color.org and https://force-color.org */
function readColors(env: Environment): boolean | undefined {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return undefined;
}
