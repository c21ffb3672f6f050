/** `startTelemetry`: read the settings, build, register, watch the end of the process, and return how to end it. */
import { realpathSync } from 'node:fs';
import type { Config, Problem } from './config/config.ts';
import { asksForLogging, asksForSentry, readEnvironment } from './config/early.ts';
import { readFacts, type PlatformFacts } from './config/facts.ts';
import { loadConfig } from './config/load-config.ts';
import { takeExtensions } from './config/take-extensions.ts';
import type { ExtensionOptions, SdkComponents, StartOptions } from './config/start-options.ts';
import { createContextManager } from './context/context-manager.ts';
import { createPropagator } from './context/propagation/create-propagator.ts';
import { publishAccounts } from './diagnostics/account.ts';
import { createAnnouncer, sayProblems, watchForBundle, watchForUnused } from './diagnostics/announcer.ts';
import { errorText } from './diagnostics/error-text.ts';
import { createReporter, type Reporter } from './diagnostics/reporter.ts';
import { sayContained } from './diagnostics/say-contained.ts';
import { sayDiagnostics } from './engine/diag.ts';
import type { Extensions } from './engine/extensions.ts';
import { USER_AGENT } from './engine/pipeline.ts';
import { registerProviders } from './engine/register-providers.ts';
import { startEngine, type Engine } from './engine/start-engine.ts';
import { orUndo, type Undo } from './engine/undo.ts';
import type { WorkerErrors } from './start-errors.ts';
import { publishOpsSources, type OpsSources } from './ops-server/ops-sources.ts';
import { failRequest } from './instrumentation/http/server-request.ts';
import { enabledEntries } from './instrumentation/loading/catalogue.ts';
import { instrument } from './instrumentation/loading/instrument.ts';
import { createDelivery, type Delivery } from './process/delivery.ts';
import type { Outlet } from './process/delivery-options.ts';
import { hasLoadedChildProcess, isProcessManager } from './process/process-manager.ts';
import { watchProcessEnd } from './process/process-end.ts';
import { watchWorkerThreads, type WorkerThreads } from './process/worker-threads.ts';
import { configureRedactor, loadRedactor } from './redaction/redactor.ts';
import { setImmediate, setTimeout } from './runtime/captured.ts';
import { attempt, contain, onContained } from './runtime/contain.ts';
import { doEndWork, telemetryState } from './runtime/end-work.ts';
import { errorDelivery } from './runtime/error-delivery.ts';
import { loadPart } from './runtime/load-part.ts';
import { recordHooks } from './runtime/record-hooks.ts';
import { telemetryStarted } from './runtime/telemetry-start.ts';
import { noteHandledSignal, processState } from './runtime/process-state.ts';
import { version } from './version.ts';

export interface Telemetry {
  /**
   * Export everything recorded so far. Resolves when that is done, when the endpoint fails, or after
   * `SIGNALBOX_SHUTDOWN_TIMEOUT` (5000 ms). Never rejects.
   */
  flush(): Promise<void>;
  /**
   * The same, within the same time; what is left then is counted as lost, and what is recorded later goes nowhere. Final:
   * a later `startTelemetry()` starts nothing. Never rejects. A second call waits for the first.
   */
  shutdown(): Promise<void>;
}

/** What is known when something is to be built. */
interface Start {
  readonly config: Config;
  readonly facts: PlatformFacts;
  readonly problems: readonly Problem[];
  readonly reporter: Reporter;
  /** Given in code, not looked at yet. */
  readonly extensions: ExtensionOptions;
}

/** One copy of the state per process, whichever copy of this package is asked. */
const STATE = Symbol.for('signalbox.telemetry');

/** What the first record needs is loaded so long after the start, unless it comes before; short processes never pay for it. */
const WARM_UP_MS = 100;

const NOOP: Telemetry = { flush: async () => {}, shutdown: async () => {} };

/** See `index.ts`, which loads this file when it is called. */
export function startTelemetry(options: StartOptions = {}): Telemetry {
  const globals = globalThis as { [STATE]?: { telemetry: Telemetry; reporter: Reporter } };
  const running = globals[STATE];
  if (running !== undefined) {
    if (running.telemetry !== NOOP) sayStartedTwice(running.reporter);
    return running.telemetry;
  }
  let reporter = createReporter({ level: 'info' });
  try {
    const { extensions, settings } = takeExtensions(options);
    const { config, problems } = loadConfig(readEnvironment(), settings);
    reporter = createReporter({ level: config.logLevel });
    onContained(sayContained(reporter));
    // Set while it starts, so that nothing that is loaded meanwhile can start it again.
    globals[STATE] = { telemetry: NOOP, reporter };
    if (config.disabled) {
      telemetryStarted(true);
      return NOOP;
    }
    configureRedactor(config.redaction);
    const facts = readFacts(readEnvironment(), mainScript());
    const components = componentsOf(options);
    const isOfficial = config.configFile !== undefined || components !== undefined;
    const start: Start = { config, facts, problems, reporter, extensions };
    const telemetry = isOfficial ? startOfficial(start, components) : orUndo((undo) => startOwn(start, undo));
    globals[STATE] = { telemetry, reporter };
    telemetryStarted();
    return telemetry;
  } catch (error) {
    telemetryStarted(true);
    reporter.say('not-started', `Telemetry did not start: ${errorText(error)}. The application runs without it.`);
    return NOOP;
  }
}

/** Introduces the parts, which do not know each other: the engine, the instrumentations and the end of the process. */
function startOwn({ config, facts, problems, reporter, extensions: given }: Start, undo: Undo): Telemetry {
  const diagnostics = sayDiagnostics(reporter, config.logLevel);
  const announcer = createAnnouncer({ config, problems, reporter, isProcessManager, mayBeLauncher: hasLoadedChildProcess });
  const engine = startEngine({
    config,
    facts,
    reporter,
    isProcessManager,
    onFirstRecord: announcer.announce,
    onCallersUnsampled: announcer.callersUnsampled,
  });
  undo.add(() => engine.metrics?.stop());
  const outlets: Outlet[] = [...engine.pipelines];
  const workers = config.workerThreads ? watchWorkers(config, engine, reporter, outlets) : undefined;
  if (workers !== undefined) undo.add(workers.stop);

  const delivery = createDelivery({
    outlets,
    metrics: engine.metrics,
    reporter,
    userAgent: USER_AGENT,
    limitMs: config.shutdownTimeoutMs,
    mayBeLauncher: hasLoadedChildProcess,
    beforeFlush() {
      workers?.read();
      gatherErrors();
    },
    processors: () => extensions,
  });
  // Known when the instrumentations are there, which what it loads may need.
  let extensions: Extensions | undefined;
  registerProviders(
    {
      providers: engine.providers,
      contextManager: createContextManager(),
      propagator: createPropagator({ propagators: config.propagators, baggageHosts: config.baggageHosts }),
      flush: delivery.flush,
      reporter,
    },
    undo,
  );
  recordHooks.hasEngine = true;
  undo.add(() => (recordHooks.hasEngine = false));
  const instrumentation = instrument({ config, reporter, ...engine.providers });
  undo.add(() => instrumentation.stop());
  if (config.console) undo.add(exportConsole(engine));
  extensions = loadExtensions(given, config, reporter);
  watchForBundle(facts.script, () => instrumentation.packagesSeen > 0, reporter);
  const describeUnused = () => (announcer.hasRecorded || isProcessManager() ? undefined : instrumentation.describeUnused());
  watchForUnused(facts.script, describeUnused, reporter);

  const unwatch = watchEnd(engine, delivery, workers, announcer.atEnd);
  telemetryState.service = { name: engine.serviceName, version: engine.serviceVersion, environment: config.environment };
  telemetryState.watchesEnd = true;
  offerErrorDelivery(outlets, reporter);
  if (asksForLogging(readEnvironment())) contain('starting the log of requests', startLogging);
  diagnostics.registered();
  processState.isRecording = true;
  serveOps(opsSourcesOf(engine, config, reporter));
  publishAccounts(engine.pipelines.map(({ account }) => account));
  announcer.begin(engine);
  if (engine.pipelines.length > 0) setTimeout(() => contain('loading the redactor', loadRedactor), WARM_UP_MS).unref();
  return { flush: delivery.flush, shutdown: once(shutdown) };

  async function shutdown(): Promise<void> {
    engine.decideTraces();
    await delivery.shutdown();
    processState.isRecording = false;
    errorDelivery.open = undefined;
    engine.providers.loggerProvider.close();
    contain('taking back the instrumentations', () => instrumentation.stop());
    workers?.stop();
    await unwatch();
    telemetryState.watchesEnd = false;
  }
}

/** What each way to end the process does here. @returns what stops the watching. */
function watchEnd(engine: Engine, delivery: Delivery, workers: WorkerThreads | undefined, atEnd: () => void): () => Promise<void> {
  return watchProcessEnd({
    onCrash(...crash) {
      // What ended a worker thread comes up here, and the thread has written in which span it was.
      workers?.read();
      const { recordCrash } = loadPart<typeof import('./process/crash.ts')>(import.meta.url, './process/crash');
      const context = recordCrash({ loggerProvider: engine.providers.loggerProvider, failRequest }, ...crash);
      captureCrash(...crash, context);
    },
    onNothingLeft() {
      engine.decideTraces();
      return delivery.awaitAnswers();
    },
    async onFatalSignal() {
      processState.isEnding = true;
      engine.decideTraces();
      await delivery.flushBeforeSignal();
    },
    onHandledSignal(signal) {
      noteHandledSignal(signal);
      delivery.flushMeanwhile();
    },
    onSurvived() {
      processState.isEnding = false;
      delivery.callOff();
    },
    onExit() {
      doEndWork(delivery.leftMs());
      contain('deciding traces at the end', engine.decideTraces);
      delivery.finish();
      atEnd();
    },
  });
}

function gatherErrors(): void {
  contain('gathering errors for Sentry', () => errorDelivery.gather?.());
}

function captureCrash(...crash: Parameters<NonNullable<typeof errorDelivery.onCrash>>): void {
  contain('capturing a crash for Sentry', () => errorDelivery.onCrash?.(...crash));
}

/** For `signalbox/sentry`; where SENTRY_DSN is set it is loaded, though not before the application has started. */
function offerErrorDelivery(outlets: Outlet[], reporter: Reporter): void {
  errorDelivery.open = (target) => {
    const { openEnvelopes } = loadPart<typeof import('./start-errors.ts')>(import.meta.url, './start-errors');
    return openEnvelopes(outlets, reporter, target);
  };
  if (asksForSentry(readEnvironment())) {
    const sentry = () => loadPart<typeof import('./app/sentry/start-sentry.ts')>(import.meta.url, './app/sentry/start-sentry');
    errorDelivery.onCrash ??= (...crash) => sentry().onCrash(...crash);
    errorDelivery.onLoggedError ??= (record) => sentry().onLoggedError(record);
    setTimeout(() => contain('starting Sentry', () => sentry().startSentry()), WARM_UP_MS).unref();
  }
  errorDelivery.onOpen?.();
}

/** For an application that does not import the logger. */
function startLogging(): void {
  loadPart<typeof import('./app/logging/logging.ts')>(import.meta.url, './app/logging/logging').logging();
}

function exportConsole({ providers }: Engine): () => void {
  const { watchConsole } = loadPart<typeof import('./instrumentation/libraries/console.ts')>(
    import.meta.url,
    './instrumentation/libraries/console',
  );
  return watchConsole(providers.loggerProvider);
}

/** Nothing is loaded for them where there are none. */
function loadExtensions(given: ExtensionOptions, config: Config, reporter: Reporter): Extensions | undefined {
  if (config.extensions === undefined && Object.keys(given).length === 0) return undefined;
  const { startExtensions } = loadPart<typeof import('./engine/extensions.ts')>(import.meta.url, './engine/extensions');
  return startExtensions({ given: { ...given }, module: config.extensions, reporter });
}

/** Opens the ops port where the settings ask for it, when the application's own start is over. */
function serveOps(sources: OpsSources): void {
  publishOpsSources(sources);
  if (!sources.config.isWanted) return;
  setImmediate(() =>
    contain('opening the ops port', () => {
      const { openBySettings } = loadPart<typeof import('./start-ops.ts')>(import.meta.url, './start-ops');
      openBySettings(sources);
    }),
  ).unref();
}

function opsSourcesOf({ attributes, metrics }: Engine, { ops }: Config, reporter: Reporter): OpsSources {
  const openSource = metrics?.openSource;
  let source: ReturnType<NonNullable<typeof openSource>> | undefined;
  const open = openSource && (() => (source ??= openSource()));
  // What is recorded before is part of no scrape.
  if (ops.isWanted) open?.();
  return {
    config: ops,
    reporter,
    metrics: open,
    resource: () => attributes,
    whyNoMetrics: 'No metrics are recorded in this process: OTEL_METRICS_EXPORTER is none.',
  };
}

/** What worker threads record goes into the pipelines of this thread; what takes it in is loaded for the first worker. */
function watchWorkers(config: Config, { attributes, pipelines, providers }: Engine, reporter: Reporter, outlets: Outlet[]): WorkerThreads {
  const entries = enabledEntries(config);
  let errors: WorkerErrors | undefined;
  const acceptErrors = (): WorkerErrors =>
    (errors ??= loadPart<typeof import('./start-errors.ts')>(import.meta.url, './start-errors').acceptWorkerErrors(outlets, reporter));
  return watchWorkerThreads({
    settings: () => ({
      config: withoutFunctions(config),
      attributes,
      targets: entries.flatMap(({ targets }) => targets),
      announcements: entries.flatMap(({ announced }) => announced?.channel ?? []),
    }),
    createReader(read) {
      const { createWorkerIntake } = loadPart<typeof import('./engine/worker-intake.ts')>(import.meta.url, './engine/worker-intake');
      return createWorkerIntake({ config, reporter, pipelines, meterProvider: providers.meterProvider, errors: acceptErrors, read });
    },
  });
}

/** Hooks among the options of an instrumentation stay behind, and with them its other options. */
function withoutFunctions(config: Config): Config {
  const { instrumentations } = config;
  const options = Object.entries(instrumentations.options).filter(([, given]) => attempt(() => structuredClone(given)) !== undefined);
  return { ...config, instrumentations: { ...instrumentations, options: Object.fromEntries(options) } };
}

/** The official SDK is loaded only here: most processes never pay for it. */
function startOfficial({ config, facts, problems, reporter, extensions }: Start, components: SdkComponents | undefined): Telemetry {
  const { startOfficialSdk } = loadPart<typeof import('./official-sdk/start-official-sdk.ts')>(
    import.meta.url,
    './official-sdk/start-official-sdk',
  );
  // Errors for Sentry: all that signalbox delivers here itself.
  const outlets: Outlet[] = [];
  const delivery = createDelivery({
    outlets,
    metrics: undefined,
    reporter,
    userAgent: USER_AGENT,
    limitMs: config.shutdownTimeoutMs,
    mayBeLauncher: hasLoadedChildProcess,
    beforeFlush: gatherErrors,
  });
  const { service, flush, shutdown } = startOfficialSdk({ config, facts, reporter, components, delivery, onCrash: captureCrash });
  telemetryState.service = service;
  offerErrorDelivery(outlets, reporter);
  serveOps({
    config: config.ops,
    reporter,
    metrics: undefined,
    resource: () => ({}),
    whyNoMetrics: 'The official SDK runs: a Prometheus exporter of its own serves its metrics.',
  });
  sayProblems(problems, reporter);
  if (config.extensions !== undefined || Object.keys(extensions).length > 0)
    reporter.say(
      'extensions',
      'Processors, samplers and id generators must be given to the engine that runs, but the official SDK runs. Those of startTelemetry() and SIGNALBOX_EXTENSIONS have no effect; pass them in `sdk`, or leave OTEL_CONFIG_FILE and `sdk` away.',
    );
  if (config.traces.exceptions !== undefined)
    reporter.say(
      'contradiction',
      `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN must be left out where the official SDK runs, got "${config.traces.exceptions}". Exceptions are recorded as the SDK does, which is as events of spans.`,
      'OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN',
    );
  const cause = config.configFile === undefined ? 'components were passed to startTelemetry' : `OTEL_CONFIG_FILE=${config.configFile}`;
  reporter.say(
    'started',
    `signalbox ${version}: the official OpenTelemetry SDK runs (${cause}). Instrumentations and a bounded end are signalbox's; exporters, queues and limits are the SDK's, nothing is redacted, and what is buffered at process.exit() or a crash is lost. Node.js ${process.versions.node}.`,
  );
  return {
    flush,
    async shutdown() {
      await shutdown();
      errorDelivery.open = undefined;
    },
  };
}

function sayStartedTwice(reporter: Reporter): void {
  reporter.say(
    'started-twice',
    'Telemetry must be started once, but startTelemetry() was called again. The options of this call are ignored. Remove the call, or --require signalbox/register.',
  );
}

/** What is not an object was reported with the other problems; so was `null`, or a getter that throws. */
function componentsOf(options: unknown): SdkComponents | undefined {
  const sdk = attempt(() => (options as StartOptions).sdk);
  return typeof sdk === 'object' && sdk !== null ? sdk : undefined;
}

/** `undefined` for `node -e`, and for `node app` without its ending: the folder we stand in will do. */
function mainScript(): string | undefined {
  const script = process.argv[1];
  if (script === undefined || process.execArgv.some((arg) => /^(-e|-p|-pe|--eval|--print)(=|$)/.test(arg))) return undefined;
  return attempt(() => realpathSync(script));
}

function once(fn: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= fn());
}
