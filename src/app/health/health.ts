/** The checks of this process, and what they say together. */
import { monotonicMs } from '../../runtime/clock.ts';
import { processState } from '../../runtime/process-state.ts';
import { MAX_KEY_LENGTH } from '../../values/limits.ts';
import { setProperty } from '../../values/plain-value.ts';
import { read } from '../../values/read-properties.ts';
import { cleanString } from '../../values/strings.ts';
import { DEFAULT_CACHE_MS, DEFAULT_TIMEOUT_MS, type Check, type CheckOptions, type CheckResult, type HealthReport } from './check.ts';
import { observeHealth } from './observe.ts';
import { overallStatus } from './outcome.ts';
import { createRunner, type Runner } from './runner.ts';

const CapturedDate = Date;
/** What a timer holds. */
const LONGEST_MS = 2 ** 31 - 1;

export interface Health {
  /**
   * Register a check under a name; one of the same name is replaced.
   *
   * The check runs when somebody asks, all checks at the same time: it fails when it throws, rejects, answers `false` or a
   * `status` of `unhealthy`, or takes longer than its time-out; then its `AbortSignal` is aborted. Nothing that it does is
   * thrown or unhandled. Its queries and requests are not traced.
   *
   * @returns what takes it out again.
   */
  register(name: string, check: Check, options?: CheckOptions): () => void;
  /** Run all checks and say what they answered. Never rejects; takes at most the longest time-out. */
  report(): Promise<HealthReport>;
  /**
   * The same as the answer to "may requests be sent here?": unhealthy at once, and without running a check, when the process
   * was told to end.
   */
  readiness(): Promise<HealthReport>;
  /** Say that the application is ending, so that it is not ready any more. A signal that ends the process says so by itself. @default true */
  shuttingDown(isShuttingDown?: boolean): void;
}

/** For the ops server, which must not hold the process. */
export interface HealthSource extends Health {
  /** Longest time that a report may take. */
  readonly longestMs: number;
  report(hold?: boolean): Promise<HealthReport>;
  readiness(hold?: boolean): Promise<HealthReport>;
}

export function createHealth(): HealthSource {
  const runners = new Map<string, Runner>();
  const observation = observeHealth(() => runners.values());
  let isShuttingDown = false;

  async function report(hold = true): Promise<HealthReport> {
    observation.ensure();
    const startedMs = monotonicMs();
    const asked = [...runners.values()];
    const results = await Promise.all(asked.map((runner) => runner.run(hold)));
    return reportOf(asked, results, startedMs);
  }

  return {
    register(name, check, options = {}) {
      const label = cleanLabel(name);
      const runner = createRunner({
        name: label,
        check:
          typeof check === 'function' ? check : () => Promise.reject(new TypeError(`the check must be a function, got ${typeof check}`)),
        timeoutMs: time(read(Object(options), 'timeoutMs'), 1, DEFAULT_TIMEOUT_MS),
        cacheMs: time(read(Object(options), 'cacheMs'), 0, DEFAULT_CACHE_MS),
        critical: read(Object(options), 'critical') !== false,
        onResult: observation.changed,
      });
      runners.set(label, runner);
      observation.ensure();
      return () => {
        if (runners.get(label) === runner) runners.delete(label);
      };
    },
    report,
    get longestMs() {
      return Math.max(0, ...Array.from(runners.values(), ({ timeoutMs }) => timeoutMs));
    },
    readiness: async (hold) =>
      isShuttingDown || processState.isEnding
        ? { ...reportOf([], [], monotonicMs()), status: 'unhealthy', shutting_down: true }
        : report(hold),
    shuttingDown(value = true) {
      isShuttingDown = value;
      if (!value) processState.isEnding = false;
    },
  };
}

/** That the process answers at all. */
export function aliveReport(): HealthReport {
  return reportOf([], [], monotonicMs());
}

function reportOf(asked: readonly Runner[], results: readonly CheckResult[], startedMs: number): HealthReport {
  const checks: Record<string, CheckResult> = {};
  asked.forEach(({ name }, index) => setProperty(checks, name, results[index] as CheckResult));
  return {
    status: overallStatus(results),
    timestamp: new CapturedDate().toISOString(),
    duration_ms: Math.round((monotonicMs() - startedMs) * 100) / 100,
    checks,
  };
}

function cleanLabel(name: unknown): string {
  const text = typeof name === 'string' || typeof name === 'number' ? cleanString(String(name), MAX_KEY_LENGTH).trim() : '';
  return text === '' ? 'check' : text;
}

function time(value: unknown, min: number, otherwise: number): number {
  return typeof value === 'number' && value >= min ? Math.min(value, LONGEST_MS) : otherwise;
}
