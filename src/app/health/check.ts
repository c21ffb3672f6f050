/** What a check is, and what is said of it. Names with underscores are those of the JSON that probes get. */

export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy';

/** Finds out whether something works. What it throws or rejects with is a failure. */
export type Check = (signal: AbortSignal) => unknown;

/** What a check may answer when there is more to say than that it did not fail. */
export interface CheckAnswer {
  readonly status?: HealthStatus;
  /** Figures for whoever looks; secrets in them are redacted. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Why it is not healthy. */
  readonly error?: unknown;
}

export interface CheckOptions {
  /** Longest time that the check may take; then it fails, and its signal is aborted. In milliseconds. @default 2000 */
  readonly timeoutMs?: number;
  /** Whether the service is unhealthy when the check fails; otherwise it is degraded. @default true */
  readonly critical?: boolean;
  /** How long an answer stands for later probes, in milliseconds; 0 asks for each. @default 1000 */
  readonly cacheMs?: number;
}

export interface CheckResult {
  readonly status: HealthStatus;
  readonly response_time_ms: number;
  readonly critical: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly error?: string;
}

export interface HealthReport {
  readonly status: HealthStatus;
  /** ISO 8601 */
  readonly timestamp: string;
  readonly duration_ms: number;
  /** Set when the process is ending: it is not ready, whatever the checks say. */
  readonly shutting_down?: true;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

export const DEFAULT_TIMEOUT_MS = 2000;
export const DEFAULT_CACHE_MS = 1000;
