import { contain } from '../../runtime/contain.ts';

const watched = new WeakMap<object, Set<string>>();

/**
 * Have `before` called with the object whenever its method `name` is looked up, which is right before it is called. A wrapper would
 * stand in every stack trace below it, and push frames of the application out.
 *
 * Does nothing where the class has no such method, or is watched already.
 */
export function onLookup(prototype: object, name: string, before: (object: object) => void): void {
  const property = Object.getOwnPropertyDescriptor(prototype, name);
  const names = watched.get(prototype) ?? new Set();
  if (typeof property?.value !== 'function' || names.has(name)) return;
  watched.set(prototype, names.add(name));
  Object.defineProperty(prototype, name, {
    configurable: true,
    enumerable: property.enumerable === true,
    get(this: object) {
      contain('watching a call of a library', () => before(this));
      return property.value as unknown;
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
    },
  });
}
