/** The three measurements. In each, the variants take turns, so that what disturbs the machine disturbs all of them. */
import { setTimeout as wait } from 'node:timers/promises';
import { load, startServer, type Helper, type ModuleCount, type Received, type Server } from './processes.ts';
import { APPS, VARIANTS, type App, type Variant } from './variants.ts';

export interface Setting {
  readonly env: NodeJS.ProcessEnv;
  readonly sink: Helper;
  /** Told before each run. */
  readonly onStep: (step: string) => void;
}

export interface StartUp {
  /** One of each round. */
  readonly startMs: number[];
  readonly rssBytes: number[];
}

/** Start the Express application again and again: each preload is loaded as by a service. */
export async function measureStartUp({ env, onStep }: Setting, rounds: number): Promise<Record<Variant, StartUp>> {
  const results = perVariant<StartUp>(() => ({ startMs: [], rssBytes: [] }));
  // The first start of each reads its files from the disk.
  for (let round = -1; round < rounds; round++) {
    onStep(`start-up ${Math.max(1, round + 1)}/${rounds}`);
    for (const variant of inTurn(round)) {
      const server = await startServer({ app: 'express', variant, env });
      await server.stop();
      if (round < 0) continue;
      results[variant].startMs.push(server.startMs);
      results[variant].rssBytes.push(server.atListening.rssBytes);
    }
  }
  return results;
}

/** What is loaded when the Express application listens; counted in a run of its own, as counting takes time. */
export async function countModules({ env, onStep }: Setting): Promise<Record<Variant, ModuleCount>> {
  const counts = perVariant<ModuleCount>(() => ({ commonjs: 0, esModules: 0, files: [] }));
  for (const variant of VARIANTS) {
    onStep(`modules of ${variant}`);
    const server = await startServer({ app: 'express', variant, env, nodeArgs: ['--require', './apps/count-modules.cjs'] });
    await server.stop();
    if (server.atListening.modules !== undefined) counts[variant] = server.atListening.modules;
  }
  return counts;
}

export interface Steady {
  /** Processor seconds per 10,000 requests, until the last record has been exported. */
  readonly cpuSeconds: number[];
  readonly requestsPerSecond: number[];
  readonly rssBytes: number[];
  /** Records that arrived for each request, those of the warm-up too: whole numbers, unless something was lost. */
  readonly spansPerRequest: number[];
  readonly logsPerRequest: number[];
}

export interface SteadyOptions {
  readonly rounds: number;
  /** At least; see `warmUp`. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export async function measureSteady(setting: Setting, options: SteadyOptions): Promise<Record<App, Record<Variant, Steady>>> {
  const empty = (): Steady => ({ cpuSeconds: [], requestsPerSecond: [], rssBytes: [], spansPerRequest: [], logsPerRequest: [] });
  const results = Object.fromEntries(APPS.map((app) => [app, perVariant(empty)])) as Record<App, Record<Variant, Steady>>;
  for (let round = 0; round < options.rounds; round++) {
    for (const app of APPS) {
      for (const variant of inTurn(round)) {
        setting.onStep(`round ${round + 1}/${options.rounds}, ${app}, ${variant}`);
        await measureOne(setting, options, app, variant, results[app][variant]);
      }
    }
  }
  return results;
}

async function measureOne(
  { env, sink }: Setting,
  { warmUpSeconds, seconds }: SteadyOptions,
  app: App,
  variant: Variant,
  into: Steady,
): Promise<void> {
  const before = await sink.received();
  const server = await startServer({ app, variant, env });
  try {
    await warmUp(server, app, warmUpSeconds);
    await drain(sink, variant);
    const warm = await server.facts();
    const requestsPerSecond = await load(server.url, seconds);
    const received = await drain(sink, variant);
    const end = await server.facts();
    into.cpuSeconds.push(((end.cpuSeconds - warm.cpuSeconds) / (end.requests - warm.requests)) * 10_000);
    into.requestsPerSecond.push(requestsPerSecond);
    into.rssBytes.push(end.rssBytes);
    into.spansPerRequest.push((received.spans - before.spans) / end.requests);
    into.logsPerRequest.push((received.logs - before.logs) / end.requests);
  } finally {
    await server.stop();
  }
}

/** After so many requests the code that serves them is compiled, however little of the core a disturbed machine leaves. */
const WARM_AFTER_REQUESTS: Readonly<Record<App, number>> = { http: 30_000, fastify: 30_000, express: 3_000 };
const WARM_UP_MAX_SECONDS = 15;

/** For at least `seconds`, and until the server is warm: time alone would measure another state on a slower machine. */
async function warmUp(server: Server, app: App, seconds: number): Promise<void> {
  let served = 0;
  for (let second = 0; second < seconds || (served < WARM_AFTER_REQUESTS[app] && second < WARM_UP_MAX_SECONDS); second++) {
    await load(server.url, 1);
    served = (await server.facts()).requests;
  }
}

/** Nothing arrives any more when nothing did for so long: spans and log records wait half of it at most. */
const QUIET_MS = 1000;
const GIVE_UP_MS = 20_000;

/** Wait until everything that was recorded has arrived, and say what has. What is exported late costs as well. */
async function drain(sink: Helper, variant: Variant): Promise<Received> {
  let last = await sink.received();
  if (variant === 'bare') return last;
  const startedAt = performance.now();
  for (let changedAt = startedAt; performance.now() - changedAt < QUIET_MS && performance.now() - startedAt < GIVE_UP_MS;) {
    await wait(100);
    const current = await sink.received();
    if (current.spans !== last.spans || current.logs !== last.logs) changedAt = performance.now();
    last = current;
  }
  return last;
}

function perVariant<T>(create: () => T): Record<Variant, T> {
  return Object.fromEntries(VARIANTS.map((variant) => [variant, create()])) as Record<Variant, T>;
}

/** Another one first in each round. */
function inTurn(round: number): readonly Variant[] {
  const first = (round + VARIANTS.length) % VARIANTS.length;
  return [...VARIANTS.slice(first), ...VARIANTS.slice(0, first)];
}
