/** Environment and options into one frozen `Config`, with a line for everything that was wrong. */
import type { Config, Problem } from './config.ts';
import type { Environment } from './early.ts';
import { createSettingsReader, optional, type Found, type SettingsReader } from './read-settings.ts';
import { readOps } from './read-ops.ts';
import { readLogs, readMetrics, readTraces } from './read-signals.ts';
import { readTextFile, readValue, type ReadText } from './read-value.ts';
import type { Setting } from './setting.ts';
import { settings } from './settings.ts';
import { showValue } from './show-value.ts';
import type { StartOptions } from './start-options.ts';

export interface LoadedConfig {
  /** Frozen, all the way down; only what is inside of an application's own instrumentation options is left as it is. */
  readonly config: Config;
  readonly problems: readonly Problem[];
}

/** Still read when `OTEL_CONFIG_FILE` says everything else. */
const BESIDE_CONFIG_FILE = new Set([
  'OTEL_CONFIG_FILE',
  'OTEL_SDK_DISABLED',
  'OTEL_LOG_LEVEL',
  'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
  'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
]);

/**
 * The settings of this process. Options win over the environment, and a setting for one signal over the one for all.
 *
 * Never throws: what cannot be used is reported and replaced by the next best, in the end by the default.
 *
 * @param env - read, never written; empty values are as if they were not set.
 * @param options - what code said; may come from untyped code.
 * @param readText - how files named by settings are read, to find out whether they are of use.
 */
export function loadConfig(env: Environment, options?: StartOptions, readText: ReadText = readTextFile): LoadedConfig {
  const reader = createSettingsReader(env, options, readText);
  const configFile = reader.find('OTEL_CONFIG_FILE')?.value as string | undefined;
  const config = readConfig(reader, configFile);
  checkOtherSettings(reader);
  checkTimes(reader);
  checkOtlpFile(reader, config);
  checkComponents(reader);
  const isIgnored = ({ setting }: Problem): boolean =>
    configFile !== undefined && setting.startsWith('OTEL_') && !BESIDE_CONFIG_FILE.has(setting);
  return { config: freezeDeep(config), problems: reader.problems.filter((problem) => !isIgnored(problem)) };
}

function readConfig(reader: SettingsReader, configFile: string | undefined): Config {
  const list = (name: string): readonly string[] => reader.get(name) as readonly string[];
  return {
    disabled: reader.get('OTEL_SDK_DISABLED') as boolean,
    ...optional('configFile', configFile),
    logLevel: readLogLevel(reader),
    ...readIdentity(reader),
    ...optional('resourceDetectors', reader.find('OTEL_NODE_RESOURCE_DETECTORS')?.value as readonly string[] | undefined),
    propagators: list('OTEL_PROPAGATORS'),
    baggageHosts: list('SIGNALBOX_BAGGAGE_HOSTS'),
    traces: readTraces(reader),
    metrics: readMetrics(reader),
    logs: readLogs(reader),
    ops: readOps(reader),
    otlpFile: reader.get('SIGNALBOX_OTLP_FILE') as string,
    queueMaxBytes: reader.get('SIGNALBOX_QUEUE_MAX_BYTES') as number,
    shutdownTimeoutMs: reader.get('SIGNALBOX_SHUTDOWN_TIMEOUT') as number,
    ...optional('extensions', textOf(reader.find('SIGNALBOX_EXTENSIONS'))),
    workerThreads: reader.get('SIGNALBOX_WORKER_THREADS') as boolean,
    instrumentations: readInstrumentations(reader),
    console: reader.get('SIGNALBOX_CONSOLE') as boolean,
    redaction: {
      keep: reader.layers('SIGNALBOX_REDACT_KEEP').flatMap(({ value }) => value as string[]),
      also: reader.layers('SIGNALBOX_REDACT_ALSO').flatMap(({ value }) => value as string[]),
    },
    exportsAppLogs: reader.get('SIGNALBOX_EXPORT_APP_LOGS') as boolean,
    redactsAppLogs: reader.get('SIGNALBOX_REDACT_APP_LOGS') as boolean,
    ignorePaths: list('SIGNALBOX_IGNORE_PATHS'),
  };
}

/** Attributes that have a field of their own stand only there. */
function readIdentity(
  reader: SettingsReader,
): Pick<Config, 'serviceName' | 'serviceVersion' | 'environment' | 'commit' | 'resourceAttributes'> {
  let fromEnvironment: Record<string, string> = {};
  let fromCode: Record<string, string> = {};
  for (const { label, setting, value } of reader.layers('OTEL_RESOURCE_ATTRIBUTES')) {
    const said = withoutEmptyIdentity(value as Record<string, string>);
    if (label === setting.name) fromEnvironment = said;
    else fromCode = said;
  }
  const {
    'service.name': name,
    'service.version': version,
    'deployment.environment.name': environment,
    'vcs.ref.head.revision': commit,
    ...resourceAttributes
  } = { ...fromEnvironment, ...fromCode };
  const service = reader.find('OTEL_SERVICE_NAME');
  const place = reader.find('ENVIRONMENT');
  return {
    // The specification: OTEL_SERVICE_NAME wins over the list. ENVIRONMENT and GIT_COMMIT may be anybody's: the list wins.
    ...optional('serviceName', inCode(service) ?? fromCode['service.name'] ?? textOf(service) ?? name),
    ...optional('serviceVersion', readServiceVersion(reader) ?? version),
    ...optional('environment', inCode(place) ?? environment ?? textOf(place)),
    ...optional('commit', commit ?? textOf(reader.find('GIT_COMMIT'))),
    resourceAttributes,
  };
}

const IDENTITY = new Set(['service.name', 'service.version', 'deployment.environment.name', 'vcs.ref.head.revision']);

/** `service.name=` says as little about the name as nothing. */
function withoutEmptyIdentity(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([key, value]) => value.trim() !== '' || !IDENTITY.has(key)));
}

function textOf(found: Found | undefined): string | undefined {
  return found?.value as string | undefined;
}

function inCode(found: Found | undefined): string | undefined {
  return found && found.label !== found.setting.name ? textOf(found) : undefined;
}

const SERVICE_VERSION: Setting = { name: 'serviceVersion', group: 'general', type: 'text', meaning: '' };

function readServiceVersion(reader: SettingsReader): string | undefined {
  const said = reader.option('serviceVersion');
  if (said === undefined) return undefined;
  const { value, wrong } = readValue(said, SERVICE_VERSION, readTextFile);
  if (wrong) reader.report(wrong.code, 'serviceVersion', `serviceVersion ${wrong.must}, got ${wrong.got}. It is ignored.`);
  return value as string | undefined;
}

function readInstrumentations(reader: SettingsReader): Config['instrumentations'] {
  const layers = reader.layers('SIGNALBOX_INSTRUMENTATION_OPTIONS');
  return {
    ...optional('enabled', reader.find('OTEL_NODE_ENABLED_INSTRUMENTATIONS')?.value as readonly string[] | undefined),
    disabled: reader.get('OTEL_NODE_DISABLED_INSTRUMENTATIONS') as readonly string[],
    options: Object.fromEntries(layers.flatMap(({ value }) => Object.entries(value as Config['instrumentations']['options']))),
  };
}

function readLogLevel(reader: SettingsReader): Config['logLevel'] {
  const level = reader.get('SIGNALBOX_LOG_LEVEL') as Config['logLevel'] | 'verbose' | 'all';
  return level === 'verbose' || level === 'all' ? 'debug' : level;
}

/** Read for their mistakes: nothing here reads them otherwise, and `signalbox/sentry` and `signalbox/alerts` start later. */
function checkOtherSettings(reader: SettingsReader): void {
  const asksForSentry = reader.isSet('SENTRY_DSN');
  for (const { name, group } of settings)
    if (group === 'no-effect' || group === 'alerts' || (group === 'sentry' && asksForSentry)) reader.find(name);
}

/** A time that counts and is so short that it was most likely meant in seconds. It may be meant as it is, so it is used. */
function checkTimes(reader: SettingsReader): void {
  for (const { name, plausibleMin = 0 } of settings) {
    const found = plausibleMin > 0 ? reader.find(name) : undefined;
    const ms = Number(found?.value ?? 0);
    if (found === undefined || ms === 0 || ms >= plausibleMin) continue;
    reader.report(
      'implausible',
      found.label,
      `${found.label} must be in milliseconds, got ${ms}, which is mostly too short. Using ${ms} ms; for ${ms} ${ms === 1 ? 'second' : 'seconds'} write ${ms * 1000}.`,
    );
  }
}

function checkOtlpFile(reader: SettingsReader, { traces, metrics, logs }: Config): void {
  const file = reader.find('SIGNALBOX_OTLP_FILE');
  if (
    file === undefined ||
    file.value === file.setting.default ||
    [traces, metrics, logs].some(({ exporters }) => exporters.includes('otlp_file'))
  )
    return;
  reader.report(
    'no-effect',
    file.label,
    `${file.label} must stand beside an exporter otlp_file, got it alone. It is ignored; set OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER or OTEL_LOGS_EXPORTER to otlp_file.`,
  );
}

/** The components themselves are looked at by what runs them. */
function checkComponents(reader: SettingsReader): void {
  const sdk = reader.option('sdk');
  if (sdk !== undefined && (typeof sdk !== 'object' || sdk === null))
    reader.report('bad-value', 'sdk', `sdk must be an object of SDK components, got ${showValue(sdk)}. It is ignored.`);
}

/** What is frozen already is left alone: below it may stand an object of the application. */
function freezeDeep<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !Object.isFrozen(inner)) freezeDeep(inner);
  }
  return Object.freeze(value);
}
