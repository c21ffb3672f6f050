/** Options that plain JavaScript hands in: `null`, a number, or an object that throws when it is read are as if nothing was given. */
import { attempt } from '../runtime/contain.ts';

/** A copy of what can be read of `given`. */
export function optionsOf<T extends object>(given: T | undefined): Partial<T> {
  return attempt(() => ({ ...given })) ?? {};
}

/** `given` itself, where `names` of it can be read: it costs no copy. */
export function readableOptions<T extends object>(given: T | undefined, names: readonly string[]): T | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  return attempt(() => {
    for (const name of names) void (given as Record<string, unknown>)[name];
    return given;
  });
}
