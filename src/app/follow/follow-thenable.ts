import { setImmediate } from '../../runtime/captured.ts';
import { api } from '../../runtime/otel.ts';
import { inContext, once, type Follower } from './follower.ts';
import { replaceMethod } from './replace-method.ts';

type Callback = ((value: unknown) => unknown) | null | undefined;

/**
 * Follow a thenable of a class of its own: a query builder runs when `then` is called, so it is not called here. Whoever awaits it
 * right away does so in the follower's context, as its work. One that is passed on, and not awaited until the next turn of the event
 * loop, is a value.
 */
export function followThenable(thenable: object, follower: Follower): void {
  const end = once(follower.end);
  let isAwaited = false;
  const restore = watchThen(thenable, { ...follower, end }, () => (isAwaited = true));
  if (restore === undefined) {
    end(false, thenable);
    return;
  }
  setImmediate(() => {
    if (isAwaited) return;
    restore();
    end(false, thenable);
  });
}

/**
 * Hear how `thenable` settles for the first who calls its `then`.
 *
 * @returns how to take that back; `undefined` where it does not let itself be changed.
 */
export function watchThen(thenable: object, { context, end }: Follower, onAwaited = (): void => {}): (() => void) | undefined {
  const restore = replaceMethod(
    thenable,
    'then',
    (then) =>
      function (this: unknown, ...args: unknown[]) {
        restore?.();
        onAwaited();
        const [onFulfilled, onRejected, ...others] = args as [Callback, Callback, ...unknown[]];
        const outside = context === undefined ? undefined : api.context.active();
        const fulfilled = (value: unknown): unknown => {
          end(false, value);
          return typeof onFulfilled === 'function' ? inContext(outside, () => onFulfilled(value)) : value;
        };
        const rejected = (error: unknown): unknown => {
          end(true, error);
          if (typeof onRejected === 'function') return inContext(outside, () => onRejected(error));
          throw error;
        };
        try {
          return inContext(context, () => then.call(this, fulfilled, rejected, ...others));
        } catch (error) {
          end(true, error);
          throw error;
        }
      },
  );
  return restore;
}
