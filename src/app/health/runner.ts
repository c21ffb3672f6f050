/** Runs one check: once for all who ask meanwhile, again only when its answer is old, and cut when it takes too long. */
import { UNTRACED } from '../../context/context-keys.ts';
import { clearTimeout, setImmediate, setTimeout } from '../../runtime/captured.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { contain } from '../../runtime/contain.ts';
import { loadPart } from '../../runtime/load-part.ts';
import { api } from '../../runtime/otel.ts';
import { createCheckSignal } from './check-signal.ts';
import type { Check, CheckResult } from './check.ts';
import { failureOf, outcomeOf, type Outcome } from './outcome.ts';

/** Runs that were cut and did not settle hold connections of the application: no more are started than so many. */
const MOST_UNSETTLED = 3;
/** One that has not settled by then never may; it must not be the reason why nobody looks again. */
const FORGET_AFTER_MS = 60_000;

export interface Runner {
  readonly name: string;
  readonly critical: boolean;
  readonly timeoutMs: number;
  /** What was answered last, however long ago. */
  readonly last: CheckResult | undefined;
  /** Milliseconds since then; `Infinity` when it was never run. */
  readonly ageMs: number;
  /**
   * Never rejects.
   *
   * @param hold - keep the process alive until the time-out, for a program that waits for the answer.
   */
  run(hold: boolean): Promise<CheckResult>;
}

export interface RunnerOptions {
  readonly name: string;
  readonly check: Check;
  readonly timeoutMs: number;
  readonly critical: boolean;
  readonly cacheMs: number;
  readonly onResult: (runner: Runner, before: CheckResult | undefined) => void;
}

interface Run {
  readonly startedMs: number;
  readonly timer: NodeJS.Timeout;
  readonly result: Promise<CheckResult>;
}

interface RunnerState {
  last: CheckResult | undefined;
  answeredAtMs: number;
  /** The run that is under way. */
  current: Run | undefined;
  /** When those began that were cut and have not settled. */
  readonly unsettled: Set<{ readonly startedMs: number }>;
}

export function createRunner(options: RunnerOptions): Runner {
  const { name, critical, cacheMs, onResult, timeoutMs } = options;
  const state: RunnerState = { last: undefined, answeredAtMs: -Infinity, current: undefined, unsettled: new Set() };
  const runner: Runner = {
    name,
    critical,
    timeoutMs,
    get last() {
      return state.last;
    },
    get ageMs() {
      return monotonicMs() - state.answeredAtMs;
    },
    run(hold) {
      if (state.current !== undefined) {
        if (hold) state.current.timer.ref();
        return state.current.result;
      }
      if (state.last !== undefined && runner.ageMs < cacheMs) return Promise.resolve(state.last);
      const stuck = describeStuck(state);
      return stuck === undefined ? start(options, state, hold, settle) : Promise.resolve(settle(failureOf(stuck), monotonicMs()));
    },
  };

  function settle(outcome: Outcome, startedMs: number): CheckResult {
    const before = state.last;
    state.current = undefined;
    state.answeredAtMs = monotonicMs();
    state.last = resultOf(outcome, critical, state.answeredAtMs - startedMs);
    contain('noting the state of a check', () => onResult(runner, before));
    return state.last;
  }
  return runner;
}

function describeStuck({ unsettled }: RunnerState): string | undefined {
  const now = monotonicMs();
  for (const run of unsettled) if (now - run.startedMs > FORGET_AFTER_MS) unsettled.delete(run);
  return unsettled.size < MOST_UNSETTLED ? undefined : `${unsettled.size} earlier runs have not answered yet`;
}

function start(
  { check, name, timeoutMs }: RunnerOptions,
  state: RunnerState,
  hold: boolean,
  settle: (outcome: Outcome, startedMs: number) => CheckResult,
): Promise<CheckResult> {
  const startedMs = monotonicMs();
  const controller = createCheckSignal(name);
  let resolve!: (result: CheckResult) => void;
  const result = new Promise<CheckResult>((settled) => (resolve = settled));
  const run = { startedMs };
  let isOver = false;
  let hasBlocked = false;
  const cut = (): void => {
    if (isOver) return;
    isOver = true;
    state.unsettled.add(run);
    resolve(settle(lateAfter(timeoutMs), startedMs));
    controller.abort(new Error(`the check did not answer within ${timeoutMs} ms`));
  };
  // What arrived while something else blocked the event loop is heard first.
  const timer = setTimeout(() => void setImmediate(cut), timeoutMs);
  if (!hold) timer.unref();
  const end = (outcome: Outcome): void => {
    state.unsettled.delete(run);
    clearTimeout(timer);
    if (isOver) return;
    isOver = true;
    resolve(settle(hasBlocked ? lateAfter(timeoutMs) : outcome, startedMs));
  };
  state.current = { startedMs, timer, result };
  call(check, controller.signal).then(
    (answer) => end(outcomeOf(answer)),
    (error: unknown) => end(failureOf(error)),
  );
  hasBlocked = monotonicMs() - startedMs > timeoutMs;
  return result;
}

/** Untraced: a probe every few seconds is no work of the application. A promise also when it throws, or answers with a thenable. */
function call(check: Check, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => resolve(api.context.with(UNTRACED, () => check(signal))));
}

function lateAfter(timeoutMs: number): Outcome {
  return failureOf(`the check did not answer within ${timeoutMs} ms`);
}

function resultOf({ status, details, error }: Outcome, critical: boolean, durationMs: number): CheckResult {
  const time = { status, response_time_ms: Math.round(durationMs * 100) / 100, critical };
  if (details === undefined && error === undefined) return time;
  const { shownDetails, shownError } = loadPart<typeof import('./shown.ts')>(import.meta.url, './shown');
  const shown = details === undefined ? undefined : shownDetails(details);
  return { ...time, ...(shown !== undefined && { details: shown }), ...(error !== undefined && { error: shownError(error) }) };
}
