/** The ops port, by settings and from code. Loaded when one of them asks for it. */
import { readEnvironment } from './config/early.ts';
import { managedApplication } from './config/managed-application.ts';
import { errorText } from './diagnostics/error-text.ts';
import { parentHasOpsSettings } from './config/parent-has-ops-settings.ts';
import { loadConfig } from './config/load-config.ts';
import type { OpsConfig } from './config/config.ts';
import { createReporter, type Reporter } from './diagnostics/reporter.ts';
import { createAccess } from './ops-server/access.ts';
import type { OpsParts } from './ops-server/answer.ts';
import { createOpsHandler } from './ops-server/ops-handler.ts';
import { answerForWorkers, type Answering } from './ops-server/cluster/primary.ts';
import type { OnLate } from './ops-server/cluster/hub.ts';
import { createOpsParts, localAnswersOf } from './ops-server/ops-parts.ts';
import { publishedOpsSources, type OpsSources } from './ops-server/ops-sources.ts';
import { clusterWorkerId } from './process/process-manager.ts';
import { setTimeout } from './runtime/captured.ts';
import { contain } from './runtime/contain.ts';
import { telemetryState } from './runtime/end-work.ts';
import { loadPart } from './runtime/load-part.ts';
import { openOpsServer } from './ops-server/ops-server.ts';
import type { OpsHandler, OpsHandlerOptions, OpsServer, OpsServerOptions } from './ops-server/ops-types.ts';

/** What is asked in this process, and what answers it, which costs timers, a scraper and in a cluster's primary a hub. */
interface Served {
  /** `undefined` before telemetry is started, if it ever is. */
  readonly published: OpsSources | undefined;
  readonly sources: OpsSources;
  parts: OpsParts | undefined;
}

/** One of each for the process, whichever copy of this package is asked. */
const SERVER = Symbol.for('signalbox.ops-server');
const SERVED = Symbol.for('signalbox.ops-served');
const globals = globalThis as { [SERVER]?: OpsServer; [SERVED]?: Served };

/** The process that had the port has just ended. */
const TAKE_OVER_TRIES = 5;

/** How long a fork waits for the process that it belongs to to open the port. */
const PARENT_FIRST_MS = 2000;

const NOT_STARTED = 'No metrics are recorded in this process: start it with --require signalbox/register.';

/** The settings ask for the port. */
export function openBySettings(sources: OpsSources): void {
  const { config } = sources;
  const worker = clusterWorkerId();
  if (worker !== undefined) return void (globals[SERVER] ??= join(sources, worker));
  const parentPid = process.connected === true ? process.ppid : undefined;
  const openNow = (): void => void (globals[SERVER] ??= open(sources, false, parentPid));
  const mayShare = parentPid !== undefined && managedApplication(readEnvironment()).length === 0 && parentHasOpsSettings();
  if (!mayShare) return openNow();
  // A fork has no other port than the process that it belongs to, which may be about to open it. That of a watcher is the application.
  if (config.port !== 0) setTimeout(() => contain('opening the ops port', openNow), PARENT_FIRST_MS).unref();
}

/** See `index.ts`. */
export function startOpsServer(options: OpsServerOptions): OpsServer {
  const sources = sourcesWith(options);
  const worker = clusterWorkerId();
  return (globals[SERVER] ??= worker === undefined ? open(sources, true, undefined) : join(sources, worker));
}

/** See `index.ts`. */
export function opsHandler(options: OpsHandlerOptions): OpsHandler {
  return createOpsHandler(sharedParts, options);
}

function open(sources: OpsSources, isSaid: boolean, parentPid: number | undefined): OpsServer {
  const { config, reporter } = sources;
  // Who may see details is said of a port, and not of what is mounted beside it.
  const parts = { ...sharedParts(), maySeeDetails: createAccess(config) };
  return openOpsServer({ config, parts, reporter, isSaid, parentPid });
}

function sharedParts(): OpsParts {
  const known = served();
  return (known.parts ??= createOpsParts(known.sources, answeringOf(known.sources)));
}

function answeringOf(sources: OpsSources): Answering {
  const { reporter } = sources;
  return answerForWorkers({
    local: localAnswersOf(sources),
    onUnable: (error) => sayUnable(reporter, error),
    onLate: (...late) => sayLate(reporter, ...late),
  });
}

function served(): Served {
  const published = publishedOpsSources();
  const known = globals[SERVED];
  if (known !== undefined && known.published === published) return known;
  return (globals[SERVED] = { published, sources: published ?? withoutTelemetry(), parts: undefined });
}

/** In a worker of a cluster: the primary has the port where signalbox runs in it, and otherwise one of the workers; it answers for all. */
function join(sources: OpsSources, worker: number): OpsServer {
  const { config, reporter, resource } = sources;
  const { joinGroup } = loadPart<typeof import('./ops-server/cluster/group.ts')>(import.meta.url, './ops-server/cluster/group');
  let opened: OpsServer | undefined;
  telemetryState.isOpsPortShared = true;
  joinGroup({
    identity: {
      primaryPid: process.ppid,
      parts: [resource()['service.name'], config.host, config.port, process.argv[1], managedApplication(readEnvironment())],
    },
    worker: String(worker),
    local: localAnswersOf(sources),
    onElected({ metrics, report, takeAlert }) {
      const parts = createOpsParts(sources, { metrics: sources.metrics && metrics, report, takeAlert });
      return (opened = openOpsServer({ config, parts, reporter, isSaid: true, parentPid: undefined, quietTries: TAKE_OVER_TRIES }));
    },
    onUnable: (error) => sayUnable(reporter, error),
    onLate: (...late) => sayLate(reporter, ...late),
  });
  return {
    get url() {
      return opened?.url;
    },
    ready: Promise.resolve(),
    close: async () => opened?.close(),
  };
}

function sayUnable(reporter: Reporter, error: unknown): void {
  reporter.say(
    'ops.cluster',
    `The processes of the cluster must be able to meet, to share one ops port, but cannot: ${errorText(error)}. This one is not part of what is served. Mend that, or send metrics by OTLP.`,
  );
}

function sayLate(reporter: Reporter, ...[worker, pid, kind]: Parameters<OnLate>): void {
  if (kind === 'alert')
    return void reporter.say(
      'alerts.late',
      `A worker of the cluster must take an alert within 2 seconds, but worker ${worker}, process ${pid}, did not. Its handler runs when that process goes on, if it has one; no other process is asked.`,
      worker,
    );
  reporter.say(
    'ops.late',
    `Worker ${worker} of the cluster must answer within a second, but process ${pid} did not. Its metrics are served as they were when it answered last.`,
    worker,
  );
}

function sourcesWith({ details, host, port, token }: OpsServerOptions): OpsSources {
  const { sources } = served();
  const config: OpsConfig = {
    ...sources.config,
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port, portSetting: 'port of startOpsServer()' }),
    ...(details !== undefined && { details }),
    ...(token !== undefined && { token }),
  };
  return { ...sources, config };
}

function withoutTelemetry(): OpsSources {
  const { config } = loadConfig(readEnvironment());
  const reporter: Reporter = createReporter({ level: config.logLevel });
  return { config: config.ops, reporter, metrics: undefined, resource: () => ({}), whyNoMetrics: NOT_STARTED };
}
