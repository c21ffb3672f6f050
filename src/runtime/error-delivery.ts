/**
 * What the telemetry that runs offers to `signalbox/sentry` and `signalbox/alerts`, and what they offer to the end of the process.
 * Filled by `start.ts`; empty while no telemetry runs. One state per process, whichever copy of this package is asked.
 */
import type { Context } from '@opentelemetry/api';
import type { EnvelopeDrop } from '../names/metrics/errors.ts';

/** Errors for Sentry, or alerts of the application. */
export type EnvelopeKind = 'errors' | 'alerts';

export interface EnvelopeTarget {
  readonly kind: EnvelopeKind;
  /** Of Sentry with the public key of the DSN in its query. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly userAgent: string;
  readonly onDropped: (reason: EnvelopeDrop, count: number) => void;
}

/** The way to one server. Nothing of it throws. */
export interface EnvelopeOutlet {
  /** Queue an envelope. It is sent in the background, and at the end of the process within its one time limit. */
  send(envelope: Uint8Array): void;
  /** Resolves when what waits is settled, or after `limitMs`. */
  flush(limitMs: number): Promise<void>;
  /** Nothing more is sent there. */
  close(): void;
}

export interface ErrorDelivery {
  /** `undefined` while no telemetry runs. */
  open: ((target: EnvelopeTarget) => EnvelopeOutlet) | undefined;
  /** Called when `open` is there. */
  onOpen: (() => void) | undefined;
  /** An uncaught error, before Node.js prints it. `isHandled` when the application has a listener and goes on. */
  onCrash: ((error: unknown, origin: string, isHandled: boolean, context: Context) => void) | undefined;
  /** A record at `error` of `signalbox/logging`: its `LogRecord`. */
  onLoggedError: ((record: object) => void) | undefined;
  /** Everything is about to be sent: what is held back goes to its outlet now. */
  gather: (() => void) | undefined;
}

const SLOT = Symbol.for('signalbox.error-delivery');

export const errorDelivery: ErrorDelivery = ((globalThis as { [SLOT]?: ErrorDelivery })[SLOT] ??= {
  open: undefined,
  onOpen: undefined,
  onCrash: undefined,
  onLoggedError: undefined,
  gather: undefined,
});
