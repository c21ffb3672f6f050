/** What the main thread tells the worker threads of its process, and where: see `process/worker-threads.ts`. */
import type { Attributes } from '@opentelemetry/api';
import type { Config } from './config.ts';

/** Under this key of `getEnvironmentData`. Nothing stands there when telemetry is off, or off in worker threads. */
export const WORKER_SETTINGS = 'signalbox.worker-settings';

/** Plain data: it is copied into each worker thread, also into those that record nothing. */
export interface WorkerSettings {
  /** The name of the `BroadcastChannel` on which a worker thread announces the memory that it writes. */
  readonly channel: string;
  readonly config: Config;
  /** Of the resource. */
  readonly attributes: Attributes;
  /** Packages and built-in modules that are instrumented. */
  readonly targets: readonly string[];
  /** Channels of `node:diagnostics_channel` whose first message makes an instrumentation necessary. */
  readonly announcements: readonly string[];
}
