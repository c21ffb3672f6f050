/** Check-ins of jobs that run by a schedule, for Sentry's monitors. */
import { monotonicMs } from '../../runtime/clock.ts';
import { attempt } from '../../runtime/contain.ts';
import { fillRandomly } from '../../runtime/random.ts';
import { followResult } from '../follow/follow-result.ts';
import { isWanted, withSentry } from './sentry-state.ts';

export interface CheckIn {
  readonly monitorSlug: string;
  readonly status: 'in_progress' | 'ok' | 'error';
  /** Of the check-in that it ends: what the first call returned. */
  readonly checkInId?: string | undefined;
  /** In seconds. */
  readonly duration?: number | undefined;
}

/** Makes the monitor where it is not there yet: as Sentry's `upsertMonitorConfig`. */
export interface MonitorConfig {
  readonly schedule:
    | { readonly type: 'crontab'; readonly value: string }
    | { readonly type: 'interval'; readonly value: number; readonly unit: string };
  /** In minutes. */
  readonly checkinMargin?: number;
  /** In minutes. */
  readonly maxRuntime?: number;
  readonly timezone?: string;
  readonly failureIssueThreshold?: number;
  readonly recoveryThreshold?: number;
}

/** @returns its id; `undefined` where nothing is sent to Sentry. Never throws. */
export function captureCheckIn(checkIn: CheckIn, monitorConfig?: MonitorConfig): string | undefined {
  if (!isWanted()) return undefined;
  const own = attempt(() => ({ ...checkIn, checkInId: checkIn.checkInId ?? newId() }));
  if (own === undefined) return undefined;
  withSentry((sentry) => sentry.checkIn(own, monitorConfig));
  return own.checkInId;
}

/**
 * Run `fn` and say to the monitor that it began, and how it ended, with its duration. An error that it throws is not captured by this:
 * put it into `withErrorHandler()` as well.
 *
 * @returns what `fn` returns, and throws what it throws.
 */
export function withMonitor<T>(monitorSlug: string, fn: () => T, monitorConfig?: MonitorConfig): T {
  if (typeof fn !== 'function') throw new TypeError(`withMonitor() must get a function, got ${typeof fn}.`);
  if (!isWanted()) return fn();
  const startedMs = monotonicMs();
  const checkInId = captureCheckIn({ monitorSlug, status: 'in_progress' }, monitorConfig);
  const end = (status: 'ok' | 'error'): void =>
    void captureCheckIn({ monitorSlug, checkInId, status, duration: (monotonicMs() - startedMs) / 1000 });
  let result: T;
  try {
    result = fn();
  } catch (error) {
    end('error');
    throw error;
  }
  return followResult(result, { end: (isFailed) => end(isFailed ? 'error' : 'ok') }, fn);
}

function newId(): string {
  const bytes = new Uint8Array(16);
  fillRandomly(bytes);
  return Buffer.from(bytes).toString('hex');
}
