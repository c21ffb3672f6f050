import { contained } from '../../runtime/contain.ts';

/** The same methods, which return nothing and never throw: what a caller passed that cannot be recorded is said at debug. */
export function quiet<const Methods extends Readonly<Record<string, (...args: never[]) => void>>>(methods: Methods): Methods {
  const made: Record<string, (...args: never[]) => void> = {};
  for (const [name, method] of Object.entries(methods)) {
    made[name] = (...args) => {
      try {
        method(...args);
      } catch (error) {
        contained('recording a metric of a pack', error);
      }
    };
  }
  return made as Methods;
}
