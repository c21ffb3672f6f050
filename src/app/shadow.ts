import { attempt } from '../runtime/contain.ts';

export type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Give an object a property of its own that stands before the one of its class, and that nobody meets who lists what is
 * there. `Reflect.deleteProperty` takes it back.
 *
 * @returns whether that can be done.
 */
export function shadow(object: object, name: string, value: unknown): boolean {
  return attempt(() => Reflect.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: false }), false);
}
