/** What the thread that ends and the worker that sends for it say to each other: see `exit-flush.ts`. */
import type { Delivered, OtlpConfig } from '../config/config.ts';
import type { ExportReason } from '../names/messages.ts';

/** What the worker is given. `results` has two slots a request: its outcome, and how many records were rejected. */
export interface ExitFlushData {
  readonly jobs: readonly {
    signal: Delivered;
    otlp: OtlpConfig;
    userAgent: string;
    /** Where the endpoint was last reached. */
    address: string | undefined;
    bodies: readonly Uint8Array[];
  }[];
  readonly results: SharedArrayBuffer;
  /** `NOTE_BYTES` a job: why it failed, as UTF-8 JSON of a `FailureNote`, padded with zeros. */
  readonly notes: SharedArrayBuffer;
  /** When the thread that ends began to wait, by the clock of all threads; `deadlineMs` counts from there. */
  readonly startedAtNanos: bigint;
  readonly deadlineMs: number;
  /** PEM of the authorities to trust; undefined for those that every thread trusts. */
  readonly trusted: readonly string[] | undefined;
}

export interface FailureNote {
  readonly reason: ExportReason;
  readonly message: string;
}

export const NOTE_BYTES = 2048;

/** What bounds the requests of the last export. */
export const TIMEOUT_SETTING = 'SIGNALBOX_SHUTDOWN_TIMEOUT';

/** Slot 0 says how far the worker is; the outcomes follow. */
export const PROGRESS_SLOT = 0;
export const STARTED = 1;
export const DONE = 2;
export const FIRST_RESULT_SLOT = 1;
export const SLOTS_PER_REQUEST = 2;
export const ACCEPTED = 1;
export const REFUSED = 2;
export const TOO_LARGE = 3;
