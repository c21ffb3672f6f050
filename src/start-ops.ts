/** The ops port, by settings and from code. Loaded when one of them asks for it. */
import { readEnvironment } from './config/early.ts';
import { parentAsksForOps } from './config/parent-asks.ts';
import { loadConfig } from './config/load-config.ts';
import type { OpsConfig } from './config/config.ts';
import { createReporter, type Reporter } from './diagnostics/reporter.ts';
import type { OpsParts } from './ops-server/answer.ts';
import { createOpsHandler } from './ops-server/ops-handler.ts';
import { createOpsParts } from './ops-server/ops-parts.ts';
import { publishedOpsSources, type OpsSources } from './ops-server/ops-sources.ts';
import { clusterWorkerId } from './process/process-manager.ts';
import { loadPart } from './runtime/load-part.ts';
import { openOpsServer } from './ops-server/ops-server.ts';
import type { OpsHandler, OpsHandlerOptions, OpsServer, OpsServerOptions } from './ops-server/ops-types.ts';

/** One for the process, whichever copy of this package is asked. */
const SERVER = Symbol.for('signalbox.ops-server');
const globals = globalThis as { [SERVER]?: OpsServer };

const NOT_STARTED = 'No metrics are recorded in this process: start it with --require signalbox/register.';

/** The settings ask for the port. */
export function openBySettings(sources: OpsSources): void {
  const { config } = sources;
  const isFork = process.connected === true;
  const worker = clusterWorkerId();
  // A fork has no other port than the process that it belongs to.
  if (worker === undefined && isFork && config.port === 0 && parentAsksForOps()) return;
  globals[SERVER] ??= worker === undefined ? open(sources, false, isFork ? process.ppid : undefined) : join(sources, worker);
}

/** See `index.ts`. */
export function startOpsServer(options: OpsServerOptions): OpsServer {
  const sources = sourcesWith(options);
  const worker = clusterWorkerId();
  return (globals[SERVER] ??= worker === undefined ? open(sources, true, undefined) : join(sources, worker));
}

/** See `index.ts`. */
export function opsHandler(options: OpsHandlerOptions): OpsHandler {
  let parts: OpsParts | undefined;
  return createOpsHandler(() => (parts ??= createOpsParts(sourcesWith({}))), options);
}

function open(sources: OpsSources, isSaid: boolean, parentPid: number | undefined): OpsServer {
  const { config, reporter } = sources;
  return openOpsServer({ config, parts: createOpsParts(sources), reporter, isSaid, parentPid });
}

/** In a worker of a cluster: the primary has the port, and answers for all. */
function join({ metrics, reporter }: OpsSources, worker: number): OpsServer {
  if (metrics !== undefined) {
    const { joinHub } = loadPart<typeof import('./ops-server/cluster/member.ts')>(import.meta.url, './ops-server/cluster/member');
    joinHub({
      source: metrics(),
      name: String(worker),
      onAlone: () =>
        void reporter.say(
          'ops.cluster',
          'The primary of the cluster must open the ops port, but it does not, for it runs without signalbox (as with PM2) or without the setting. The metrics of this worker are not served. Preload signalbox into the primary too, or send metrics by OTLP.',
        ),
    });
  }
  return { url: undefined, ready: Promise.resolve(), close: async () => {} };
}

function sourcesWith({ details, host, port, token }: OpsServerOptions): OpsSources {
  const sources = publishedOpsSources() ?? withoutTelemetry();
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
