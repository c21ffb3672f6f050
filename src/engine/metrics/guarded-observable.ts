/** Stands before observable instruments of the SDK: what a callback does spoils no collection, and is said. */
import type { BatchObservableCallback, BatchObservableResult, Observable, ObservableCallback, ObservableResult } from '@opentelemetry/api';
import { attempt } from '../../runtime/contain.ts';
import { cleanAmount, cleanMetricAttributes } from './clean-measurement.ts';

/** In one call of one callback. */
export const MAX_OBSERVATIONS = 10_000;
const MAX_OBSERVABLES = 2048;

/** Hears what goes wrong in callbacks. */
export interface CallbackListener {
  /** It observes more than it may. */
  onTooMany(): void;
  /** It threw or rejected; what it observed before counts. */
  onFailed(error: unknown): void;
}

export class GuardedObservable implements Observable {
  readonly #inner: Observable;
  readonly #guard: (callback: ObservableCallback) => ObservableCallback;

  constructor(inner: Observable, listener: CallbackListener) {
    this.#inner = inner;
    this.#guard = createCallbackGuard(listener);
  }

  /** The SDK's instrument inside; `undefined` for anything else. */
  static inside(value: unknown): Observable | undefined {
    return typeof value === 'object' && value !== null && #inner in value ? value.#inner : undefined;
  }

  static allInside(values: unknown): Observable[] {
    // A proxy may throw.
    return attempt(() => (Array.isArray(values) ? insideOf(values) : []), []);
  }

  addCallback(callback: ObservableCallback): void {
    if (typeof callback === 'function') this.#inner.addCallback(this.#guard(callback));
  }

  removeCallback(callback: ObservableCallback): void {
    if (typeof callback === 'function') this.#inner.removeCallback(this.#guard(callback));
  }
}

function insideOf(values: readonly unknown[]): Observable[] {
  return values
    .slice(0, MAX_OBSERVABLES)
    .map(GuardedObservable.inside)
    .filter((inner) => inner !== undefined);
}

function createCallbackGuard(listener: CallbackListener): (callback: ObservableCallback) => ObservableCallback {
  return sameForSame(
    (callback) => (result) =>
      callBounded(callback, listener, (hasRoom): ObservableResult => ({
        observe(value, attributes) {
          const amount = cleanAmount(value);
          if (amount !== undefined && hasRoom()) result.observe(amount, cleanMetricAttributes(attributes));
        },
      })),
  );
}

/** The same for callbacks of several instruments of a meter. */
export function createBatchCallbackGuard(listener: CallbackListener): (callback: BatchObservableCallback) => BatchObservableCallback {
  return sameForSame(
    (callback) => (result) =>
      callBounded(callback, listener, (hasRoom): BatchObservableResult => ({
        observe(metric, value, attributes) {
          const inner = GuardedObservable.inside(metric);
          const amount = cleanAmount(value);
          if (inner !== undefined && amount !== undefined && hasRoom()) result.observe(inner, amount, cleanMetricAttributes(attributes));
        },
      })),
  );
}

/** The same function for the same callback, for the SDK compares them. */
function sameForSame<Callback extends object>(guard: (callback: Callback) => Callback): (callback: Callback) => Callback {
  const guarded = new WeakMap<Callback, Callback>();
  return (callback) => {
    let same = guarded.get(callback);
    if (same === undefined) guarded.set(callback, (same = guard(callback)));
    return same;
  };
}

/** Call `callback` with a result that takes a bounded number of observations. Never rejects. */
async function callBounded<Result>(
  callback: (result: Result) => unknown,
  listener: CallbackListener,
  createResult: (hasRoom: () => boolean) => Result,
): Promise<void> {
  let left = MAX_OBSERVATIONS;
  try {
    await callback(
      createResult(() => {
        if (left > 0) return left-- > 0;
        listener.onTooMany();
        return false;
      }),
    );
  } catch (error) {
    listener.onFailed(error);
  }
}
