/** What a delivery brings to its end: where records wait, what is collected before, what the application brought in. */
import type { Delivered, OtlpConfig } from '../config/config.ts';
import type { Account } from '../diagnostics/account.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { Sender } from '../export/sender.ts';

/** Where the records of one signal wait. */
export interface Outlet {
  readonly signal: Delivered;
  readonly otlp: OtlpConfig;
  readonly account: Account<Delivered>;
  readonly sender: Pick<Sender, 'isSending' | 'flush' | 'takePending' | 'settle' | 'close'> & Partial<Sender>;
  /** Hears of failures at the end; `undefined` where there is no endpoint. */
  readonly health: { failed(signal: Delivered, reason: string, message: string): void } | undefined;
}

/** Metrics: what is to be collected before it can be sent. */
export interface Collectable {
  /** How many values were recorded so far, other than observed ones. */
  readonly recorded: number;
  /** Whether there are callbacks: what they will say is not known before they are asked. */
  readonly hasObservers: boolean;
  collect(options: { readonly limitMs: number; readonly hold: boolean }): Promise<void>;
  /** At once: a callback that answers by a promise is not waited for. */
  collectNow(): void;
  stop(): void;
}

/** Processors of the application, which send by themselves. */
export interface Processors {
  /** What they got so far. Never rejects. */
  flush(withinMs: number): Promise<void>;
  /** The same where something came since the last time; `undefined` where there is nothing to wait for. Does not hold the process. */
  flushRest(withinMs: number): Promise<void> | undefined;
  /** The process stands still: only what they do at once is done. */
  flushNow(): void;
  shutdown(withinMs: number): Promise<void>;
}

export interface DeliveryOptions {
  readonly outlets: readonly Outlet[];
  readonly metrics: Collectable | undefined;
  readonly reporter: Reporter;
  readonly userAgent: string;
  /** Most that is added to the end of the process, everything together. */
  readonly limitMs: number;
  /** Whether this process can have been there to start others: without records of its own it then exports nothing at its end. */
  readonly mayBeLauncher: () => boolean;
  /** Takes in what was recorded and is not queued yet: by worker threads, errors for Sentry. */
  readonly beforeFlush?: (() => void) | undefined;
  /** Asked each time: they are known later than the rest. */
  readonly processors?: (() => Processors | undefined) | undefined;
}
