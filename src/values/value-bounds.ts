/** What redactor and encoders agree on about values that an app passes in, so that neither sees what the other does not. */

/** Levels of arrays and maps inside one value; deeper ones become `TOO_DEEP`. */
const MAX_DEPTH = 64;
/** Values inside one value; more of them throw. Bounds what a graph of shared objects unfolds to. */
const MAX_VALUES = 100_000;

const TOO_DEEP = '[too deep]';
const CIRCULAR = '[circular]';

/** The way down into one value. */
export interface Descent {
  readonly path: object[];
  values: number;
}

/**
 * Goes from `descent` into `value`; afterwards, `descent.path.pop()` leaves it.
 *
 * @returns why `value` is not entered, or undefined.
 */
export function enter(descent: Descent, value: object): string | undefined {
  if (descent.path.includes(value)) return CIRCULAR;
  if (descent.path.length === MAX_DEPTH) return TOO_DEEP;
  descent.path.push(value);
  return undefined;
}

/** Call it for each value below the first. @throws RangeError when there are too many. */
export function count(descent: Descent): void {
  if (++descent.values > MAX_VALUES) throw new RangeError(`an attribute must hold at most ${MAX_VALUES} values`);
}

/** The fields of an error, which are not enumerable: it would leave as an empty map. */
export function errorFields(error: Error): Record<string, unknown> {
  const { cause, message, name, stack } = error;
  return { ...error, name, message, stack, ...(cause === undefined ? {} : { cause }) };
}
