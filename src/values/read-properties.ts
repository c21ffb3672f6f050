/** Reads what may throw when it is read. */
import { attemptRead } from '../runtime/contain.ts';

/** A property, or `otherwise` where reading it throws. */
export function read(source: object, name: string | number, otherwise?: unknown): unknown {
  return attemptRead(source, name, otherwise);
}

/** The named properties of `source`, without those whose reading throws. */
export function readEach<const Names extends readonly string[]>(source: object, names: Names): { [Name in Names[number]]?: unknown } {
  const found: Record<string, unknown> = {};
  for (const name of names) found[name] = read(source, name);
  return found as { [Name in Names[number]]?: unknown };
}
