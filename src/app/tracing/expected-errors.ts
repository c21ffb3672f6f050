/** Errors that are part of what a function does: a form that is not valid, a record that is not there. */
import { attempt } from '../../runtime/contain.ts';

/**
 * A class whose errors are expected carries it: `class NotFound extends Error { readonly [expectedError] = true }`. Registered, so
 * that a library can write `Symbol.for('signalbox.expected')` without depending on signalbox.
 */
export const expectedError: unique symbol = Symbol.for('signalbox.expected');

/** Beside the errors, which may be frozen; one for all copies of this module in the process. */
const MARKED = Symbol.for('signalbox.expected-errors');
const marked = ((globalThis as { [MARKED]?: WeakSet<object> })[MARKED] ??= new WeakSet());

/**
 * Mark `error` as expected: a span that it leaves is not an error. What is no object cannot be marked; see the option `expected`.
 *
 * @returns `error`, to be thrown: `throw markExpected(new NotFound(id))`.
 */
export function markExpected<E>(error: E): E {
  if ((typeof error === 'object' || typeof error === 'function') && error !== null) marked.add(error);
  return error;
}

/** Never throws. A predicate that throws expects nothing. */
export function isExpected(error: unknown, expected: ((error: unknown) => boolean) | undefined): boolean {
  if (expected !== undefined && attempt(() => expected(error)) === true) return true;
  if ((typeof error !== 'object' && typeof error !== 'function') || error === null) return false;
  return marked.has(error) || attempt(() => (error as { readonly [expectedError]?: unknown })[expectedError]) === true;
}
