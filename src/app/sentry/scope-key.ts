/** Whose breadcrumbs and scopes those of a context are: of the request that is answered, or of the work that runs. */
import type { Context } from '@opentelemetry/api';
import { RPC_METADATA } from '../../context/context-keys.ts';
import { activeScope } from '../../context/log-context.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import type { ErrorTags } from './options.ts';

/** What `withErrorHandler()` puts into a context. */
export interface Handling {
  readonly tags: ErrorTags;
  /** Of the outermost one. */
  readonly key: object;
}

export const HANDLING = api.createContextKey('signalbox error handling');
/** Traces without a request: jobs, messages. The oldest is forgotten. */
const MOST_TRACES = 200;

export function handlingOf(context: Context): Handling | undefined {
  return context.getValue(HANDLING) as Handling | undefined;
}

/** An object or a trace id; `undefined` for what belongs to the process as a whole. */
export function scopeKeyOf(context: Context): object | string | undefined {
  return (
    (context.getValue(RPC_METADATA) as object | undefined) ??
    handlingOf(context)?.key ??
    activeScope(context) ??
    attempt(() => api.trace.getSpan(context)?.spanContext().traceId)
  );
}

/** A value for each key. */
export class ByScope<Value extends object> {
  readonly #ofObjects = new WeakMap<object, Value>();
  readonly #ofTraces = new Map<string, Value>();
  readonly #make: () => Value;
  #ofProcess: Value | undefined;

  constructor(make: () => Value) {
    this.#make = make;
  }

  get(key: object | string | undefined): Value {
    if (key === undefined) return (this.#ofProcess ??= this.#make());
    const values = (typeof key === 'string' ? this.#ofTraces : this.#ofObjects) as Map<unknown, Value>;
    let value = values.get(key);
    if (value !== undefined) return value;
    value = this.#make();
    values.set(key, value);
    if (this.#ofTraces.size > MOST_TRACES) this.#ofTraces.delete(this.#ofTraces.keys().next().value as string);
    return value;
  }
}
