import { attempt } from '../../runtime/contain.ts';
import { tracedOptions, wrapFunction, type TracedOptions } from './traced.ts';

/** What a standard decorator is told of the method. */
interface MethodContext {
  readonly kind: 'method';
  readonly name: string | symbol;
  readonly static: boolean;
}

/** Stands on methods, static ones too, with TypeScript's `experimentalDecorators` and without. */
export interface TracedDecorator {
  <Fn extends (this: never, ...args: never[]) => unknown>(method: Fn, context: MethodContext): Fn;
  <Fn>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<Fn>): void;
}

type Method = (this: never, ...args: never[]) => unknown;

/**
 * Each call of the method in a span, named `Class.method`; see `traced`. Below other decorators of the method (`@Get()`), so that they
 * see what will be called.
 *
 * @param nameOrOptions - of the span.
 * @throws TypeError where it stands on something that is not a method.
 */
export function Traced(nameOrOptions: string | TracedOptions = {}): TracedDecorator {
  const options = typeof nameOrOptions === 'string' ? { name: nameOrOptions } : tracedOptions(nameOrOptions);

  function decorate(target: unknown, context: unknown, descriptor?: TypedPropertyDescriptor<unknown>): unknown {
    if (typeof context === 'object' && context !== null) return decorateByStandard(target, context as MethodContext, options);
    if (typeof descriptor?.value !== 'function') throw notAMethod(context);
    const name = `${classOf(target, typeof target === 'function')}${String(context)}`;
    descriptor.value = wrapFunction(descriptor.value as Method, options, () => options?.name ?? name);
    return undefined;
  }
  return decorate as TracedDecorator;
}

function decorateByStandard(method: unknown, { kind, name, static: isStatic }: MethodContext, options: TracedOptions | undefined): Method {
  if (kind !== 'method' || typeof method !== 'function') throw notAMethod(name);
  return wrapFunction(method as Method, options, (receiver) => options?.name ?? `${classOf(receiver, isStatic)}${String(name)}`);
}

/** `Class.` */
function classOf(receiver: unknown, isStatic: boolean): string {
  const owner = attempt(() => (isStatic ? receiver : (receiver as object).constructor) as { readonly name?: unknown } | undefined);
  const name = attempt(() => owner?.name);
  return typeof name === 'string' && name !== '' ? `${name}.` : '';
}

function notAMethod(name: unknown): TypeError {
  return new TypeError(`@Traced() must stand on a method, got ${String(name)}.`);
}
