/**
 * The CommonJS builds of the OpenTelemetry packages.
 *
 * The instrumentations are loaded by `require` and bring these builds with them; importing the ES-module builds beside
 * them would load a second copy of everything, which costs about as much again. Each package is loaded at its first use.
 */
import { createRequire } from 'node:module';

export const require = createRequire(import.meta.url);

export const api = require('@opentelemetry/api') as typeof import('@opentelemetry/api');

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
