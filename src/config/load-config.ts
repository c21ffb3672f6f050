/** Environment and options into one frozen `Config`, with a line for everything that was wrong. */
import type { AttributeLimits, BatchConfig, Config, Exporter, Problem, SamplerName } from './config.ts';
import { readOtlp } from './otlp.ts';
import type { Environment } from './early.ts';
import { createSettingsReader, type Found, type SettingsReader } from './read-settings.ts';
import { readTextFile, readValue, type ReadText } from './read-value.ts';
import { MAX_INTEGER, settings, type Setting } from './settings.ts';
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
 * What this process was told to do. Options win over the environment, and a setting for one signal over the one for all.
 *
 * Never throws: what cannot be used is reported and replaced by the next best, in the end by the default.
 *
 * @param env - read, never written; empty values are as if they were not set.
 * @param options - what code said; may come from untyped code.
 * @param readText - how files named by settings are read, to find out whether they are of use.
 */
export function loadConfig(env: Environment, options?: StartOptions, readText: ReadText = readTextFile): LoadedConfig {
  const reader = createSettingsReader(env, options, readText);
  const integer = (name: string): number => reader.get(name) as number;
  const list = (name: string): readonly string[] => reader.get(name) as readonly string[];

  const configFile = reader.find('OTEL_CONFIG_FILE')?.value as string | undefined;
  const metricTimes = readMetricTimes(reader);
  const sampler = readSampler(reader);
  checkSettingsWithoutEffect(reader);

  const config: Config = {
    disabled: reader.get('OTEL_SDK_DISABLED') as boolean,
    ...(configFile !== undefined && { configFile }),
    logLevel: readLogLevel(reader),
    ...readIdentity(reader),
    ...optional('resourceDetectors', reader.find('OTEL_NODE_RESOURCE_DETECTORS')?.value as readonly string[] | undefined),
    propagators: list('OTEL_PROPAGATORS'),
    baggageHosts: list('SIGNALBOX_BAGGAGE_HOSTS'),
    traces: {
      exporter: reader.get('OTEL_TRACES_EXPORTER') as Exporter,
      otlp: readOtlp('traces', reader),
      batch: readBatch('BSP', reader),
      ...sampler,
      limits: {
        ...readAttributeLimits('SPAN', reader),
        eventCount: integer('OTEL_SPAN_EVENT_COUNT_LIMIT'),
        linkCount: integer('OTEL_SPAN_LINK_COUNT_LIMIT'),
        attributePerEventCount: integer('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'),
        attributePerLinkCount: integer('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'),
      },
    },
    metrics: {
      exporter: reader.get('OTEL_METRICS_EXPORTER') as Exporter,
      otlp: readOtlp('metrics', reader),
      ...metricTimes,
      temporality: reader.get('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE') as Config['metrics']['temporality'],
      defaultHistogram: reader.get('OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION') as Config['metrics']['defaultHistogram'],
    },
    logs: {
      exporter: reader.get('OTEL_LOGS_EXPORTER') as Exporter,
      otlp: readOtlp('logs', reader),
      batch: readBatch('BLRP', reader),
      limits: readAttributeLimits('LOGRECORD', reader),
    },
    queueMaxBytes: integer('SIGNALBOX_QUEUE_MAX_BYTES'),
    shutdownTimeoutMs: integer('SIGNALBOX_SHUTDOWN_TIMEOUT'),
    workerThreads: reader.get('SIGNALBOX_WORKER_THREADS') as boolean,
    instrumentations: {
      ...optional('enabled', reader.find('OTEL_NODE_ENABLED_INSTRUMENTATIONS')?.value as readonly string[] | undefined),
      disabled: list('OTEL_NODE_DISABLED_INSTRUMENTATIONS'),
      options: Object.fromEntries(
        reader
          .layers('SIGNALBOX_INSTRUMENTATION_OPTIONS')
          .flatMap(({ value }) => Object.entries(value as Config['instrumentations']['options'])),
      ),
    },
    ignorePaths: list('SIGNALBOX_IGNORE_PATHS'),
  };

  const sdk = reader.option('sdk');
  if (sdk !== undefined && (typeof sdk !== 'object' || sdk === null))
    reader.report('bad-value', 'sdk', `sdk must be an object of SDK components, got ${showValue(sdk)}. It is ignored.`);

  const isIgnored = ({ setting }: Problem): boolean =>
    configFile !== undefined && setting.startsWith('OTEL_') && !BESIDE_CONFIG_FILE.has(setting);
  return { config: freezeDeep(config), problems: reader.problems.filter((problem) => !isIgnored(problem)) };
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

function readLogLevel(reader: SettingsReader): Config['logLevel'] {
  const level = reader.get('SIGNALBOX_LOG_LEVEL') as Config['logLevel'] | 'verbose' | 'all';
  return level === 'verbose' || level === 'all' ? 'debug' : level;
}

function readSampler(reader: SettingsReader): { sampler: SamplerName; samplerRatio: number } {
  const option = reader.option('sampler');
  if (typeof option === 'number') {
    if (option >= 0 && option <= 1) return { sampler: 'parentbased_traceidratio', samplerRatio: option };
    reader.report(
      'bad-value',
      'sampler',
      `sampler must be a number from 0 to 1 or the name of a sampler, got ${showValue(option)}. It is ignored.`,
    );
  }
  const sampler = reader.get('OTEL_TRACES_SAMPLER') as SamplerName;
  const isUnusable = reader.isSet('OTEL_TRACES_SAMPLER') && !reader.find('OTEL_TRACES_SAMPLER');
  // The argument of a sampler that is not built in may have any form.
  const samplerRatio = isUnusable ? 1 : (reader.get('OTEL_TRACES_SAMPLER_ARG') as number);
  if (!sampler.endsWith('traceidratio') && samplerRatio !== 1) {
    reader.report(
      'no-effect',
      'OTEL_TRACES_SAMPLER_ARG',
      `OTEL_TRACES_SAMPLER_ARG must stand beside a traceidratio sampler, got ${samplerRatio} with ${sampler}. It is ignored; set OTEL_TRACES_SAMPLER to parentbased_traceidratio.`,
    );
    return { sampler, samplerRatio: 1 };
  }
  return { sampler, samplerRatio };
}

function readBatch(prefix: 'BSP' | 'BLRP', reader: SettingsReader): BatchConfig {
  const [sizeName, queueName] = [`OTEL_${prefix}_MAX_EXPORT_BATCH_SIZE`, `OTEL_${prefix}_MAX_QUEUE_SIZE`];
  const maxQueueSize = reader.get(queueName) as number;
  const size = reader.get(sizeName) as number;
  if (size > maxQueueSize && reader.find(sizeName)) {
    reader.report(
      'contradiction',
      sizeName,
      `${sizeName} must be at most ${queueName} (${maxQueueSize}), got ${size}. Using ${maxQueueSize}.`,
    );
  }
  return {
    scheduleDelayMs: reader.get(`OTEL_${prefix}_SCHEDULE_DELAY`) as number,
    exportTimeoutMs: reader.get(`OTEL_${prefix}_EXPORT_TIMEOUT`) as number,
    maxQueueSize,
    maxExportBatchSize: Math.min(size, maxQueueSize),
  };
}

function readMetricTimes(reader: SettingsReader): { intervalMs: number; exportTimeoutMs: number } {
  const intervalMs = reader.get('OTEL_METRIC_EXPORT_INTERVAL') as number;
  const timeoutMs = reader.get('OTEL_METRIC_EXPORT_TIMEOUT') as number;
  const said = reader.find('OTEL_METRIC_EXPORT_TIMEOUT');
  if (said && timeoutMs > intervalMs && timeoutMs < MAX_INTEGER) {
    reader.report(
      'contradiction',
      said.label,
      `${said.label} must be at most OTEL_METRIC_EXPORT_INTERVAL (${intervalMs}), got ${timeoutMs}. Using ${intervalMs}.`,
    );
  }
  return { intervalMs, exportTimeoutMs: Math.min(timeoutMs, intervalMs) };
}

function readAttributeLimits(kind: 'SPAN' | 'LOGRECORD', reader: SettingsReader): AttributeLimits {
  return {
    attributeCount: reader.get(`OTEL_${kind}_ATTRIBUTE_COUNT_LIMIT`) as number,
    attributeValueLength: reader.get(`OTEL_${kind}_ATTRIBUTE_VALUE_LENGTH_LIMIT`) as number,
  };
}

/** Read for their mistakes. What was asked for and is not done is said. */
function checkSettingsWithoutEffect(reader: SettingsReader): void {
  for (const { name, group } of settings) if (group === 'no-effect') reader.find(name);
  const filter = reader.find('OTEL_METRICS_EXEMPLAR_FILTER');
  if (filter && filter.value !== 'always_off') {
    reader.report(
      'no-effect',
      filter.label,
      `${filter.label} must be always_off as yet, got ${showValue(filter.value)}. No exemplars are recorded; unset it.`,
    );
  }
}

function optional<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}

/** What is frozen already is left alone: below it may stand what the application handed in. */
function freezeDeep<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !Object.isFrozen(inner)) freezeDeep(inner);
  }
  return Object.freeze(value);
}
