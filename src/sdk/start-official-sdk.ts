/**
 * The compatibility engine: the official SDK, from `OTEL_CONFIG_FILE` or from components that the application made.
 *
 * signalbox loads the instrumentations and bounds the end of the process; queues, exporters, limits and what happens to
 * hostile values are the SDK's. It can export nothing in a process that ends by `process.exit()` or a crash.
 */
import type { Config } from '../config/config.ts';
import type { SdkComponents } from '../config/start-options.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { sayDiagnostics } from './diag.ts';
import { instrument, type InstrumentationState } from './instrumentation/instrument.ts';
import { watchProcessEnd } from './lifecycle/process-end.ts';
import { recordCrash } from './crash.ts';
import { carryOldLogsApi } from './logs/carry-old-logs-api.ts';
import { api, require } from './otel.ts';

const { setTimeout, clearTimeout } = globalThis;

export interface OfficialSdk {
  readonly instrumentation: InstrumentationState;
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** @throws when the configuration file cannot be read or names what does not exist. */
export function startOfficialSdk(config: Config, components: SdkComponents | undefined, reporter: Reporter): OfficialSdk {
  const sdkNode = require('@opentelemetry/sdk-node') as typeof import('@opentelemetry/sdk-node');
  const stop = config.configFile === undefined ? startWithComponents(sdkNode, config, components) : startFromFile(sdkNode);
  sayDiagnostics(reporter, config.logLevel);

  const loggerProvider = api.logs.getLoggerProvider();
  carryOldLogsApi({ getLogger: loggerProvider.getLogger.bind(loggerProvider), getOldApiLogger: loggerProvider.getLogger.bind(loggerProvider) });
  const instrumentation = instrument({
    config,
    reporter,
    tracerProvider: api.trace.getTracerProvider(),
    meterProvider: api.metrics.getMeterProvider(),
    loggerProvider,
    onLoaded: () => {},
  });

  const flush = (): Promise<void> => bounded(flushProviders(), config.shutdownTimeoutMs);
  let stopped: Promise<void> | undefined;
  const shutdown = (): Promise<void> => (stopped ??= bounded(stop(), config.shutdownTimeoutMs));

  const unwatch = watchProcessEnd({
    onCrash: (error, origin, handled) => recordCrash(loggerProvider, error, origin, handled),
    onFatalSignal: shutdown,
    onHandledSignal: () => void flush(),
    onExit() {},
  });
  // Its exporters hold the process with timers and sockets for longer than the limit, so the end is made here.
  process.once('beforeExit', () => void shutdown().then(() => process.exit()));

  return {
    instrumentation,
    flush,
    async shutdown() {
      await shutdown();
      instrumentation.stop();
      unwatch();
    },
  };
}

type SdkNode = typeof import('@opentelemetry/sdk-node');

function startFromFile(sdkNode: SdkNode): () => Promise<void> {
  // Read once more beforehand, because the SDK itself only prints what is wrong with the file and goes on without it.
  const { createConfigFactory } = require('@opentelemetry/configuration') as { createConfigFactory: () => { getConfigModel(): unknown } };
  createConfigFactory().getConfigModel();
  return sdkNode.startNodeSDK().shutdown;
}

function startWithComponents(sdkNode: SdkNode, config: Config, components: SdkComponents = {}): () => Promise<void> {
  type Options = NonNullable<ConstructorParameters<SdkNode['NodeSDK']>[0]>;
  const sdk = new sdkNode.NodeSDK({
    ...(components as Options),
    ...(config.serviceName === undefined ? {} : { serviceName: config.serviceName }),
    instrumentations: [],
  });
  sdk.start();
  return () => sdk.shutdown();
}

interface Flushable {
  forceFlush?(): Promise<void>;
  getDelegate?(): Flushable;
}

async function flushProviders(): Promise<void> {
  const providers = [api.trace.getTracerProvider(), api.metrics.getMeterProvider(), api.logs.getLoggerProvider()] as Flushable[];
  await Promise.all(providers.map((provider) => (provider.getDelegate?.() ?? provider).forceFlush?.()));
}

/** Settles with `work`, whatever came of it, or after `ms`. */
function bounded(work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, ms);
    const done = (): void => {
      clearTimeout(limit);
      resolve();
    };
    work.then(done, done);
  });
}
