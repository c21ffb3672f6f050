/**
 * The compatibility engine: the official SDK, from `OTEL_CONFIG_FILE` or from components that the application made.
 *
 * signalbox loads the instrumentations and bounds the end of the process; queues, exporters, limits and what happens to
 * hostile values are the SDK's. It can export nothing in a process that ends by `process.exit()` or a crash.
 */
import { createRequire } from 'node:module';
import type { Context } from '@opentelemetry/api';
import type { Config } from '../config/config.ts';
import type { PlatformFacts } from '../config/facts.ts';
import type { SdkComponents } from '../config/start-options.ts';
import { errorText } from '../diagnostics/error-text.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { silentConfigFile, type FileModel } from '../diagnostics/silence.ts';
import { sayDiagnostics, sayOtherSdk } from '../engine/diag.ts';
import { instrument, type InstrumentationState } from '../instrumentation/loading/instrument.ts';
import type { Delivery } from '../process/delivery.ts';
import { watchProcessEnd } from '../process/process-end.ts';
import type { ServiceIdentity } from '../runtime/end-work.ts';
import { SERVICE_NAME, SERVICE_VERSION } from '../names/attributes.ts';
import { settlesWithin } from '../runtime/settles-within.ts';
import { recordCrash } from '../process/crash.ts';
import { carryOldLogsApi } from '../engine/logs/carry-old-logs-api.ts';
import { api, loadApi, require } from '../runtime/otel.ts';
import { detectResource } from '../engine/resource/resource.ts';
import { checkComponents } from './check-components.ts';
import { unregister } from '../engine/register-providers.ts';
import { orUndo, type Undo } from '../engine/undo.ts';
import { failRequest } from '../instrumentation/http/server-request.ts';
import { contained } from '../runtime/contain.ts';
import { yamlFault } from './yaml-fault.ts';

export interface OfficialSdk {
  /** As it is known without the configuration file. */
  readonly service: ServiceIdentity;
  readonly instrumentation: InstrumentationState;
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

export interface OfficialSdkOptions {
  readonly config: Config;
  readonly facts: PlatformFacts;
  readonly reporter: Reporter;
  /** What the application made; ignored when a configuration file says it all. */
  readonly components: SdkComponents | undefined;
  /** Of what signalbox sends itself beside the SDK. */
  readonly delivery: Delivery;
  /** An uncaught error, with the context that it belongs to. */
  readonly onCrash: (error: unknown, origin: string, isHandled: boolean, context: Context) => void;
}

/** @throws when the configuration file cannot be used, or a component is not what the SDK takes; nothing of it is registered then. */
export function startOfficialSdk(options: OfficialSdkOptions): OfficialSdk {
  return orUndo((undo) => build(options, undo));
}

function build({ config, facts, reporter, components, delivery, onCrash }: OfficialSdkOptions, undo: Undo): OfficialSdk {
  const inUse = Object.keys(require.cache);
  checkComponents(components);
  // The SDK registers through it.
  loadApi();
  const end = createEnd(config, reporter);
  startProviders({ config, facts, reporter, components }, end, undo);
  const loggerProvider = api.logs.getLoggerProvider();
  const getLogger = loggerProvider.getLogger.bind(loggerProvider);
  undo.add(carryOldLogsApi({ getLogger, getOldApiLogger: getLogger }));
  // Readers of the application's own collect, whatever the settings say of exporters.
  const isRead = config.metrics.isServed || components?.metricReaders !== undefined;
  const instrumentation = instrument({
    config: { ...config, metrics: { ...config.metrics, isServed: isRead } },
    // What the SDK itself brought into the process, gRPC for one, was not loaded by the application.
    reporter: listening(
      reporter,
      (_message, code) => !code.startsWith('loaded-first.') || isInUse(inUse, code.slice('loaded-first.'.length)),
    ),
    tracerProvider: api.trace.getTracerProvider(),
    meterProvider: api.metrics.getMeterProvider(),
    loggerProvider,
  });

  const flush = async (): Promise<void> =>
    void (await Promise.all([settlesWithin(flushProviders(), config.shutdownTimeoutMs), delivery.flush()]));
  const unwatch = watchProcessEnd({
    onCrash: (...crash) => onCrash(...crash, recordCrash({ loggerProvider, failRequest }, ...crash)),
    onNothingLeft: delivery.awaitAnswers,
    onFatalSignal: async () => void (await Promise.all([end.shutdown(), delivery.flushBeforeSignal()])),
    onHandledSignal() {
      void settlesWithin(flushProviders(), config.shutdownTimeoutMs);
      delivery.flushMeanwhile();
    },
    onSurvived: delivery.callOff,
    onExit: delivery.finish,
  });
  // Nothing but the SDK is left to wait for. Where it does not come to an end itself, it is not waited for any longer.
  process.once('beforeExit', () => void end.shutdown().then((inTime) => inTime || process.exit()));

  const attributes = detectResource(config, facts);
  return {
    instrumentation,
    service: {
      name: String(attributes[SERVICE_NAME]),
      version: attributes[SERVICE_VERSION] as string | undefined,
      environment: config.environment,
    },
    flush,
    async shutdown() {
      await Promise.all([end.shutdown(), delivery.shutdown()]);
      instrumentation.stop();
      await unwatch();
    },
  };
}

/** Start the SDK, which registers its providers. @throws when it could not create all of them. */
function startProviders(
  { config, facts, reporter, components }: Pick<OfficialSdkOptions, 'config' | 'facts' | 'reporter' | 'components'>,
  end: SdkEnd,
  undo: Undo,
): void {
  const sdkNode = require('@opentelemetry/sdk-node') as SdkNode;
  const failures: string[] = [];
  const diagnostics = sayDiagnostics(
    listening(reporter, (message) => {
      const failure = CANNOT_CREATE.exec(message)?.[1];
      if (failure !== undefined) failures.push(failure);
      // The SDK exports to the last, and what that loads asks it for instruments.
      return failure === undefined && !(end.hasBegun && AFTER_SHUTDOWN.test(message));
    }),
    config.logLevel,
  );
  const stop = keepingDiagnostics(() =>
    config.configFile === undefined
      ? startWithComponents(sdkNode, config, facts, components)
      : startFromFile(sdkNode, config.configFile, reporter),
  );
  end.stop = stop;
  undo.add(() => stop().catch((error: unknown) => contained('stopping the SDK', error)));
  undo.add(() => unregister(diagnostics.refused));
  if (failures.length > 0) throw new Error(unusable(config.configFile ?? '', failures[0] as string));
  diagnostics.registered();
  sayOtherSdk(diagnostics.refused, reporter);
}

/** The end of the SDK, which comes once. */
interface SdkEnd {
  /** What ends it, once it has started. */
  stop: () => Promise<void>;
  readonly hasBegun: boolean;
  /** Resolves with whether it came to its end within the time limit. Never rejects. */
  shutdown(): Promise<boolean>;
}

function createEnd({ shutdownTimeoutMs }: Config, reporter: Reporter): SdkEnd {
  let ending: Promise<boolean> | undefined;

  async function shutdown(): Promise<boolean> {
    const inTime = await settlesWithin(Promise.resolve().then(end.stop), shutdownTimeoutMs);
    if (!inTime)
      reporter.say(
        'exit.lost',
        `Lost at exit: what the SDK still held, for it did not finish within ${shutdownTimeoutMs} ms (SIGNALBOX_SHUTDOWN_TIMEOUT). Does its endpoint answer?`,
      );
    return inTime;
  }

  const end: SdkEnd = {
    stop: async () => {},
    get hasBegun() {
      return ending !== undefined;
    },
    shutdown: () => (ending ??= shutdown()),
  };
  return end;
}

type SdkNode = typeof import('@opentelemetry/sdk-node');

/** The SDK prints what it cannot create and goes on as if it were not there; here it is an error. */
const CANNOT_CREATE = /SDK will not be setup: (.*)/;
const AFTER_SHUTDOWN = /A shutdown \w+ cannot provide/;

function unusable(file: string, why: string): string {
  return `OTEL_CONFIG_FILE must name a file that the OpenTelemetry SDK understands, got ${JSON.stringify(file)} (${errorText(why)}). Correct the file, or unset OTEL_CONFIG_FILE`;
}

function startFromFile(sdkNode: SdkNode, file: string, reporter: Reporter): () => Promise<void> {
  // Read once more beforehand, because the SDK itself only prints what is wrong with the file and goes on without it.
  const requireNear = createRequire(require.resolve('@opentelemetry/sdk-node'));
  const { createConfigFactory } = requireNear('@opentelemetry/configuration') as {
    createConfigFactory: () => { getConfigModel(): FileModel };
  };
  const fault = yamlFault(file, requireNear.resolve('@opentelemetry/configuration'));
  let model: FileModel;
  try {
    model = createConfigFactory().getConfigModel();
  } catch (error) {
    const why = errorText(error)
      .replace(/^.*?config file: /i, '')
      .replace(`${file}: `, '');
    throw new Error(unusable(file, fault ?? why), { cause: error });
  }
  if (fault !== undefined)
    reporter.say(
      'bad-value',
      `OTEL_CONFIG_FILE must be YAML, got ${JSON.stringify(file)} with a fault in ${fault}. Using what could be read of it.`,
      'OTEL_CONFIG_FILE',
    );
  const silence = silentConfigFile(file, model);
  if (silence !== undefined) reporter.say(silence.code, silence.message);
  return sdkNode.startNodeSDK().shutdown;
}

function startWithComponents(sdkNode: SdkNode, config: Config, facts: PlatformFacts, components: SdkComponents = {}): () => Promise<void> {
  type Options = NonNullable<ConstructorParameters<SdkNode['NodeSDK']>[0]>;
  const { resourceFromAttributes } = require('@opentelemetry/resources') as typeof import('@opentelemetry/resources');
  const sdk = new sdkNode.NodeSDK({
    // Ours, for the SDK's own detectors send the command line.
    resource: resourceFromAttributes(detectResource(config, facts)),
    autoDetectResources: false,
    ...(config.metrics.exporters.length === 0 ? { metricReaders: [] } : {}),
    ...(config.logs.exporters.length === 0 ? { logRecordProcessors: [] } : {}),
    ...(config.traces.exporters.length === 0 ? { spanProcessors: [] } : {}),
    ...(components as Options),
    ...(config.serviceName === undefined ? {} : { serviceName: config.serviceName }),
    instrumentations: [],
  });
  sdk.start();
  return () => sdk.shutdown();
}

/** The SDK would print to the console by a logger of its own, in as many lines as it likes. */
function keepingDiagnostics<T>(start: () => T): T {
  const { diag } = loadApi();
  const { setLogger } = diag;
  diag.setLogger = () => true;
  try {
    return start();
  } finally {
    diag.setLogger = setLogger;
  }
}

/** `reporter`, less the messages that `isWanted` refuses. */
function listening(reporter: Reporter, isWanted: (message: string, code: string) => boolean): Reporter {
  return {
    say: (code, message, about) => isWanted(message, code) && reporter.say(code, message, about),
    forget: reporter.forget,
  };
}

function isInUse(paths: readonly string[], name: string): boolean {
  return paths.some((path) => path.replaceAll('\\', '/').includes(`/node_modules/${name}/`));
}

interface Flushable {
  forceFlush?(): Promise<void>;
  getDelegate?(): Flushable;
}

async function flushProviders(): Promise<void> {
  const providers = [api.trace.getTracerProvider(), api.metrics.getMeterProvider(), api.logs.getLoggerProvider()] as Flushable[];
  await Promise.all(providers.map((provider) => (provider.getDelegate?.() ?? provider).forceFlush?.()));
}
