/** Opens the ops port, and tries again where it is already in use. The application runs on, whatever becomes of it. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { OpsConfig } from '../config/config.ts';
import { isNetForbidden } from '../diagnostics/permissions.ts';
import { errorText } from '../diagnostics/error-text.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { opsUrl } from '../diagnostics/start-line.ts';
import { clearTimeout, setTimeout } from '../runtime/captured.ts';
import { contain } from '../runtime/contain.ts';
import { telemetryState } from '../runtime/end-work.ts';
import type { OpsParts } from './answer.ts';
import { createClients, type Clients } from './clients.ts';
import { serveConnection, type ConnectionLimits } from './connection.ts';
import type { OpsServer } from './ops-types.ts';
import { findPortHolder } from './port-holder.ts';

const RETRY_AFTER_MS = 5000;
const QUIET_RETRY_AFTER_MS = 200;
/** Probes and scrapers are few, but for those that somebody wants to know it of. */
export const MOST_CONNECTIONS = 500;

export interface OpsServerOptions {
  readonly config: Pick<OpsConfig, 'host' | 'port' | 'portSetting'>;
  readonly parts: OpsParts;
  readonly reporter: Reporter;
  /** Whether it is said where it is open; otherwise the start line does. */
  readonly isSaid: boolean;
  /** Of a fork: where that process has the port, it serves for both, nothing is said, and it is not tried again. */
  readonly parentPid: number | undefined;
  /** How often it is tried, soon after another, before it is said that the port is in use. @default 0 */
  readonly quietTries?: number;
  /** @default 5000 */
  readonly retryAfterMs?: number;
  readonly limits?: ConnectionLimits;
}

interface Opening extends OpsServerOptions {
  readonly state: {
    server: Server | undefined;
    url: string | undefined;
    timer: NodeJS.Timeout | undefined;
    isClosed: boolean;
    wasInUse: boolean;
    tries: number;
  };
}

export function openOpsServer(options: OpsServerOptions): OpsServer {
  const opening: Opening = {
    ...options,
    state: { server: undefined, url: undefined, timer: undefined, isClosed: false, wasInUse: false, tries: 0 },
  };
  const { state } = opening;
  const ready = new Promise<void>((resolve) => listen(opening, resolve));
  return {
    get url() {
      return state.url;
    },
    ready,
    async close() {
      state.isClosed = true;
      state.url = telemetryState.opsUrl = undefined;
      clearTimeout(state.timer);
      await closeServer(state.server);
    },
  };
}

const clientsOf = new WeakMap<Server, Clients>();

function listen(opening: Opening, settled: () => void): void {
  // Without --allow-net, it would throw where nobody can catch it.
  if (isNetForbidden()) {
    opening.reporter.say(
      'ops.port',
      'The ops port must be allowed, but Node.js runs with --permission and without --allow-net. The application runs without it. Add --allow-net.',
    );
    return settled();
  }
  const { config, limits, parts, state } = opening;
  const clients = createClients(MOST_CONNECTIONS);
  const server = createServer((socket) =>
    contain('serving a client of the ops port', () => {
      if (!clients.makeRoom()) return void socket.destroy();
      const client = serveConnection(socket, parts, limits);
      clients.add(client);
      socket.once('close', () => clients.delete(client));
    }),
  );
  clientsOf.set(server, clients);
  state.server = server;
  server.on('error', (error: NodeJS.ErrnoException) => {
    // One that listens already has lost a connection, and goes on.
    if (state.url === undefined) failed(opening, error, settled);
    settled();
  });
  server.once('listening', () => {
    opened(opening, server);
    settled();
  });
  contain('opening the ops port', () => {
    server.listen({ host: config.host, port: config.port, exclusive: true });
    server.unref();
  });
}

function opened({ config, isSaid, reporter, state }: Opening, server: Server): void {
  const { port } = server.address() as AddressInfo;
  state.url = telemetryState.opsUrl = opsUrl(config.host, port);
  if (!isSaid && config.port !== 0 && !state.wasInUse) return;
  reporter.forget('ops.open');
  reporter.say('ops.open', `The ops port is open: ${state.url}/metrics and ${state.url}/health.`);
}

function failed(opening: Opening, error: NodeJS.ErrnoException, settled: () => void): void {
  const { config, parentPid, quietTries = 0, reporter, retryAfterMs = RETRY_AFTER_MS, state } = opening;
  const tryAgainIn = (ms: number): void => void (state.timer = setTimeout(() => listen(opening, settled), ms).unref());
  if (state.isClosed) return;
  const about = `${config.host}:${config.port}`;
  if (error.code !== 'EADDRINUSE') return void reporter.say('ops.port', unusable(config, error), about);
  if (state.tries++ < quietTries) return tryAgainIn(QUIET_RETRY_AFTER_MS);
  state.wasInUse = true;
  void findPortHolder(config.host, config.port).then((pid) => {
    if (pid !== undefined && pid === parentPid) return;
    reporter.say('ops.port', describePortInUse(config, pid), about);
    tryAgainIn(retryAfterMs);
  });
}

function describePortInUse({ host, port, portSetting }: OpsServerOptions['config'], pid: number | undefined): string {
  const holder = pid === undefined ? 'most likely by another service' : `by process ${pid}, which runs signalbox as well`;
  return `The ops port must be free, but ${host}:${port} is already in use, ${holder}. The application runs without it, and it is tried again every ${RETRY_AFTER_MS / 1000} seconds. Set ${portSetting} to another port.`;
}

function unusable({ host, port, portSetting }: OpsServerOptions['config'], error: NodeJS.ErrnoException): string {
  const setting = error.code === 'EACCES' ? portSetting : portSetting.replace(/PORT$/, 'HOST');
  return `The ops port cannot be opened on ${host}:${port}: ${errorText(error)}. The application runs without it. Set ${setting} to one that can be used here.`;
}

async function closeServer(server: Server | undefined): Promise<void> {
  if (server === undefined) return;
  clientsOf.get(server)?.dropAll();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
