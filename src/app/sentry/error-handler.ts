import type { Context } from '@opentelemetry/api';
import { api } from '../../runtime/otel.ts';
import { attempt } from '../../runtime/contain.ts';
import { followResult } from '../follow/follow-result.ts';
import { decoratorOf, type AnyFunction, type FunctionDecorator } from '../metrics/watch-function.ts';
import { capture } from './capture.ts';
import type { ErrorTags } from './options.ts';
import { handlingOf, HANDLING, type Handling } from './scope-key.ts';
import { isWanted } from './sentry-state.ts';

/**
 * Run `fn`, and capture what it throws, or what the promise, generator or stream that it returns fails with. Errors that are captured
 * below it have its tags too. Does nothing but run `fn` where no errors are sent.
 *
 * @param tags - `{ handler: 'payments' }`.
 * @returns what `fn` returns.
 * @throws what `fn` throws, unchanged; where nobody catches it, it is not captured again.
 */
export function withErrorHandler<T>(tags: ErrorTags, fn: () => T): T {
  if (typeof fn !== 'function') throw new TypeError(`withErrorHandler() must get a function, got ${typeof fn}.`);
  return isWanted() ? handle(tags, fn, fn) : fn();
}

/**
 * The same for each call of a method: `@ErrorHandler({ handler: 'payments' })`, with TypeScript's `experimentalDecorators` and without. Given
 * a function, it returns one that is watched.
 */
export function ErrorHandler(tags: ErrorTags = {}): FunctionDecorator {
  return decoratorOf(
    (fn) =>
      new Proxy(fn, {
        apply(target, self, args: unknown[]) {
          const call = (): unknown => Reflect.apply(target, self, args);
          return isWanted() ? handle(tags, call, target) : call();
        },
      }) as AnyFunction,
  );
}

/** @param work - the function that `call` calls in the end. */
function handle<T>(tags: ErrorTags, call: () => T, work: unknown): T {
  const context = inside(api.context.active(), tags);
  const captureIn = (error: unknown): void =>
    void api.context.with(context, () => capture({ error, mechanism: { type: 'generic', handled: true } }));
  let result: T;
  try {
    result = api.context.with(context, call);
  } catch (error) {
    captureIn(error);
    throw error;
  }
  return followResult(result, { end: (isFailed, outcome) => isFailed && captureIn(outcome) }, work);
}

function inside(context: Context, tags: ErrorTags): Context {
  const outer = handlingOf(context);
  const own = attempt(() => ({ ...tags }), {});
  return context.setValue(HANDLING, { tags: { ...outer?.tags, ...own }, key: outer?.key ?? {} } satisfies Handling);
}
