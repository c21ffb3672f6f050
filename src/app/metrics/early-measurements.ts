/**
 * What is recorded before telemetry starts, as code that runs while an application's modules are loaded may do; it is
 * recorded at the start.
 *
 * At most 1024 measurements, and of 10 s: when nothing has started by then, nothing is going to, and none is kept.
 */
import type { Attributes, Context } from '@opentelemetry/api';
import { monotonicMs } from '../../runtime/clock.ts';
import { contained } from '../../runtime/contain.ts';
import { telemetryStart } from '../../runtime/telemetry-start.ts';
import { findMeter, type Write } from './binding.ts';

const MAX_EARLY = 1024;
const MAX_EARLY_MS = 10_000;
const ASKED_EACH = 256;

interface Early {
  readonly write: Write;
  readonly value: number;
  /** Never changed again by anybody. */
  readonly attributes: Attributes | undefined;
  readonly context: Context | undefined;
}

let kept: Early[] = [];
let firstMs: number | undefined;
let isClosed = false;
let refused = 0;

/**
 * Whether `keepEarly` may be called.
 *
 * @param isSecond - of a pair whose first is kept: kept whatever there is.
 */
export function hasRoom(isSecond: boolean): boolean {
  if (isClosed) return false;
  const isFull = kept.length >= MAX_EARLY && !isSecond;
  // The clock costs more than all else; when nothing starts, what is kept must still go.
  if (isFull && ++refused % ASKED_EACH !== 0) return false;
  const now = monotonicMs();
  if (firstMs === undefined) {
    firstMs = now;
    telemetryStart.waiting.add(recordEarly);
  }
  if (telemetryStart.isOff || now - firstMs > MAX_EARLY_MS) {
    close();
    return false;
  }
  return !isFull;
}

export function keepEarly(measurement: Early): void {
  kept.push(measurement);
}

let heardIn = -1;

/** Whether what is measured is recorded or kept: for nobody it need not be. */
export function isHeard(): boolean {
  if (heardIn === telemetryStart.generation) return true;
  if (findMeter() === undefined) return hasRoom(false);
  heardIn = telemetryStart.generation;
  return true;
}

/** Once there is a provider. */
export function recordEarly(): void {
  telemetryStart.waiting.delete(recordEarly);
  firstMs = undefined;
  const measurements = kept;
  kept = [];
  if (findMeter() === undefined) return;
  for (const { write, value, attributes, context } of measurements) {
    try {
      write(value, attributes, context);
    } catch (error) {
      contained('recording a measurement from before the start', error);
    }
  }
}

/** Whether something waits for a provider. */
export function hasEarly(): boolean {
  return firstMs !== undefined;
}

function close(): void {
  isClosed = true;
  kept = [];
  telemetryStart.waiting.delete(recordEarly);
}
