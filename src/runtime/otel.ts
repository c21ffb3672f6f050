/**
 * The CommonJS builds of the OpenTelemetry packages.
 *
 * The instrumentations are loaded by `require` and bring these builds with them; importing the ES-module builds beside
 * them would load a second copy of everything, which costs about as much again. Each package is loaded at its first use.
 */
import { createRequire } from 'node:module';
import { sep } from 'node:path';
import { adoptRootContext } from './api/context.ts';
import { api } from './api/index.ts';
import { apiGlobals } from './api/globals.ts';

export { api };

export const require = createRequire(import.meta.url);

type OfficialApi = typeof import('@opentelemetry/api');
type Registering = Pick<OfficialApi, 'context' | 'propagation' | 'trace' | 'metrics' | 'logs' | 'diag'>;

let registering: Registering | undefined;

/**
 * The copy of the API that registers, the same one for good: the official one where somebody has loaded it, or registered
 * something, for the tracers that were taken from that copy before must record; our own otherwise.
 */
export function registeringApi(): Registering {
  return (registering ??= apiGlobals() !== undefined || isApiLoaded() ? loadApi() : (api as unknown as Registering));
}

/** The official copy, which registers from then on if nothing did before: the official SDK registers through it. */
export function loadApi(): OfficialApi {
  const official = require('@opentelemetry/api') as OfficialApi;
  registering ??= official;
  adoptRootContext(official.ROOT_CONTEXT);
  return official;
}

function isApiLoaded(): boolean {
  const folder = `${sep}@opentelemetry${sep}api${sep}`;
  return Object.keys(require.cache).some((path) => path.includes(folder));
}

let fromCatalogue: NodeJS.Require | undefined;

/**
 * Load an instrumentation or a detector that `auto-instrumentations-node` depends on. From where that package stands, for
 * package managers that do not hoist show it to nobody else.
 *
 * @param through - one of its dependencies, when it is that one which depends on `name`.
 */
export function requireBundled(name: string, through?: string): unknown {
  fromCatalogue ??= createRequire(require.resolve('@opentelemetry/auto-instrumentations-node'));
  return through === undefined ? fromCatalogue(name) : createRequire(fromCatalogue.resolve(through))(name);
}
