/**
 * The one way in which a fault of our own is contained: the application goes on, and it is said at `debug`; at `warn` when
 * a feature is off from then on.
 *
 * Not for what the application or the system may well do (a getter that throws, a file that is not there): see `attempt`.
 */

/** @param isOff - whether what failed does nothing from now on. */
export type OnContained = (what: string, error: unknown, isOff: boolean) => void;

const { keys } = Object;
/** What happened before there was a reporter; the first faults say the most. */
const MOST_KEPT = 20;
const kept: Parameters<OnContained>[] = [];
let listener: OnContained | undefined;

/** Have faults said; those from before are said at once. */
export function onContained(listen: OnContained): void {
  listener = listen;
  for (const each of kept.splice(0)) report(...each);
}

/**
 * Run `fn`. What it throws is a fault of ours: it is said, and the result is `undefined`.
 *
 * @param what - what we were doing, for the message: "recording the end of a request".
 */
export function contain<T>(what: string, fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    contained(what, error);
    return undefined;
  }
}

/** The same where a closure costs too much, or there is more to do: call it in a `catch`. */
export function contained(what: string, error: unknown): void {
  report(what, error, false);
}

/** The same when a feature does nothing from now on. */
export function switchedOff(what: string, error: unknown): void {
  report(what, error, true);
}

/**
 * The result of `fn`, or `otherwise` where it throws, as code that is not ours may: a getter, a proxy, a file that is not
 * there, a text that is no URL. Nothing is said.
 */
export function attempt<T>(fn: () => T): T | undefined;
export function attempt<T, U>(fn: () => T, otherwise: U): T | U;
export function attempt<T, U>(fn: () => T, otherwise?: U): T | U | undefined {
  try {
    return fn();
  } catch {
    return otherwise;
  }
}

/** The same for a property, without a closure, for what is read for each record. */
export function attemptRead(source: object, name: string | number, otherwise?: unknown): unknown {
  try {
    return (source as Record<string | number, unknown>)[name];
  } catch {
    return otherwise;
  }
}

/** The own names of an object, which a proxy may refuse. */
export function attemptKeys(source: object): readonly string[] {
  try {
    return keys(source);
  } catch {
    return [];
  }
}

function report(what: string, error: unknown, isOff: boolean): void {
  try {
    if (listener !== undefined) listener(what, error, isOff);
    else if (kept.length < MOST_KEPT) kept.push([what, error, isOff]);
  } catch {
    // To say it failed as well: nobody is left to hear it.
  }
}
