/** Errors that end the process: what is recorded of them, and the last export where Node.js gives no `exit` event. */
import { setTimeout } from '../runtime/captured.ts';
import { contain } from '../runtime/contain.ts';
import { loadPart } from '../runtime/load-part.ts';
import { leave, revive, SURVIVED_MS, type Watch } from './end-watch.ts';
import type { AnyFunction } from './process-functions.ts';

export function beforeCrash(watch: Watch, error: unknown, origin: string): void {
  contain('hiding stack frames', () => {
    const { removeOwnFrames } = loadPart<typeof import('./own-frames.ts')>(import.meta.url, './own-frames');
    removeOwnFrames(error);
  });
  contain('recording a crash', () => {
    const isHandled = process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
    watch.handlers.onCrash(error, origin, isHandled);
  });
  contain('watching the domain', () => watchDomain(watch));
}

/** Node.js ends the process when this throws, without an `exit` event. Not caught, for that would change what it prints. */
export function callFatally<T>(watch: Watch, handle: () => T): T {
  let hasThrown = true;
  try {
    const result = handle();
    hasThrown = false;
    return result;
  } finally {
    if (hasThrown && watch.stage !== 'over') {
      contain('hiding stack frames', () => {
        const { hideOwnFrames } = loadPart<typeof import('./own-frames.ts')>(import.meta.url, './own-frames');
        watch.showOwnFrames ??= hideOwnFrames();
      });
      leave(watch);
      // It was called by hand, and the error caught.
      setTimeout(() => revive(watch), SURVIVED_MS).unref();
    }
  }
}

/** node:domain is called by Node.js itself, right after `uncaughtExceptionMonitor`. */
function watchDomain(watch: Watch): void {
  const { domain } = process as { domain?: { _errorHandler?: AnyFunction } | null };
  const handle = domain?._errorHandler;
  if (domain == null || handle === undefined) return;
  domain._errorHandler = function (...args) {
    delete domain._errorHandler;
    return callFatally(watch, () => Reflect.apply(handle, this, args));
  };
}

export function wrapCapture(watch: Watch, capture: AnyFunction): AnyFunction {
  return function (handle) {
    const watched: AnyFunction = function (...args) {
      return callFatally(watch, () => Reflect.apply(handle as AnyFunction, this, args));
    };
    return Reflect.apply(capture, this, [typeof handle === 'function' ? watched : handle]);
  };
}
