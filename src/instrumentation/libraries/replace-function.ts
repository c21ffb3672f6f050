import { attempt } from '../../runtime/contain.ts';

export type Exports = Record<string, unknown>;

const replaced = new WeakSet<object>();

/**
 * Put the function that `wrap` gives in the place of `exports[name]`. It has the name, the length and the properties of the original.
 *
 * Does nothing where there is no such function, or where it was replaced before.
 */
export function replaceFunction(exports: object, name: string, wrap: (original: Function) => Function): void {
  const original = (exports as Exports)[name];
  if (typeof original !== 'function' || replaced.has(original)) return;
  const wrapped = wrap(original);
  for (const key of Reflect.ownKeys(original)) {
    const property = Object.getOwnPropertyDescriptor(original, key);
    // What a plain function has of its own accord and cannot be set, such as `arguments`.
    if (property !== undefined) attempt(() => Object.defineProperty(wrapped, key, property));
  }
  replaced.add(wrapped);
  const property = Object.getOwnPropertyDescriptor(exports, name);
  Object.defineProperty(exports, name, { ...(property ?? { configurable: true, writable: true, enumerable: false }), value: wrapped });
}
