/** Builds the three pipelines, ties them to the process, and makes them the global providers. */
import type { Attributes } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { Config, OtlpConfig, Signal } from '../config/config.ts';
import type { PlatformFacts } from '../config/facts.ts';
import { createAccount, countDropped, inFlight, type Account } from '../diagnostics/account.ts';
import { errorText } from '../diagnostics/error-text.ts';
import { connectionsForbidden } from '../diagnostics/permissions.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { redactAttribute } from '../redaction/redact-attribute.ts';
import { version } from '../version.ts';
import { monotonicMs } from '../runtime/clock.ts';
import { createContextManager } from '../context/context-manager.ts';
import { recordCrash } from '../process/crash.ts';
import { createConsoleSender } from '../export/console-sender.ts';
import { sayTaken } from './diag.ts';
import { detectCloud } from './resource/detect-cloud.ts';
import { createEndpointHealth, type EndpointHealth } from '../export/endpoint-health.ts';
import { flushBlocking, type ExitJob } from '../process/exit-flush.ts';
import { createSender, recordsOf, type Sender } from '../export/sender.ts';
import { createTransport } from '../export/transport/transport.ts';
import type { Encoder, Scope } from '../otlp/types.ts';
import { guardMeterProvider } from './metrics/guard-meter.ts';
import { instrument, type InstrumentationState } from '../instrumentation/loading/instrument.ts';
import { watchProcessEnd } from '../process/process-end.ts';
import { carryOldLogsApi } from './logs/carry-old-logs-api.ts';
import { createLoggerProvider } from './logs/logger-provider.ts';
import { startMetrics } from './metrics/metrics.ts';
import { loadPart } from '../runtime/load-part.ts';
import { api } from '../runtime/otel.ts';
import { createPropagator } from '../context/propagation/create-propagator.ts';
import { detectResource } from './resource/resource.ts';
import { lossOf, reportAccounts } from './metrics/self-metrics.ts';
import { createSampler } from './traces/sampler.ts';
import { createTracerProvider } from './traces/tracer-provider.ts';
import { orUndo, unregister, type Undo } from './undo.ts';

/** An interval of metrics may be shorter than any request. */
const SHORTEST_REQUEST_MS = 1000;
/** Of the time that is left when a signal ends the process: the rest is for the flush that blocks. */
const ASYNC_SHARE = 0.6;
/** Of the time of a flush: the rest is for sending. */
const COLLECTING_SHARE = 0.5;
/** A larger metric is taken apart, for that cannot be done on its way. Most proxies let 1 MiB pass. */
const MAX_METRIC_BYTES = 512 * 1024;
const USER_AGENT = `OTel-OTLP-Exporter-JavaScript/${version} signalbox/${version}`;

export interface Sdk {
  readonly instrumentation: InstrumentationState;
  readonly serviceName: string;
  readonly serviceVersion: string | undefined;
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

export interface SdkOptions {
  readonly config: Config;
  readonly facts: PlatformFacts;
  readonly reporter: Reporter;
  /** Called once, when the first record is produced. */
  readonly onWork: () => void;
  /** Called when the process ends, perhaps twice. */
  readonly onEnd: () => void;
  /** Whether this process can have been there to start others: without records of its own it then exports nothing at its end. */
  readonly mayBeLauncher: () => boolean;
}

interface Out {
  readonly sender: Sender;
  readonly encoder: Encoder;
}

type Encode = (encoder: Encoder) => Uint8Array;

/** @throws when it cannot be built; nothing of it is registered then. */
export function startSdk(options: SdkOptions): Sdk {
  return orUndo((undo) => build(options, undo));
}

function build({ config, facts, reporter, onWork, onEnd, mayBeLauncher }: SdkOptions, undo: Undo): Sdk {
  const resource = createResource(detectResource(config, facts));
  const ready = detectCloud(config.resourceDetectors, resource.attributes);
  const healths = new Map<string, EndpointHealth>();
  const encoders = new Map<string, Encoder>();
  const senders: { sender: Sender; account: Account; otlp: OtlpConfig; signal: Signal }[] = [];
  const accounts: Account[] = [];

  /** Where the records of one signal go, or `undefined` when they go nowhere. */
  function open(signal: Signal): Out | undefined {
    const { exporter, otlp } = config[signal];
    if (exporter === 'none') return undefined;
    const account = createAccount(signal);
    accounts.push(account);
    if (exporter === 'console') {
      const sender = createConsoleSender(signal, account, reporter);
      senders.push({ sender, account, otlp, signal });
      return { encoder: loadEncoder('http/json'), sender };
    }
    const encoder = loadEncoder(otlp.protocol);
    const sender = createSender({
      signal,
      batch:
        signal === 'metrics'
          ? {
              scheduleDelayMs: 0,
              exportTimeoutMs: Math.max(config.metrics.exportTimeoutMs, SHORTEST_REQUEST_MS),
              maxQueueSize: Infinity,
              maxExportBatchSize: Infinity,
            }
          : config[signal].batch,
      queueMaxBytes: config.queueMaxBytes,
      requestTimeoutMs: otlp.timeoutMs,
      encoder,
      resource: () => encoder.encodeResource(resource, redactAttribute),
      ready,
      transport: createTransport(otlp, signal, USER_AGENT),
      account,
      health: healthOf(otlp),
      reporter,
      onQueueFull: () => {
        reporter.say(
          `queue-full.${signal}`,
          `No more ${recordsOf(signal)} can wait for export: the limit of ${config.queueMaxBytes} bytes (SIGNALBOX_QUEUE_MAX_BYTES) is reached. New ones are dropped and counted until the collector takes some.`,
        );
      },
    });
    senders.push({ sender, account, otlp, signal });
    return { encoder, sender };
  }

  function loadEncoder(protocol: OtlpConfig['protocol']): Encoder {
    const format = protocol === 'http/json' ? 'json' : 'protobuf';
    let encoder = encoders.get(format);
    if (encoder === undefined) encoders.set(format, (encoder = loadEncoderModule(format)));
    return encoder;
  }

  function healthOf({ url }: OtlpConfig): EndpointHealth {
    const { origin } = new URL(url);
    let health = healths.get(origin);
    if (health === undefined) healths.set(origin, (health = createEndpointHealth(origin, reporter)));
    return health;
  }

  let produced = false;
  function markProduced(): void {
    if (produced) return;
    produced = true;
    onWork();
    // A process that produces nothing has nothing to account for.
    if (metrics !== undefined) reportAccounts(meterProvider, accounts);
  }

  const scopes = new WeakMap<object, Map<Encoder, Uint8Array>>();
  function scopeOf(scope: object, encoder: Encoder): Uint8Array {
    let encoded = scopes.get(scope);
    if (encoded === undefined) scopes.set(scope, (encoded = new Map()));
    let bytes = encoded.get(encoder);
    if (bytes === undefined) encoded.set(encoder, (bytes = encoder.encodeScope(scope as Scope, redactAttribute)));
    return bytes;
  }

  /** Encode one record and queue it. */
  function hand(out: Out, scope: object, encode: Encode): void {
    queue(out, scope, tryEncode(out.encoder, encode), 1);
  }

  /** The same for a metric with all its points; one that is too large, or that cannot be encoded, is taken apart. */
  function handMetric(out: Out, scope: object, metric: MetricData): void {
    const { dataPoints } = metric;
    const encoded = tryEncode(out.encoder, (encoder) => encoder.encodeMetric(metric, redactAttribute));
    const parts = 'error' in encoded ? 2 : Math.ceil(encoded.length / MAX_METRIC_BYTES);
    if (parts === 1 || dataPoints.length < 2) return queue(out, scope, encoded, dataPoints.length);
    const size = Math.ceil(dataPoints.length / parts);
    for (let from = 0; from < dataPoints.length; from += size)
      handMetric(out, scope, { ...metric, dataPoints: dataPoints.slice(from, from + size) } as MetricData);
  }

  /** A record that could not be encoded is counted, and costs no other. */
  function queue({ sender, encoder }: Out, scope: object, encoded: Encoded, weight: number): void {
    if ('error' in encoded) return sender.addFailed(encoded.error, weight);
    sender.add(scopeOf(scope, encoder), encoded, weight);
    markProduced();
  }

  const traces = open('traces');
  const logs = open('logs');
  const metrics = open('metrics');

  const tracerProvider = createTracerProvider({
    sampler: createSampler(config.traces.sampler, config.traces.samplerRatio),
    limits: config.traces.limits,
    resource,
    onEnd:
      traces === undefined
        ? () => {}
        : (span) => hand(traces, span.instrumentationScope, (encoder) => encoder.encodeSpan(span, redactAttribute)),
  });
  const loggerProvider = createLoggerProvider({
    limits: config.logs.limits,
    resource,
    onEmit:
      logs === undefined
        ? () => {}
        : (record) => hand(logs, record.instrumentationScope, (encoder) => encoder.encodeLog(record, redactAttribute)),
  });
  const metricsPipeline =
    metrics === undefined
      ? undefined
      : startMetrics({
          config,
          resource,
          reporter,
          onMetric: (scope, metric) => handMetric(metrics, scope, metric),
        });
  const meterProvider =
    metricsPipeline === undefined ? { getMeter: api.createNoopMeter } : guardMeterProvider(metricsPipeline.meterProvider, reporter);

  undo.add(() => metricsPipeline?.stop());

  const propagator = createPropagator({ propagators: config.propagators, baggageHosts: config.baggageHosts });
  const registered = {
    context: api.context.setGlobalContextManager(createContextManager()),
    propagation: api.propagation.setGlobalPropagator(propagator),
    trace: api.trace.setGlobalTracerProvider(tracerProvider),
    metrics: api.metrics.setGlobalMeterProvider(meterProvider),
    logs: api.logs.setGlobalLoggerProvider(loggerProvider),
  };
  const taken = Object.entries(registered).flatMap(([name, isOurs]) => (isOurs ? [] : name));
  undo.add(() => unregister(taken));
  undo.add(carryOldLogsApi(loggerProvider));
  sayTaken(taken, reporter);

  const instrumentation = instrument({ config, reporter, tracerProvider, meterProvider, loggerProvider });
  undo.add(() => instrumentation.stop());

  let shuttingDown: Promise<void> | undefined;
  let shutDown = false;
  let endsAt: number | undefined;
  /** What is left of the one time limit for everything that is added to the end of the process. */
  function leftMs(): number {
    // A request under way has held the process back already.
    endsAt ??= monotonicMs() + config.shutdownTimeoutMs - Math.max(0, ...senders.map(({ sender }) => sender.heldMs));
    return Math.max(0, endsAt - monotonicMs());
  }

  /** What the application recorded so far. Metric data points do not count: each collection makes some. */
  function recordedSoFar(): number {
    return accounts.reduce(
      (sum, { signal, produced }) => (signal === 'metrics' ? sum : sum + produced),
      metricsPipeline === undefined ? 0 : metricsPipeline.recorded,
    );
  }
  /** The last collection that was asked for, and what was recorded by then. */
  let collection: Promise<void> | undefined;
  let collectedAt = -1;

  async function collect(limitMs: number, hold: boolean, isLast: boolean): Promise<void> {
    // Flushes in a row are not each to make something new to send.
    if (isLast || metricsPipeline?.hasObservers === true || collectedAt !== recordedSoFar()) {
      collectedAt = recordedSoFar();
      collection = metricsPipeline?.collect({ limitMs, hold });
    }
    await collection;
  }

  /** @param options.hold - keep the process alive meanwhile. @param options.thenStop - the process ends afterwards. */
  async function flush(limitMs: number, { hold = true, thenStop = false } = {}): Promise<void> {
    if (shutDown) return;
    const endsAt = monotonicMs() + limitMs;
    await collect(limitMs * COLLECTING_SHARE, hold, thenStop);
    const restMs = Math.max(0, endsAt - monotonicMs());
    await Promise.all(senders.map(({ sender }) => sender.flush(restMs, { hold, thenStop })));
  }

  /** Deliver what waits while this thread stands still. Returns whether some of it must be sent again. */
  function deliverBlocking(): boolean {
    const pending = senders.map((each) => ({ ...each, requests: each.sender.takePending() })).filter(({ requests }) => requests.length > 0);
    if (pending.length === 0) return false;
    const jobs: ExitJob[] = pending.map(({ signal, otlp, requests }) => ({ signal, otlp, requests, userAgent: USER_AGENT }));
    // A worker thread is not bound by the permissions of the process, so what the process may not do is not tried.
    const { outcomes, failures, error } = flushBlocking(jobs, connectionsForbidden() === undefined ? leftMs() : 0);
    if (error !== undefined) {
      reporter.say(
        'exit.blocked',
        `The last export needs a worker thread, but none could be started: ${errorText(error)}. What waits is lost. Allow it (--allow-worker), or await shutdown() before the process ends.`,
      );
    }
    let again = false;
    for (const [job, { sender, requests, signal, otlp }] of pending.entries()) {
      const failure = failures[job];
      if (failure !== undefined) healthOf(otlp).failed(signal, failure.reason, failure.message);
      for (const [index, request] of requests.entries()) {
        const outcome = outcomes[job]?.[index] ?? { kind: 'lost', reason: 'exit_deadline' };
        again ||= outcome.kind === 'too-large';
        sender.settle(request, outcome);
      }
    }
    return again;
  }

  let isLastCollected = false;

  /** Deliver what is left while the process stands still, then say what was lost. */
  function finish(): void {
    if (!shutDown) {
      const hasNews = !isLastCollected || collectedAt !== recordedSoFar();
      const hasWorked = produced || (metricsPipeline !== undefined && (metricsPipeline.recorded > 0 || metricsPipeline.hasObservers));
      if (hasNews && (hasWorked || !mayBeLauncher())) quietly(() => metricsPipeline?.collectNow());
      isLastCollected = true;
      collectedAt = recordedSoFar();
      // What is found too large comes back in halves.
      while (deliverBlocking()) continue;
    }
    sayLoss();
    onEnd();
  }

  let lossSaid = '';
  function sayLoss(): void {
    const losses = accounts.map((account) => lossOf(account)).filter((loss) => loss !== undefined);
    const text = losses.join(', ');
    if (text === '' || text === lossSaid) return;
    lossSaid = text;
    reporter.forget('exit.lost');
    reporter.say(
      'exit.lost',
      `Everything recorded must reach the collector, but what could not be delivered is given up. Lost: ${text}. Earlier messages about the endpoint, if there are any, say why.`,
    );
  }

  const unwatch = watchProcessEnd({
    onCrash: (error, origin, handled) => recordCrash(loggerProvider, error, origin, handled),
    async onFatalSignal() {
      // Not all of the time: what is recorded meanwhile, or was not taken, is for the flush that blocks.
      await (shuttingDown ?? flush(leftMs() * ASYNC_SHARE, { thenStop: true }));
      isLastCollected = true;
    },
    onSurvived() {
      endsAt = undefined;
      isLastCollected = false;
    },
    onHandledSignal: () => void flush(config.shutdownTimeoutMs, { hold: false }),
    onExit: finish,
  });

  async function shutdown(): Promise<void> {
    // A process that ends meanwhile has what is left of this time.
    endsAt ??= monotonicMs() + config.shutdownTimeoutMs;
    metricsPipeline?.stop();
    await flush(leftMs());
    shutDown = true;
    for (const { sender, account } of senders) {
      sender.close();
      countDropped(account, 'exit_deadline', inFlight(account));
    }
    quietly(() => instrumentation.stop());
    sayLoss();
    await unwatch();
  }

  return {
    instrumentation,
    serviceName: String(resource.attributes['service.name']),
    serviceVersion: resource.attributes['service.version'] as string | undefined,
    flush: () => flush(config.shutdownTimeoutMs),
    shutdown: () => (shuttingDown ??= shutdown()),
  };
}

type Encoded = Uint8Array | { readonly error: unknown };

function tryEncode(encoder: Encoder, encode: Encode): Encoded {
  try {
    return encode(encoder);
  } catch (error) {
    return { error };
  }
}

function loadEncoderModule(format: 'json' | 'protobuf'): Encoder {
  const loaded = loadPart<Record<string, Encoder>>(import.meta.url, `../otlp/encode/${format}-encoder`);
  return loaded[`${format}Encoder`] as Encoder;
}

/** As the SDK's own, which would have to be loaded for it. */
function createResource(attributes: Attributes): Resource {
  return {
    attributes,
    merge: (other) => (other === null ? createResource(attributes) : createResource({ ...attributes, ...other.attributes })),
    getRawAttributes: () => Object.entries(attributes),
  };
}

function quietly(fn: () => void): void {
  try {
    fn();
  } catch {
    // The process is ending; what can still be exported is.
  }
}
