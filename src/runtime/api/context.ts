/** Contexts, and their keys: keys of one name are one key in all copies of the API. */
import type { Context, ContextManagementToken, ContextManager } from '@opentelemetry/api';
import { register, registered, unregister } from './globals.ts';

export const createContextKey = (name: string): symbol => Symbol.for(name);

class BaseContext implements Context {
  /** Named as in the API. */
  readonly _currentContext: Map<symbol, unknown>;

  constructor(values: Map<symbol, unknown>) {
    this._currentContext = values;
  }

  getValue(key: symbol): unknown {
    return this._currentContext.get(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new BaseContext(new Map(this._currentContext).set(key, value));
  }

  deleteValue(key: symbol): Context {
    const values = new Map(this._currentContext);
    values.delete(key);
    return new BaseContext(values);
  }
}

export const ROOT_CONTEXT: Context = new BaseContext(new Map());

let root = ROOT_CONTEXT;

/** What is active where nothing is: programs compare it with that of their copy of the API. */
export const rootContext = (): Context => root;

/** @param context - of the first copy that an application loads. */
export function adoptRootContext(context: Context): void {
  if (root === ROOT_CONTEXT) root = context;
}

/** As `context` of the API. */
export const context = {
  active: (): Context => registered('context')?.active() ?? root,
  with<Args extends unknown[], Fn extends (...args: Args) => ReturnType<Fn>>(
    active: Context,
    fn: Fn,
    thisArg?: ThisParameterType<Fn>,
    ...args: Args
  ): ReturnType<Fn> {
    const manager = registered('context');
    return manager === undefined ? fn.call(thisArg, ...args) : manager.with(active, fn, thisArg, ...args);
  },
  bind: <T>(active: Context, target: T): T => registered('context')?.bind(active, target) ?? target,
  /** @throws where there is no context manager that can. */
  attach(entered: Context): ContextManagementToken {
    const manager = registered('context');
    if (manager?.attach === undefined) throw new Error('There must be a context manager that can attach, but there is none.');
    return manager.attach(entered);
  },
  setGlobalContextManager: (manager: ContextManager): boolean => register('context', manager),
  disable(): void {
    registered('context')?.disable();
    unregister('context');
  },
};
