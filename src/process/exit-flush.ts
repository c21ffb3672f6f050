/**
 * The last export of a process that is ending: the main thread stands still, a worker thread sends.
 *
 * A process that ends runs no more callbacks, so nothing asynchronous can finish on this thread. `Atomics.wait` blocks it
 * while the worker's own event loop delivers. The worker gets neither environment nor flags of the process, for it would
 * run the preload again, only those that decide whether and how an endpoint is reached.
 */
import { existsSync } from 'node:fs';
import { parse } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Delivered, OtlpConfig } from '../config/config.ts';
import { readEnvironment } from '../config/early.ts';
import type { PendingRequest, Settlement } from '../export/sender.ts';
import { timedOut } from '../export/transport/failure.ts';
import { getBuiltinModule, monotonicNanos, SharedArrayBuffer } from '../runtime/captured.ts';
import { attempt } from '../runtime/contain.ts';
import { monotonicMs } from '../runtime/clock.ts';
import {
  ACCEPTED,
  FIRST_RESULT_SLOT,
  NOTE_BYTES,
  PROGRESS_SLOT,
  REFUSED,
  SLOTS_PER_REQUEST,
  STARTED,
  TIMEOUT_SETTING,
  TOO_LARGE,
  type ExitFlushData,
  type FailureNote,
} from './exit-protocol.ts';
import { withoutTelemetry } from './worker-threads.ts';

/** Requests of one signal, in the order in which they must leave. */
export interface ExitJob {
  readonly signal: Delivered;
  readonly otlp: OtlpConfig;
  readonly userAgent: string;
  readonly requests: readonly PendingRequest[];
}

/** The worker stops trying a little before the main thread stops waiting; with less than this left it is not started. */
const REPORTING_MS = 150;
const WORKER = new URL('./exit-flush-worker.js', import.meta.url);

/** Why there is no worker, and what helps. */
export class NoWorkerError extends Error {
  readonly cure: string;
  constructor(message: string, cure: string) {
    super(message);
    this.cure = cure;
  }
}

export interface ExitFlushResult {
  /** One list a job, one outcome a request. */
  readonly outcomes: readonly (readonly Settlement[])[];
  /** Why a job failed, where the worker could report it. */
  readonly failures: readonly (FailureNote | undefined)[];
  /** Set when the worker could not be started at all. */
  readonly error?: Error;
}

/** Deliver `jobs` within `deadlineMs` and block until that is done. Never throws. */
export function flushBlocking(jobs: readonly ExitJob[], deadlineMs: number): ExitFlushResult {
  const requests = jobs.reduce((sum, job) => sum + job.requests.length, 0);
  const results = new SharedArrayBuffer(4 * (FIRST_RESULT_SLOT + SLOTS_PER_REQUEST * requests));
  const notes = new SharedArrayBuffer(NOTE_BYTES * jobs.length);
  let error: Error | undefined;
  if (requests > 0 && deadlineMs > REPORTING_MS) {
    try {
      sendInWorker(jobs, results, notes, deadlineMs);
    } catch (cause) {
      error = cause as Error;
    }
  }
  const outcomes = readOutcomes(jobs, new Int32Array(results));
  const failures = jobs.map((job, index) => {
    const note = readNote(new Uint8Array(notes, index * NOTE_BYTES, NOTE_BYTES));
    const isUnanswered = error === undefined && deadlineMs > REPORTING_MS && outcomes[index]?.some(isGivenUp) === true;
    return note ?? (isUnanswered ? noAnswer(job, deadlineMs) : undefined);
  });
  return error === undefined ? { outcomes, failures } : { outcomes, failures, error };
}

function isGivenUp(outcome: Settlement): boolean {
  return outcome.kind === 'lost' && outcome.reason === 'exit_deadline';
}

/** The worker was still waiting when the time was over. */
function noAnswer({ otlp, signal }: ExitJob, deadlineMs: number): FailureNote | undefined {
  const result = timedOut({ otlp, signal, timeoutSetting: TIMEOUT_SETTING }, deadlineMs);
  return result.kind === 'retry' ? { reason: result.reason, message: result.message } : undefined;
}

/** @throws when no worker can be started. */
function sendInWorker(jobs: readonly ExitJob[], results: SharedArrayBuffer, notes: SharedArrayBuffer, deadlineMs: number): void {
  const slots = new Int32Array(results);
  // Of a worker that cannot be loaded nothing is heard, for its files were replaced while the process ran.
  if (!existsSync(WORKER)) throw new NoWorkerError('its file is gone', 'Restart processes when the files of signalbox were replaced.');
  leaveMissingFolder();
  const startedAt = monotonicMs();
  const workerData: ExitFlushData = {
    jobs: jobs.map(({ signal, otlp, userAgent, requests }) => ({
      signal,
      otlp,
      userAgent,
      address: requests[0]?.address,
      bodies: requests.map(({ body }) => body),
    })),
    results,
    notes,
    startedAtNanos: monotonicNanos(),
    deadlineMs: deadlineMs - REPORTING_MS,
    trusted: jobs.some(({ otlp }) => otlp.url.startsWith('https:')) ? trustedHere() : undefined,
  };
  const options = { workerData, env: tlsEnvironment(), execArgv: networkFlags(), stdin: false, stdout: true, stderr: true };
  const worker = withoutTelemetry(() => new Worker(WORKER, options));
  worker.unref();
  // Within some 50 ms; on a busy machine, or with little of a processor, within fifty times as much.
  const startingMs = deadlineMs - REPORTING_MS;
  if (Atomics.wait(slots, PROGRESS_SLOT, 0, startingMs) === 'timed-out') {
    throw new NoWorkerError(
      `it did not start within ${Math.round(startingMs)} ms`,
      `A busy machine needs longer: raise ${TIMEOUT_SETTING}, or await shutdown() before the process ends. Restart processes when the files of signalbox were replaced.`,
    );
  }
  Atomics.wait(slots, PROGRESS_SLOT, STARTED, Math.max(0, deadlineMs - (monotonicMs() - startedAt)));
}

function readOutcomes(jobs: readonly ExitJob[], slots: Int32Array): Settlement[][] {
  let slot = FIRST_RESULT_SLOT;
  return jobs.map((job) =>
    job.requests.map((): Settlement => {
      const outcome = Atomics.load(slots, slot);
      const rejected = Atomics.load(slots, slot + 1);
      slot += SLOTS_PER_REQUEST;
      if (outcome === ACCEPTED) return { kind: 'accepted', rejected };
      if (outcome === TOO_LARGE) return { kind: 'too-large' };
      return { kind: 'lost', reason: outcome === REFUSED ? 'refused' : 'exit_deadline' };
    }),
  );
}

/** What TLS trusts in this thread by a flag, the environment or `tls.setDefaultCACertificates()`, when a new thread would not. */
function trustedHere(): readonly string[] | undefined {
  const { getCACertificates } = getBuiltinModule('node:tls');
  const everywhere = new Set([...getCACertificates('bundled'), ...getCACertificates('extra')]);
  const here = getCACertificates('default');
  return here.every((certificate) => everywhere.has(certificate)) ? undefined : here;
}

function tlsEnvironment(): Record<string, string> {
  const { NODE_TLS_REJECT_UNAUTHORIZED } = readEnvironment();
  return NODE_TLS_REJECT_UNAUTHORIZED === undefined ? {} : { NODE_TLS_REJECT_UNAUTHORIZED };
}

/** As flags or calls have set it for this thread. */
function networkFlags(): string[] {
  const { getDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout } = getBuiltinModule('node:net');
  return [
    `--dns-result-order=${getBuiltinModule('node:dns').getDefaultResultOrder()}`,
    `--${getDefaultAutoSelectFamily() ? '' : 'no-'}network-family-autoselection`,
    `--network-family-autoselection-attempt-timeout=${getDefaultAutoSelectFamilyAttemptTimeout()}`,
  ];
}

/** A thread does not start in a working folder that was removed. The process ends, so nothing else misses it. */
function leaveMissingFolder(): void {
  if (attempt(() => process.cwd()) === undefined) process.chdir(parse(process.execPath).root);
}

function readNote(bytes: Uint8Array): FailureNote | undefined {
  const end = bytes.indexOf(0);
  if (end <= 0) return undefined;
  // Half of one, when the time was over while it was being written.
  return attempt(() => JSON.parse(Buffer.from(bytes.slice(0, end)).toString()) as FailureNote);
}
