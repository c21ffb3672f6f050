/**
 * Time, from functions captured at load: applications, test runners and frameworks replace or watch the global ones.
 *
 * A wall time is a reading of the monotonic clock added to an anchor, the wall time at which that clock read zero. All
 * times of one local trace share one anchor, so that a step of the system clock neither stretches a span nor puts a
 * child before its parent. Each new local root checks the anchor, which also makes good the time that a machine slept.
 */
import type { HrTime } from '@opentelemetry/api';
import { types } from 'node:util';
import { attempt } from './contain.ts';

const wallMs = Date.now;
const dateMs = Date.prototype.getTime;
const { isArray } = Array;
const { isDate } = types;

/** Milliseconds of the monotonic clock, with fractions. */
export const monotonicMs: () => number = performance.now.bind(performance);

/** Wall time at which the monotonic clock read zero. */
export interface Anchor {
  readonly seconds: number;
  readonly nanos: number;
}

/** More than the two clocks' resolution and the time between reading one and the other; less than anyone would notice. */
const MAX_DRIFT_MS = 10;
/** A pair of readings further apart than this was interrupted in between. */
const MAX_READING_MS = 1;
const READING_ATTEMPTS = 3;
/** The last second that unsigned 64-bit nanoseconds can tell. */
const MAX_SECONDS = 18_446_744_073;
const NANOS_PER_SECOND = 1_000_000_000;
/** A number below this is a reading of `performance.now()`, above it milliseconds since 1970: the rule of `@opentelemetry/core`. */
const SMALLEST_EPOCH_MS = performance.timeOrigin / 2;

let anchorMs = performance.timeOrigin;
let anchor = anchorAt(anchorMs);

/** The anchor for a span that starts a local trace at `readingMs`, which was just read from the monotonic clock. */
export function currentAnchor(readingMs: number): Anchor {
  const driftMs = wallMs() - anchorMs - readingMs;
  if (driftMs > MAX_DRIFT_MS || driftMs < -MAX_DRIFT_MS) correctAnchor();
  return anchor;
}

export function hrTimeAt(readingMs: number, from: Anchor): HrTime {
  const wholeSeconds = Math.floor(readingMs / 1000);
  return normalized(from.seconds + wholeSeconds, from.nanos + Math.round((readingMs - wholeSeconds * 1000) * 1e6));
}

export function nowHrTime(): HrTime {
  const readingMs = monotonicMs();
  return hrTimeAt(readingMs, currentAnchor(readingMs));
}

/**
 * What `input` says, when it is a time that OTLP can carry: a `Date`, milliseconds since 1970, a reading of
 * `performance.now()`, or an `HrTime`, which is copied. `undefined` for anything else. Never throws.
 */
export function hrTimeFrom(input: unknown): HrTime | undefined {
  if (typeof input === 'number') return fromNumber(input);
  if (typeof input !== 'object' || input === null) return undefined;
  // A proxy, or an array with getters, may throw.
  return attempt(() => fromObject(input));
}

function fromObject(input: object): HrTime | undefined {
  if (isDate(input)) return fromEpochMs(dateMs.call(input));
  if (!isArray(input) || input.length !== 2) return undefined;
  const [seconds, nanos] = input as unknown[];
  return typeof seconds === 'number' && typeof nanos === 'number' ? fromParts(seconds, nanos) : undefined;
}

export function isBefore(a: HrTime, b: HrTime): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

/** `end - start`; `start` must not be later. */
export function hrTimeBetween(start: HrTime, end: HrTime): HrTime {
  const nanos = end[1] - start[1];
  return nanos < 0 ? [end[0] - start[0] - 1, nanos + NANOS_PER_SECOND] : [end[0] - start[0], nanos];
}

/** Of a span of time. */
export function hrTimeMs([seconds, nanos]: HrTime): number {
  return seconds * 1000 + nanos / 1e6;
}

function fromNumber(value: number): HrTime | undefined {
  if (!(value >= 0)) return undefined;
  return value < SMALLEST_EPOCH_MS ? hrTimeAt(value, anchor) : fromEpochMs(value);
}

function fromEpochMs(ms: number): HrTime | undefined {
  const seconds = Math.floor(ms / 1000);
  return fromParts(seconds, Math.round((ms - seconds * 1000) * 1e6));
}

function fromParts(seconds: number, nanos: number): HrTime | undefined {
  if (!(seconds >= 0 && seconds < MAX_SECONDS && nanos >= 0 && nanos <= Number.MAX_SAFE_INTEGER)) return undefined;
  const wholeSeconds = Math.floor(seconds);
  return normalized(wholeSeconds, Math.round(nanos + (seconds - wholeSeconds) * NANOS_PER_SECOND));
}

function normalized(seconds: number, nanos: number): HrTime {
  if (nanos < NANOS_PER_SECOND) return [seconds, nanos];
  return [seconds + Math.floor(nanos / NANOS_PER_SECOND), nanos % NANOS_PER_SECOND];
}

function anchorAt(epochMs: number): Anchor {
  const seconds = Math.floor(epochMs / 1000);
  return { seconds, nanos: Math.floor((epochMs - seconds * 1000) * 1e6) };
}

function correctAnchor(): void {
  for (let reading = 1; ; reading++) {
    const before = monotonicMs();
    const wall = wallMs();
    const after = monotonicMs();
    if (after - before > MAX_READING_MS && reading < READING_ATTEMPTS) continue;
    const correctMs = wall - (before + after) / 2;
    if (Math.abs(correctMs - anchorMs) > MAX_DRIFT_MS) {
      anchorMs = correctMs;
      anchor = anchorAt(anchorMs);
    }
    return;
  }
}
