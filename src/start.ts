/** `startTelemetry`: read the settings, build, register, and hand back how to end it. */
import { isMainThread } from 'node:worker_threads';
import { realpathSync } from 'node:fs';
import type { Config, Problem } from './config/config.ts';
import { loadConfig } from './config/load-config.ts';
import type { SdkComponents, StartOptions } from './config/start-options.ts';
import { createReporter, type Reporter } from './diagnostics/reporter.ts';
import { looksBundled } from './diagnostics/bundled-app.ts';
import { errorText } from './diagnostics/error-text.ts';
import { connectionsForbidden } from './diagnostics/permissions.ts';
import { startLine } from './diagnostics/start-line.ts';
import { startSdk, type Sdk } from './engine/start-engine.ts';
import { sayDiagnostics } from './engine/diag.ts';
import { version } from './version.ts';
import { readEnvironment } from './config/early.ts';
import { readFacts, type PlatformFacts } from './config/facts.ts';
import { setTimeout } from './runtime/captured.ts';
import { loadPart } from './runtime/load-part.ts';
import { onContained } from './runtime/contain.ts';
import { sayContained } from './diagnostics/say-contained.ts';

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

/** A process that has recorded nothing after so long is announced all the same, for what is wrong must be said. */
const ANNOUNCE_AFTER_MS = 3000;
/** An application has loaded what it needs by then. */
const LOOK_FOR_BUNDLE_AFTER_MS = 5000;

/** One copy of the state per process, whichever copy of this package is asked. */
const STATE = Symbol.for('signalbox.telemetry');

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
    const { config, problems } = loadConfig(readEnvironment(), options);
    reporter = createReporter({ level: config.logLevel });
    onContained(sayContained(reporter));
    // Taken while it starts, so that nothing that is loaded meanwhile can start it again.
    globals[STATE] = { telemetry: NOOP, reporter };
    if (config.disabled) return NOOP;
    const facts = readFacts(readEnvironment(), mainScript());
    const components = componentsOf(options);
    const isOfficial = config.configFile !== undefined || components !== undefined;
    const telemetry = isOfficial ? startOfficial(config, facts, problems, components, reporter) : start(config, facts, problems, reporter);
    globals[STATE] = { telemetry, reporter };
    return telemetry;
  } catch (error) {
    reporter.say('not-started', `Telemetry did not start: ${errorText(error)}. The application runs without it.`);
    return NOOP;
  }
}

function sayStartedTwice(reporter: Reporter): void {
  reporter.say(
    'started-twice',
    'Telemetry must be started once, but startTelemetry() was called again. The options of this call are ignored. Remove the call, or --require signalbox/register.',
  );
}

function start(config: Config, facts: PlatformFacts, problems: readonly Problem[], reporter: Reporter): Telemetry {
  let sdk: Sdk | undefined;
  let announced = false;

  function announce(): void {
    if (announced || sdk === undefined) return;
    announced = true;
    sayProblems();
    reporter.say('started', startLine(config, sdk.serviceName, sdk.serviceVersion));
  }
  function sayProblems(): void {
    sayAll(problems, reporter);
    const forbidden = connectionsForbidden();
    if (forbidden !== undefined) reporter.say('permission.net', forbidden);
  }

  const diagnostics = sayDiagnostics(reporter, config.logLevel);
  sdk = startSdk({
    config,
    facts,
    reporter,
    onWork: announce,
    mayBeLauncher: hasLoadedChildProcess,
    onEnd() {
      if (!announced && !hasLoadedChildProcess()) sayProblems();
    },
  });
  diagnostics.registered();
  const { instrumentation } = sdk;

  setTimeout(() => {
    if (!isWaitingForOthers()) announce();
  }, ANNOUNCE_AFTER_MS).unref();
  if (facts.script !== undefined && isMainThread) {
    const script = facts.script;
    setTimeout(async () => {
      const found = instrumentation.packagesSeen === 0 ? await looksBundled(script) : undefined;
      if (found !== undefined) reporter.say('bundled', found);
    }, LOOK_FOR_BUNDLE_AFTER_MS).unref();
  }
  return { flush: sdk.flush, shutdown: sdk.shutdown };
}

/** What is not an object was reported with the other problems. */
function componentsOf(options: unknown): SdkComponents | undefined {
  try {
    const { sdk } = options as StartOptions;
    return typeof sdk === 'object' && sdk !== null ? sdk : undefined;
  } catch {
    return undefined; // `null`, or a getter that throws
  }
}

/** The official SDK is loaded only here: most processes never pay for it. */
function startOfficial(
  config: Config,
  facts: PlatformFacts,
  problems: readonly Problem[],
  components: SdkComponents | undefined,
  reporter: Reporter,
): Telemetry {
  const { startOfficialSdk } = loadPart<typeof import('./official-sdk/start-official-sdk.ts')>(
    import.meta.url,
    './official-sdk/start-official-sdk',
  );
  const { flush, shutdown } = startOfficialSdk({ config, facts, reporter, components });
  sayAll(problems, reporter);
  const cause = config.configFile === undefined ? 'components were passed to startTelemetry' : `OTEL_CONFIG_FILE=${config.configFile}`;
  reporter.say(
    'started',
    `signalbox ${version}: the official OpenTelemetry SDK runs (${cause}). Instrumentations and a bounded end are signalbox's; exporters, queues, limits and redaction are the SDK's, and what is buffered at process.exit() or a crash is lost. Node.js ${process.versions.node}.`,
  );
  return { flush, shutdown };
}

function sayAll(problems: readonly Problem[], reporter: Reporter): void {
  for (const problem of problems) reporter.say(problem.code, problem.message, problem.setting);
}

/** A process that has children and serves nobody itself is there for them. */
function isWaitingForOthers(): boolean {
  const resources = process.getActiveResourcesInfo();
  return resources.includes('ProcessWrap') && !resources.includes('TCPServerWrap');
}

/** A process that recorded nothing but loaded the means to start others was most likely there to start them. */
function hasLoadedChildProcess(): boolean {
  const { moduleLoadList } = process as unknown as { moduleLoadList?: readonly string[] };
  return moduleLoadList?.includes('NativeModule child_process') ?? false;
}

function mainScript(): string | undefined {
  const script = process.argv[1];
  if (script === undefined || process.execArgv.some((arg) => /^(-e|-p|-pe|--eval|--print)(=|$)/.test(arg))) return undefined;
  try {
    return realpathSync(script);
  } catch {
    return undefined; // `node app` without its ending, or not readable: the folder we stand in will do
  }
}
