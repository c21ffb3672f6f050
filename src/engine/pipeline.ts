/**
 * The way of a record of one signal to one exporter, in the order in which it happens:
 *
 * 1. ended: a span ends, a log record is emitted, a metric is collected (`traces/`, `logs/`, `metrics/`)
 * 2. made plain: what the application put into it is bounded and no longer its own (`values/`), before it comes here
 * 3. redacted and encoded: here, one record alone, so that a bad one falls alone (`redaction/`, `otlp/encode/`)
 * 4. queued: here, by `sender.add` (`export/queue.ts`)
 * 5. sent: in batches, again when the collector does not take them (`export/sender.ts`); at the end of the process by
 *    `process/delivery.ts`
 * 6. settled: counted as acknowledged or dropped (`diagnostics/account.ts`)
 */
import type { Resource } from '@opentelemetry/resources';
import type { BatchConfig, Config, Exporter, OtlpConfig, Signal } from '../config/config.ts';
import { createAccount, type Account } from '../diagnostics/account.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { createEndpointHealth, type EndpointHealth } from '../export/endpoint-health.ts';
import { sayQueueFull } from '../export/record-notices.ts';
import { createSender, type Sender } from '../export/sender.ts';
import { createTransport } from '../export/transport/transport.ts';
import { createEncodeFitting, type EncodeFitting } from '../otlp/encode/fit-record.ts';
import type { MetricWriter } from '../otlp/metric-writer.ts';
import type { Encoder, Scope } from '../otlp/types.ts';
import { redactAttribute } from '../redaction/redactor.ts';
import { loadPart } from '../runtime/load-part.ts';
import { MAX_RECORD_BYTES } from '../values/limits.ts';
import { version } from '../version.ts';

/** An interval of metrics may be shorter than any request. */
const SHORTEST_REQUEST_MS = 1000;
/** A larger metric is taken apart: that cannot be done on its way. Most proxies let 1 MiB pass. */
const MAX_METRIC_BYTES = 512 * 1024;

export const USER_AGENT = `OTel-OTLP-Exporter-JavaScript/${version} signalbox/${version}`;

/** What the pipelines of all signals have in common. */
export interface PipelineOptions {
  readonly config: Config;
  readonly resource: Resource;
  /** The first request waits for it. */
  readonly ready: Promise<void> | undefined;
  readonly reporter: Reporter;
  /** Called for each record that is queued. */
  readonly onQueued: () => void;
  /** Given in a worker thread, where no record is queued: see `worker-engine.ts`. */
  readonly createSender?: (account: Account) => Sender;
}

export interface Pipeline {
  readonly signal: Signal;
  readonly otlp: OtlpConfig;
  readonly account: Account;
  readonly sender: Sender;
  /** `undefined` where there is no endpoint: the console, a file. */
  readonly health: EndpointHealth | undefined;
  readonly encoder: Encoder;
  /** Redacts and encodes one span or log record. */
  readonly encodeFitting: EncodeFitting;
  readonly onQueued: () => void;
  /** Encoded scopes, by the object that makers of records share. */
  readonly scopes: WeakMap<object, Uint8Array>;
}

/** For each signal one pipeline an exporter, none where it goes nowhere; signals that share an endpoint share what is known of it. */
export function createPipelines(options: PipelineOptions): Readonly<Record<Signal, readonly Pipeline[]>> {
  const healths = new Map<string, EndpointHealth>();
  const healthOf = ({ url }: OtlpConfig): EndpointHealth => {
    const { origin } = new URL(url);
    let health = healths.get(origin);
    if (health === undefined) healths.set(origin, (health = createEndpointHealth(origin, options.reporter)));
    return health;
  };
  const open = (signal: Signal): Pipeline[] =>
    options.config[signal].exporters.map((exporter) => {
      if (options.createSender !== undefined) return toSender(options, signal, exporter, options.createSender);
      const otlp = exporter === 'sentry' ? options.config.traces.sentry : options.config[signal].otlp;
      if (exporter === 'otlp' || exporter === 'sentry')
        return toEndpoint(options, signal, exporter, otlp as OtlpConfig, healthOf(otlp as OtlpConfig));
      return exporter === 'console' ? toConsole(options, signal) : toLines(options, signal, exporter);
    });
  return { traces: open('traces'), logs: open('logs'), metrics: open('metrics') };
}

function toEndpoint(options: PipelineOptions, signal: Signal, exporter: Exporter, otlp: OtlpConfig, health: EndpointHealth): Pipeline {
  const { config, reporter, resource, ready, onQueued } = options;
  const account = createAccount(signal, exporter);
  const encoder = loadEncoder(otlp.protocol === 'http/json' ? 'json' : 'protobuf');
  const sender = createSender({
    signal,
    batch: batchOf(config, signal),
    queueMaxBytes: config.queueMaxBytes,
    requestTimeoutMs: otlp.timeoutMs,
    encoder,
    resource: () => encoder.encodeResource(resource, redactAttribute),
    ready,
    transport: createTransport(otlp, signal, USER_AGENT),
    account,
    health,
    reporter,
    onQueueFull: () => sayQueueFull(reporter, signal, config.queueMaxBytes),
  });
  const encodeFitting = fitIntoRequest(options, signal);
  return { signal, otlp, account, sender, health, encoder, encodeFitting, onQueued, scopes: new WeakMap() };
}

function toLines(options: PipelineOptions, signal: Signal, exporter: 'otlp/stdout' | 'otlp_file'): Pipeline {
  const { config, reporter, resource, ready, onQueued } = options;
  const { createLineSender, fileOutput, signalFile, stdoutOutput } = loadPart<typeof import('../export/line-sender.ts')>(
    import.meta.url,
    '../export/line-sender',
  );
  const account = createAccount(signal, exporter);
  const encoder = loadEncoder('json');
  const sender = createLineSender({
    signal,
    batch: batchOf(config, signal),
    queueMaxBytes: config.queueMaxBytes,
    encoder,
    resource: () => encoder.encodeResource(resource, redactAttribute),
    ready,
    account,
    reporter,
    output: exporter === 'otlp_file' ? fileOutput(signalFile(config.otlpFile, signal)) : stdoutOutput(),
    onQueueFull: () => sayQueueFull(reporter, signal, config.queueMaxBytes),
  });
  const encodeFitting = fitIntoRequest(options, signal);
  return { signal, otlp: config[signal].otlp, account, sender, health: undefined, encoder, encodeFitting, onQueued, scopes: new WeakMap() };
}

function toConsole(options: PipelineOptions, signal: Signal): Pipeline {
  const { config, reporter, onQueued } = options;
  const { createConsoleSender } = loadPart<typeof import('../export/console-sender.ts')>(import.meta.url, '../export/console-sender');
  const account = createAccount(signal, 'console');
  const sender = createConsoleSender(signal, account, reporter);
  const { otlp } = config[signal];
  const encoder = loadEncoder('json');
  const encodeFitting = fitIntoRequest(options, signal);
  return { signal, otlp, account, sender, health: undefined, encoder, encodeFitting, onQueued, scopes: new WeakMap() };
}

function toSender(options: PipelineOptions, signal: Signal, exporter: Exporter, create: (account: Account) => Sender): Pipeline {
  const { otlp } = options.config[signal];
  const account = createAccount(signal, exporter);
  const isProtobuf = exporter === 'sentry' || (exporter === 'otlp' && otlp.protocol !== 'http/json');
  const encoder = loadEncoder(isProtobuf ? 'protobuf' : 'json');
  const encodeFitting = fitIntoRequest(options, signal);
  const { onQueued } = options;
  return { signal, otlp, account, sender: create(account), health: undefined, encoder, encodeFitting, onQueued, scopes: new WeakMap() };
}

/** No record is larger than a request, nor than what may wait. */
function fitIntoRequest({ config, reporter }: PipelineOptions, signal: Signal): EncodeFitting {
  const maxBytes = Math.min(MAX_RECORD_BYTES, config.queueMaxBytes);
  return createEncodeFitting({
    redact: redactAttribute,
    maxBytes,
    onCut(cut) {
      const { sayCut } = loadPart<typeof import('../otlp/encode/say-cut.ts')>(import.meta.url, '../otlp/encode/say-cut');
      sayCut(reporter, signal, maxBytes, cut);
    },
  });
}

/** Metrics wait for no batch: what an interval collects leaves together. */
function batchOf({ traces, logs, metrics }: Config, signal: Signal): BatchConfig {
  if (signal === 'traces') return traces.batch;
  if (signal === 'logs') return logs.batch;
  return {
    scheduleDelayMs: 0,
    exportTimeoutMs: Math.max(metrics.exportTimeoutMs, SHORTEST_REQUEST_MS),
    maxQueueSize: Infinity,
    maxExportBatchSize: Infinity,
  };
}

function loadEncoder(format: 'json' | 'protobuf'): Encoder {
  const loaded = loadPart<Record<string, Encoder>>(import.meta.url, `../otlp/encode/${format}-encoder`);
  return loaded[`${format}Encoder`] as Encoder;
}

type Encode = (pipeline: Pipeline) => Uint8Array;

/** Queue one record of `scope` for each exporter, encoded once for each format. Where it cannot be encoded it is counted, and costs no other. */
export function enqueue(pipelines: readonly Pipeline[], scope: object, encode: Encode): void {
  const encodeFor = pipelines.length === 1 ? encode : oncePerEncoder(encode);
  for (const pipeline of pipelines) enqueueIn(pipeline, scope, encodeFor);
}

function oncePerEncoder(encode: Encode): Encode {
  const encoded = new Map<Encoder, Uint8Array>();
  return (pipeline) => {
    let bytes = encoded.get(pipeline.encoder);
    if (bytes === undefined) encoded.set(pipeline.encoder, (bytes = encode(pipeline)));
    return bytes;
  };
}

function enqueueIn(pipeline: Pipeline, scope: object, encode: Encode): void {
  let scopeBytes: Uint8Array;
  let record: Uint8Array;
  try {
    scopeBytes = encodedScope(pipeline, scope);
    record = encode(pipeline);
  } catch (error) {
    return pipeline.sender.addFailed(error);
  }
  pipeline.sender.add(scopeBytes, record);
  pipeline.onQueued();
}

/** Takes the metrics of a collection: encoded once for each format, queued for each exporter. @param pipelines - at least one. */
export function createMetricQueue(pipelines: readonly Pipeline[]): MetricWriter {
  const writers = [...new Set(pipelines.map(({ encoder }) => encoder))].map((encoder) => {
    const queues = pipelines.filter((pipeline) => pipeline.encoder === encoder);
    return encoder.createMetricWriter({
      redact: redactAttribute,
      maxBytes: MAX_METRIC_BYTES,
      onRecord(scope, record, points) {
        for (const pipeline of queues) enqueueMetric(pipeline, scope, record, points);
      },
    });
  });
  return writers.length === 1 ? (writers[0] as MetricWriter) : toEach(writers);
}

function enqueueMetric(pipeline: Pipeline, scope: Scope, record: Uint8Array, points: number): void {
  let scopeBytes: Uint8Array;
  try {
    scopeBytes = encodedScope(pipeline, scope);
  } catch (error) {
    return pipeline.sender.addFailed(error, points);
  }
  pipeline.sender.add(scopeBytes, record, points);
  pipeline.onQueued();
}

function toEach(writers: readonly MetricWriter[]): MetricWriter {
  const each = (call: (writer: MetricWriter) => void): void => writers.forEach(call);
  return {
    metric: (scope, descriptor) => each((writer) => writer.metric(scope, descriptor)),
    numberPoint: (point) => each((writer) => writer.numberPoint(point)),
    histogramPoint: (point) => each((writer) => writer.histogramPoint(point)),
    exponentialPoint: (point) => each((writer) => writer.exponentialPoint(point)),
    endMetric: () => each((writer) => writer.endMetric()),
  };
}

function encodedScope({ scopes, encoder }: Pipeline, scope: object): Uint8Array {
  let encoded = scopes.get(scope);
  if (encoded === undefined) scopes.set(scope, (encoded = encoder.encodeScope(scope as Scope, redactAttribute)));
  return encoded;
}
