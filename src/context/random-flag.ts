/**
 * W3C's flag for a trace id that is random, on span contexts of ours, where applications do not see it: to them `traceFlags` is 0
 * or 1, for much code compares it with `TraceFlags.SAMPLED`.
 *
 * The mark is a private field that is put on a plain object: it shows neither when the object is printed nor when it is
 * compared, and a copy does not have it.
 *
 * @see https://www.w3.org/TR/trace-context-2/#random-trace-id-flag
 */
import type { SpanContext } from '@opentelemetry/api';
import { RANDOM } from '../names/otel.ts';

/** Its constructor makes nothing, so that the fields of a subclass go to what it is given. */
class Given {
  constructor(given: object) {
    return given as Given;
  }
}

class RandomMark extends Given {
  readonly #mark = true;

  static isOn(context: object): boolean {
    return #mark in context && context.#mark;
  }
}

/** Mark `context`, which was just made and whose trace id is random: a second mark throws. */
export function markRandom(context: SpanContext): SpanContext {
  new RandomMark(context);
  return context;
}

/** Whether the trace id of `context` is known to be random: by our mark, or by the flag that somebody else set openly. */
export function isRandom(context: SpanContext): boolean {
  return RandomMark.isOn(context) || (context.traceFlags & RANDOM) !== 0;
}

/** Whether it has our mark. Never throws, whatever object it is. */
export function isMarkedRandom(context: object): boolean {
  return RandomMark.isOn(context);
}
