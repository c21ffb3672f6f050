import { setImmediate } from '../../runtime/captured.ts';
import { api } from '../../runtime/otel.ts';
import { endSpan, failSpan, type FollowedSpan } from './followed-span.ts';
import { replaceMethod } from './own-method.ts';

type Callback = ((value: unknown) => unknown) | null | undefined;

/**
 * Follow a thenable of a class of its own: a query builder runs when `then` is called, so it is not called here. Whoever awaits it
 * right away does so within the span, as its work. One that is passed on, and not awaited until the next turn of the event
 * loop, is a value.
 */
export function followThenable(thenable: object, followed: FollowedSpan): void {
  const { context, span } = followed;
  let isAwaited = false;
  const restore = replaceMethod(
    thenable,
    'then',
    (then) =>
      function (this: unknown, ...args: unknown[]) {
        if (isAwaited) return then.apply(this, args);
        isAwaited = true;
        restore?.();
        const [onFulfilled, onRejected, ...others] = args as [Callback, Callback, ...unknown[]];
        const outside = api.context.active();
        const fulfilled = (value: unknown): unknown => {
          endSpan(span);
          return typeof onFulfilled === 'function' ? api.context.with(outside, onFulfilled, undefined, value) : value;
        };
        const rejected = (error: unknown): unknown => {
          failSpan(followed, error);
          if (typeof onRejected === 'function') return api.context.with(outside, onRejected, undefined, error);
          throw error;
        };
        try {
          return api.context.with(context, () => then.call(this, fulfilled, rejected, ...others));
        } catch (error) {
          failSpan(followed, error);
          throw error;
        }
      },
  );
  if (restore === undefined) {
    endSpan(span);
    return;
  }
  setImmediate(() => {
    if (isAwaited) return;
    isAwaited = true;
    restore();
    endSpan(span);
  });
}
