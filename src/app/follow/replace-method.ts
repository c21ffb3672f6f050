import { attempt } from '../../runtime/contain.ts';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Put `method` before the method `name` of one object, not enumerable, until it is taken back.
 *
 * @param method - gets the one that was there first.
 * @returns how to take it back; `undefined` where the object has no such method, or does not let itself be changed.
 */
export function replaceMethod(target: object, name: PropertyKey, method: (original: Method) => Method): (() => void) | undefined {
  return attempt(() => {
    const original = (target as Record<PropertyKey, unknown>)[name];
    const before = Object.getOwnPropertyDescriptor(target, name);
    if (typeof original !== 'function') return undefined;
    const value = method(original as Method);
    if (!Reflect.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: before?.enumerable ?? false }))
      return undefined;
    return () => {
      attempt(() => {
        if ((target as Record<PropertyKey, unknown>)[name] !== value) return;
        if (before === undefined) Reflect.deleteProperty(target, name);
        else Object.defineProperty(target, name, before);
      });
    };
  });
}
