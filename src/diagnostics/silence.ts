/**
 * What runs as it was set up, and of which nothing or only a part will arrive.
 *
 * Pure: facts in, lines out. A trap is a warning; what can only be a choice is said once, as information. One signal that goes
 * nowhere is not named here: the start line says what is sent.
 */
import type { AttributeLimits, Config, Signal } from '../config/config.ts';
import type { MessageCode } from '../names/messages.ts';

export interface Line {
  readonly code: MessageCode;
  readonly message: string;
  /** Where one code is said of several. */
  readonly about?: string;
}

const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];
const HOUR_MS = 3_600_000;
/** A larger queue holds at least some requests of usual size. */
const SMALLEST_QUEUE_BYTES = 65_536;
/** Fewer than one trace in a thousand looks like none for hours. */
const FEW = 0.001;
const TRACE_FORMATS: ReadonlySet<string> = new Set(['tracecontext', 'b3', 'b3multi', 'jaeger', 'xray', 'ottrace']);

/** What follows from the settings alone, and from the name under which the service is sent. */
export function silentSettings(config: Config, serviceName: string): Line[] {
  if (!config.metrics.isServed && SIGNALS.every((signal) => config[signal].exporters.length === 0)) {
    return [
      {
        code: 'silent.exporters',
        message:
          'Something must be sent, but OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER and OTEL_LOGS_EXPORTER are all none. Nothing is sent. Set one of them to otlp; to run without telemetry and its cost, set OTEL_SDK_DISABLED=true.',
      },
    ];
  }
  return [
    samplerLine(config),
    nameLine(serviceName),
    pathsLine(config),
    instrumentationsLine(config),
    propagatorsLine(config),
    ...delayLines(config),
    ...limitLines(config),
    queueLine(config),
    shutdownLine(config),
  ].filter((line) => line !== undefined);
}

/** The part of the model of `OTEL_CONFIG_FILE` that decides whether something is sent. */
export interface FileModel {
  readonly disabled?: boolean;
  readonly tracer_provider?: { readonly processors?: readonly unknown[] };
  readonly logger_provider?: { readonly processors?: readonly unknown[] };
  readonly meter_provider?: { readonly readers?: readonly unknown[] };
}

/** A configuration file with which nothing is sent. */
export function silentConfigFile(
  file: string,
  { disabled, tracer_provider, logger_provider, meter_provider }: FileModel,
): Line | undefined {
  const ways = [tracer_provider?.processors, logger_provider?.processors, meter_provider?.readers];
  if (disabled === true || ways.some((way) => way !== undefined && way !== null && way.length > 0)) return undefined;
  return {
    code: 'silent.exporters',
    message: `Something must be sent, but ${JSON.stringify(file)} (OTEL_CONFIG_FILE) names no processor and no reader. Nothing is sent. Add tracer_provider, meter_provider or logger_provider; to run without telemetry and its cost, set OTEL_SDK_DISABLED=true.`,
  };
}

function samplerLine({ traces: { exporters, sampler, samplerRatio } }: Config): Line | undefined {
  if (exporters.length === 0) return undefined;
  const ratio = sampler.endsWith('traceidratio') ? samplerRatio : undefined;
  const shown = ratio === undefined ? sampler : `${sampler} with OTEL_TRACES_SAMPLER_ARG=${ratio}`;
  if (sampler === 'always_off' || (sampler === 'traceidratio' && ratio === 0)) {
    return {
      code: 'silent.sampler',
      message: `A sampler must keep some traces, but OTEL_TRACES_SAMPLER is ${shown}. No span is sent. Set it to parentbased_always_on; to send no traces at all, set OTEL_TRACES_EXPORTER=none.`,
    };
  }
  if (sampler === 'parentbased_always_off' || ratio === 0) {
    return {
      code: 'silent.few-traces',
      message: `Only requests whose caller samples are traced: OTEL_TRACES_SAMPLER is ${shown}. Where nobody calls with a traceparent, no span is sent; parentbased_always_on keeps those as well.`,
    };
  }
  if (ratio !== undefined && ratio < FEW) {
    return {
      code: 'silent.few-traces',
      message: `One trace in ${Math.round(1 / ratio)} is kept: OTEL_TRACES_SAMPLER is ${shown}. With little traffic no span is sent for long; a larger OTEL_TRACES_SAMPLER_ARG keeps more.`,
    };
  }
  return undefined;
}

function nameLine(serviceName: string): Line | undefined {
  if (!serviceName.startsWith('unknown_service')) return undefined;
  return {
    code: 'silent.service-name',
    message: `A service must have a name, but OTEL_SERVICE_NAME is not set and no package.json with a name was found. Sending as "${serviceName}", beside all others without a name. Set OTEL_SERVICE_NAME, or "name" in package.json.`,
  };
}

function pathsLine({ ignorePaths }: Config): Line | undefined {
  if (!ignorePaths.includes('/*')) return undefined;
  return {
    code: 'silent.paths',
    message:
      'SIGNALBOX_IGNORE_PATHS must leave some paths, got "/*", which is every path. No request to this server is traced or counted. Name the paths to ignore (/health,/internal/*).',
  };
}

function instrumentationsLine({ instrumentations: { enabled } }: Config): Line | undefined {
  if (enabled?.length !== 0) return undefined;
  return {
    code: 'silent.instrumentations',
    message:
      'No instrumentation is enabled: OTEL_NODE_ENABLED_INSTRUMENTATIONS is none. Only what the application itself records is sent; unset it for the default set.',
  };
}

function propagatorsLine({ propagators }: Config): Line | undefined {
  if (propagators.some((name) => TRACE_FORMATS.has(name))) return undefined;
  const shown = propagators.length === 0 ? 'none' : propagators.join(',');
  return {
    code: 'silent.propagators',
    message: `Every trace begins and ends in this process: OTEL_PROPAGATORS is ${shown}, so that callers and called services are not connected with it. With tracecontext in it they are.`,
  };
}

function delayLines(config: Config): Line[] {
  const waits: readonly (readonly [setting: string, records: string, signal: Signal, ms: number])[] = [
    ['OTEL_METRIC_EXPORT_INTERVAL', 'Metrics', 'metrics', config.metrics.intervalMs],
    ['OTEL_BSP_SCHEDULE_DELAY', 'Spans', 'traces', config.traces.batch.scheduleDelayMs],
    ['OTEL_BLRP_SCHEDULE_DELAY', 'Log records', 'logs', config.logs.batch.scheduleDelayMs],
  ];
  return waits.flatMap(([setting, records, signal, ms]) => {
    if (ms < HOUR_MS || config[signal].exporters.length === 0) return [];
    const hours = Math.round(ms / HOUR_MS);
    return {
      code: 'silent.delay',
      message: `${records} must be sent in time to be of use, but ${setting} is ${ms} ms. They may wait for ${hours} ${hours === 1 ? 'hour' : 'hours'}. It is in milliseconds; set a shorter one, or unset it.`,
      about: setting,
    };
  });
}

function limitLines({ traces, logs }: Config): Line[] {
  return [
    ...limitLinesOf('Spans', 'SPAN', traces.limits, traces.exporters.length > 0),
    ...limitLinesOf('Log records', 'LOGRECORD', logs.limits, logs.exporters.length > 0),
  ];
}

function limitLinesOf(records: string, kind: 'SPAN' | 'LOGRECORD', limits: AttributeLimits, areSent: boolean): Line[] {
  if (!areSent) return [];
  const zero = (limit: 'COUNT' | 'VALUE_LENGTH', what: string): Line => ({
    code: 'silent.limits',
    message: `${records} must keep something of their attributes, but OTEL_${kind}_ATTRIBUTE_${limit}_LIMIT (or OTEL_ATTRIBUTE_${limit}_LIMIT) is 0. ${what}. Set a larger limit, or unset it.`,
    about: `OTEL_${kind}_ATTRIBUTE_${limit}_LIMIT`,
  });
  return [
    ...(limits.attributeCount === 0 ? [zero('COUNT', 'They are sent without attributes')] : []),
    ...(limits.attributeValueLength === 0 ? [zero('VALUE_LENGTH', 'Every text in them is sent empty')] : []),
  ];
}

function queueLine({ queueMaxBytes }: Config): Line | undefined {
  if (queueMaxBytes >= SMALLEST_QUEUE_BYTES) return undefined;
  return {
    code: 'silent.queue',
    message: `SIGNALBOX_QUEUE_MAX_BYTES must have room for more than a few records, got ${queueMaxBytes}. What does not fit is dropped. It is in bytes; unset it for 33554432.`,
  };
}

function shutdownLine({ shutdownTimeoutMs }: Config): Line | undefined {
  if (shutdownTimeoutMs !== 0) return undefined;
  return {
    code: 'silent.shutdown',
    message: 'What waits when the process ends is lost: SIGNALBOX_SHUTDOWN_TIMEOUT is 0. A larger one sends it first.',
  };
}

/** @param requests - so many came with a trace of their caller, and none of them was sampled. */
export function silentCallers(requests: number, { traces }: Config): Line | undefined {
  if (requests === 0 || traces.exporters.length === 0 || !traces.sampler.startsWith('parentbased_')) return undefined;
  return {
    code: 'silent.callers',
    message: `Callers must sample some of their traces, but all ${requests} requests so far came with a traceparent that says "not sampled", and OTEL_TRACES_SAMPLER is ${traces.sampler}, which keeps to it. Their spans are not sent. Let the callers sample (perhaps a proxy or gateway in front), or decide here: OTEL_TRACES_SAMPLER=always_on or traceidratio. Where callers keep a very small share, this is as it should be.`,
  };
}

/** Loggers whose records signalbox sends. */
export const LOGGERS = ['winston', 'pino', 'bunyan'] as const;

/** @param loggers - those that the application loaded. */
export function silentLoggers(loggers: readonly string[], { exportsAppLogs, logs, instrumentations }: Config): Line[] {
  // As the application wants it.
  if (!exportsAppLogs) return [];
  return loggers.flatMap((name) => {
    const why = whyNotSent(name, logs.exporters.length > 0, instrumentations);
    if (why === undefined) return [];
    return { code: 'silent.logger', message: `${name} is in use, and its records are not sent: ${why}.`, about: name };
  });
}

function whyNotSent(name: string, hasExporter: boolean, { enabled, disabled, options }: Config['instrumentations']): string | undefined {
  if (!hasExporter) return 'OTEL_LOGS_EXPORTER is none; otlp sends them. Where that is meant, SIGNALBOX_EXPORT_APP_LOGS=false says so';
  if (disabled.includes(name)) return `OTEL_NODE_DISABLED_INSTRUMENTATIONS names ${name}; without it they are sent`;
  if (enabled !== undefined && !enabled.includes(name))
    return enabled.length === 0 ? undefined : `OTEL_NODE_ENABLED_INSTRUMENTATIONS does not name ${name}; with it they are sent`;
  if (options[name]?.['disableLogSending'] === true)
    return `disableLogSending is true for ${name} in SIGNALBOX_INSTRUMENTATION_OPTIONS; without it they are sent`;
  return undefined;
}
