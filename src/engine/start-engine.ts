/** The engine of signalbox: what is recorded by the OpenTelemetry API, put together from one pipeline for each signal. */
import type { Attributes, MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Config, TailConfig } from '../config/config.ts';
import type { PlatformFacts } from '../config/facts.ts';
import type { Account } from '../diagnostics/account.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { SERVICE_NAME, SERVICE_VERSION } from '../names/attributes.ts';
import { SCHEMA_URL } from '../names/otel.ts';
import { contain } from '../runtime/contain.ts';
import { loadPart } from '../runtime/load-part.ts';
import { api } from '../runtime/otel.ts';
import { createLoggerProvider, type EngineLoggerProvider } from './logs/logger-provider.ts';
import { startMetrics, type Metrics } from './metrics/metrics.ts';
import { createMetricQueue, createPipelines, enqueue, type Pipeline } from './pipeline.ts';
import { detectResource } from './resource/resource.ts';
import { takeExceptions } from './traces/exception-records.ts';
import { createSampler } from './traces/sampler.ts';
import { createSpanNotices, sayItemsDropped } from './traces/span-notices.ts';
import type { TailSampler } from './traces/tail-sampler.ts';
import { createTracerProvider } from './traces/tracer-provider.ts';
import { watchCallers } from './traces/watch-callers.ts';
import { onItemsDropped } from '../values/dropped-items.ts';

export interface Engine {
  readonly serviceName: string;
  readonly serviceVersion: string | undefined;
  /** Of the resource. */
  readonly attributes: Attributes;
  /** One for each exporter of each signal. */
  readonly pipelines: readonly Pipeline[];
  /** What is to be collected before it is sent; `undefined` when metrics go nowhere. */
  readonly metrics: Metrics | undefined;
  /** Decide the traces that are open, where they are decided at their end: the process ends. */
  decideTraces(): void;
  /** Not registered yet. */
  readonly providers: EngineProviders;
}

export interface EngineProviders {
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly loggerProvider: EngineLoggerProvider;
}

export interface EngineOptions {
  readonly config: Config;
  readonly facts: PlatformFacts;
  readonly reporter: Reporter;
  /** Whether this process stays only to look after others: without records of its own nothing is collected then. */
  readonly isProcessManager: () => boolean;
  /** Called once, when the first record is queued. */
  readonly onFirstRecord: () => void;
  /** Called at most once: so many requests came with a trace of their caller, and none of them was sampled. */
  readonly onCallersUnsampled: (requests: number) => void;
}

/** @throws when it cannot be built. */
export function startEngine(options: EngineOptions): Engine {
  const { config, facts, reporter, isProcessManager, onFirstRecord } = options;
  const resource = createResource(detectResource(config, facts));
  let hasRecords = false;
  const onQueued = (): void => {
    if (hasRecords) return;
    hasRecords = true;
    onFirstRecord();
    // A process that produces nothing has nothing to account for.
    if (metrics !== undefined) reportOn(meterProvider, pipelines);
  };
  if (config.logLevel === 'debug') onItemsDropped((key, items) => sayItemsDropped(reporter, key, items));
  const ready = askCloud(config, resource.attributes);
  const bySignal = createPipelines({ config, resource, ready, reporter, onQueued });
  const pipelines = Object.values(bySignal).flat();
  const isNotWorthCollecting = (): boolean => !hasRecords && isProcessManager();
  const metrics =
    bySignal.metrics.length === 0 && !config.metrics.isServed
      ? undefined
      : startMetrics({ config, reporter, isNotWorthCollecting, writer: metricQueueOf(bySignal.metrics) });
  // Also where nothing is sent at all there is something to say, as soon as something was to be sent.
  const onSentNowhere = pipelines.length === 0 ? onQueued : undefined;
  const loggerProvider = createLoggerProviderInto(bySignal.logs, config, resource);
  const { tracerProvider, decideTraces } = startTracing(bySignal.traces, config, resource, loggerProvider, options, onSentNowhere);
  const meterProvider = metrics?.meterProvider ?? { getMeter: api.createNoopMeter };
  return {
    serviceName: String(resource.attributes[SERVICE_NAME]),
    serviceVersion: resource.attributes[SERVICE_VERSION] as string | undefined,
    attributes: resource.attributes,
    pipelines,
    metrics,
    decideTraces,
    providers: { tracerProvider, meterProvider, loggerProvider },
  };
}

/** `undefined` where only scrapes collect. */
function metricQueueOf(pipelines: readonly Pipeline[]): ReturnType<typeof createMetricQueue> | undefined {
  return pipelines.length === 0 ? undefined : createMetricQueue(pipelines);
}

export function startTracing(
  pipelines: readonly Pipeline[],
  config: Config,
  resource: Resource,
  loggerProvider: EngineLoggerProvider,
  { reporter, onCallersUnsampled }: Pick<EngineOptions, 'reporter' | 'onCallersUnsampled'>,
  onSentNowhere: () => void = () => {},
): { readonly tracerProvider: TracerProvider; decideTraces(): void } {
  const { traces, logLevel } = config;
  const onKeep =
    pipelines.length === 0
      ? onSentNowhere
      : (span: ReadableSpan) =>
          enqueue(pipelines, span.instrumentationScope, ({ encodeFitting, encoder }) => encodeFitting(encoder.encodeSpan, span));
  const tail = traces.tail === undefined ? undefined : openTailSampler(traces.tail, config, reporter, onKeep);
  const tracerProvider = createTracerProvider({
    sampler: watchCallers(createSampler(traces.sampler, traces.samplerRatio), onCallersUnsampled),
    limits: traces.limits,
    resource,
    notices: logLevel === 'debug' ? createSpanNotices(reporter, traces.limits) : undefined,
    onStart: tail && ((span) => contain('deciding a trace at its end', () => tail.onStart(span))),
    onEnd: tail?.onEnd ?? onKeep,
    takeException: takeExceptions(traces.exceptions, loggerProvider),
    traceState: tail?.traceState,
  });
  return { tracerProvider, decideTraces: () => tail?.decideAll() };
}

/** Most processes decide traces as they start, and load nothing for it. */
function openTailSampler(
  config: TailConfig,
  { queueMaxBytes }: Config,
  reporter: Reporter,
  onKeep: (span: ReadableSpan) => void,
): TailSampler {
  const { createTailSampler } = loadPart<typeof import('./traces/tail-sampler.ts')>(import.meta.url, './traces/tail-sampler');
  return createTailSampler({
    config,
    maxBytes: queueMaxBytes,
    onKeep,
    onFull() {
      reporter.say(
        'tail.full',
        `Traces wait for their end in at most ${queueMaxBytes} bytes (SIGNALBOX_QUEUE_MAX_BYTES), which are used up. The oldest are kept or dropped by what is known of them until now.`,
      );
    },
  });
}

export function createLoggerProviderInto(pipelines: readonly Pipeline[], { logs }: Config, resource: Resource): EngineLoggerProvider {
  return createLoggerProvider({
    limits: logs.limits,
    resource,
    onEmit:
      pipelines.length === 0
        ? undefined
        : (record) =>
            enqueue(pipelines, record.instrumentationScope, ({ encodeFitting, encoder }) => encodeFitting(encoder.encodeLog, record)),
  });
}

function reportOn(meterProvider: MeterProvider, accounts: readonly { readonly account: Account }[]): void {
  const { reportAccounts } = loadPart<typeof import('./metrics/self-metrics.ts')>(import.meta.url, './metrics/self-metrics');
  reportAccounts(
    meterProvider,
    accounts.map(({ account }) => account),
  );
}

/** What a cloud says of the machine is added to `attributes` when it is there. Nothing is loaded for it where none is asked. */
function askCloud({ resourceDetectors }: Config, attributes: Attributes): Promise<void> | undefined {
  if (resourceDetectors === undefined) return undefined;
  const { detectCloud } = loadPart<typeof import('./resource/detect-cloud.ts')>(import.meta.url, './resource/detect-cloud');
  return detectCloud(resourceDetectors, attributes);
}

/** As the SDK's own, which would have to be loaded for it. */
export function createResource(attributes: Attributes): Resource {
  return {
    attributes,
    schemaUrl: SCHEMA_URL,
    merge: (other) => (other === null ? createResource(attributes) : createResource({ ...attributes, ...other.attributes })),
    getRawAttributes: () => Object.entries(attributes),
  };
}
