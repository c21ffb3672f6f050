/** Everything that application code calls. Importing it does nothing, and loads no more than OpenTelemetry's API. */
import { createRequire } from 'node:module';
import { loadPart } from './runtime/load-part.ts';
import type { StartOptions } from './config/start-options.ts';
import type { Telemetry } from './start.ts';
import type { OpsHandler, OpsHandlerOptions, OpsServer, OpsServerOptions } from './ops-server/ops-types.ts';

export * from './app/tracing/index.ts';
export type { OpsHandler, OpsHandlerOptions, OpsServer, OpsServerOptions, StartOptions, Telemetry };

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
/** `import` brings this file to every Node.js; `require` and the preload bring `too-old.cts` to those that cannot load the rest. */
const canLoad = (major > 22 || (major === 22 && minor >= 15)) && process.features.require_module !== false;

/**
 * Start telemetry for this process: traces, metrics and logs by OTLP, as `node --require signalbox/register` does.
 *
 * Call it before the libraries that it is to instrument are loaded. The first call counts: a later one, or one after the
 * preload, returns what runs already and says so. Does nothing with `OTEL_SDK_DISABLED=true`. Never throws: when
 * telemetry cannot start (Node.js older than 22.15 among the reasons), one line says why and the application runs without it.
 *
 * @param options - what is given here wins over the environment.
 * @returns the handle of what runs, the same for every call.
 */
export function startTelemetry(options: StartOptions = {}): Telemetry {
  if (!canLoad) return (createRequire(import.meta.url)('./index-too-old.cjs') as typeof import('./index-too-old.cts')).startTelemetry();
  return loadPart<typeof import('./start.ts')>(import.meta.url, './start').startTelemetry(options);
}

/**
 * Open the ops port: `/metrics`, `/health`, `/live`, `/ready`. The first call counts, and so does a port that the settings opened: a
 * later one returns that. It never keeps the process alive. Never throws: where the port is already in use, one line says so, the application
 * runs, and it is tried again.
 *
 * @see docs/ops-server.md
 */
export function startOpsServer(options: OpsServerOptions = {}): OpsServer {
  return loadOps().startOpsServer(options);
}

/**
 * The same mounted into a server of the application: `app.use(opsHandler())` with Express, Koa and Hono, `createServer(opsHandler())`
 * with `node:http`, `fastify.all('/*', opsHandler())`. What is not one of its paths is passed on.
 *
 * @see docs/ops-server.md
 */
export function opsHandler(options: OpsHandlerOptions = {}): OpsHandler {
  return loadOps().opsHandler(options);
}

function loadOps(): Pick<typeof import('./start-ops.ts'), 'startOpsServer' | 'opsHandler'> {
  if (!canLoad) return createRequire(import.meta.url)('./index-too-old.cjs') as typeof import('./index-too-old.cts');
  return loadPart<typeof import('./start-ops.ts')>(import.meta.url, './start-ops');
}
