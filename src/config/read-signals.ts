/** How each signal is recorded, waits and leaves. */
import { loadPart } from '../runtime/load-part.ts';
import type { AttributeLimits, BatchConfig, Config, Exporter, SamplerName, TailConfig } from './config.ts';
import { readOtlp } from './otlp.ts';
import type { SettingsReader } from './read-settings.ts';
import type { RouteNumbers } from './route-numbers.ts';
import { MAX_INTEGER, SLOW_MS } from './settings.ts';
import { showValue } from './show-value.ts';

export function readTraces(reader: SettingsReader): Config['traces'] {
  const integer = (name: string): number => reader.get(name) as number;
  return {
    ...readTraceExporters(reader),
    otlp: readOtlp('traces', reader),
    batch: readBatch('BSP', reader),
    ...readSampler(reader),
    ...readTail(reader),
    ...readExceptions(reader),
    limits: {
      ...readAttributeLimits('SPAN', reader),
      eventCount: integer('OTEL_SPAN_EVENT_COUNT_LIMIT'),
      linkCount: integer('OTEL_SPAN_LINK_COUNT_LIMIT'),
      attributePerEventCount: integer('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'),
      attributePerLinkCount: integer('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'),
    },
  };
}

function readExceptions(reader: SettingsReader): Pick<Config['traces'], 'exceptions'> {
  const exceptions = reader.get('OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN') as Config['traces']['exceptions'];
  return exceptions === undefined ? {} : { exceptions };
}

/** Sentry takes spans by OTLP, at an address that the DSN tells. */
function readTraceExporters(reader: SettingsReader): Pick<Config['traces'], 'exporters' | 'sentry'> {
  const exporters = reader.get('OTEL_TRACES_EXPORTER') as readonly Exporter[];
  if (reader.get('SIGNALBOX_SENTRY_SPANS') !== true) return { exporters };
  const { isDsn, otlpOfDsn } = loadPart<typeof import('./dsn.ts')>(import.meta.url, './dsn');
  const dsn = (reader.find('SENTRY_DSN')?.value ?? '') as string;
  if (isDsn(dsn))
    return { exporters: [...exporters, 'sentry'], sentry: otlpOfDsn(dsn, reader.get('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT') as number) };
  reader.report(
    'contradiction',
    'SENTRY_DSN',
    `SENTRY_DSN must be the DSN of a project where SIGNALBOX_SENTRY_SPANS is true, got ${dsn === '' ? 'nothing' : 'something else'}. No spans go to Sentry.`,
  );
  return { exporters };
}

export function readMetrics(reader: SettingsReader): Config['metrics'] {
  const named = reader.get('OTEL_METRICS_EXPORTER') as readonly (Exporter | 'prometheus')[];
  return {
    exporters: named.filter((exporter) => exporter !== 'prometheus'),
    isServed: named.includes('prometheus'),
    otlp: readOtlp('metrics', reader),
    ...readMetricTimes(reader),
    temporality: reader.get('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE') as Config['metrics']['temporality'],
    defaultHistogram: reader.get('OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION') as Config['metrics']['defaultHistogram'],
    exemplarFilter: reader.get('OTEL_METRICS_EXEMPLAR_FILTER') as Config['metrics']['exemplarFilter'],
    views: readViews(reader),
  };
}

/** Most processes have none, and load nothing for them. */
function readViews(reader: SettingsReader): Config['metrics']['views'] {
  if (reader.option('metricViews') === undefined) return [];
  const { readMetricViews } = loadPart<typeof import('./read-metric-views.ts')>(import.meta.url, './read-metric-views');
  return readMetricViews(reader);
}

export function readLogs(reader: SettingsReader): Config['logs'] {
  return {
    exporters: reader.get('OTEL_LOGS_EXPORTER') as readonly Exporter[],
    otlp: readOtlp('logs', reader),
    batch: readBatch('BLRP', reader),
    limits: readAttributeLimits('LOGRECORD', reader),
  };
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

/** A share alone says that traces are to be decided at their end. */
function readTail(reader: SettingsReader): { tail?: TailConfig } {
  const ratio = reader.find('SIGNALBOX_TAIL_RATIO')?.value as RouteNumbers | undefined;
  if (ratio === undefined) {
    for (const name of ['SIGNALBOX_TAIL_SLOW', 'SIGNALBOX_TAIL_RATE']) {
      const label = reader.find(name)?.label;
      if (label !== undefined)
        reader.report('no-effect', label, `${label} must stand beside SIGNALBOX_TAIL_RATIO, which is not set. It is ignored.`);
    }
    return {};
  }
  const slow = reader.find('SIGNALBOX_TAIL_SLOW')?.value as RouteNumbers | undefined;
  const slowMs = { otherwise: slow?.otherwise ?? SLOW_MS, rules: slow?.rules ?? [] };
  const ratePerSecond = (reader.find('SIGNALBOX_TAIL_RATE')?.value as number | undefined) ?? Infinity;
  return { tail: { ratio, slowMs, ratePerSecond } };
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
