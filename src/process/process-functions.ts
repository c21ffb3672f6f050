/** Functions of `process` that are wrapped, and taken back. */
export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Put a wrapped function in the place of one of `process`, which not every release has.
 *
 * @returns what takes it back, unless somebody else has replaced it since; `undefined` where nothing was replaced.
 */
export function wrapProcessFunction(name: string, wrap: (original: AnyFunction) => AnyFunction): (() => void) | undefined {
  const functions = process as unknown as Record<string, AnyFunction | undefined>;
  const original = functions[name];
  if (original === undefined) return undefined;
  const own = Object.getOwnPropertyDescriptor(process, name);
  const value = wrap(original);
  if (!Reflect.defineProperty(process, name, { value, writable: true, configurable: true, enumerable: own?.enumerable === true }))
    return undefined;
  return () => {
    if (functions[name] !== value) return;
    if (own === undefined) Reflect.deleteProperty(process, name);
    else Reflect.defineProperty(process, name, own);
  };
}
