import { close, Collection, open, running } from './collection.ts';
import { install } from './install.ts';
import type { TestLog, TestMetric, TestSpan } from './records.ts';

// As TypeScript's own `lib.esnext.disposable` has it, for projects that compile without it.
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

/** What was recorded for one test. Nothing of it changes what is exported. */
export interface CollectedTelemetry {
  /** Spans that ended, in the order in which they did. */
  readonly spans: readonly TestSpan[];
  /** Names of the spans that did not end yet. */
  readonly openSpans: readonly string[];
  readonly logs: readonly TestLog[];
  /** What was measured; observable instruments are asked whenever this is read. */
  readonly metrics: readonly TestMetric[];
  /** Wait for observable instruments whose callbacks are asynchronous; `metrics` has their values then. */
  observe(): Promise<void>;
  /** Forget what was recorded so far. */
  clear(): void;
  /** Collect no more. A second call does nothing. */
  stop(): void;
  [Symbol.dispose](): void;
}

/** What a test is given by its runner: `node:test`, or vitest. Collecting stops when it ends. */
interface TestContext {
  after?(fn: () => void): unknown;
  onTestFinished?(fn: () => void): unknown;
}

/**
 * Collect spans, metrics and logs in memory, with `signalbox/register` or without. Tests that run at the same time see their own: call it
 * in the test itself, or give it the test as a function.
 *
 * @param test - the test's context, `collectTelemetry(t)`; or a function, which is run, and whose end is the end of collecting.
 * @throws where another SDK than signalbox is registered with the API.
 * @see docs/testing.md
 */
export function collectTelemetry(test?: TestContext): CollectedTelemetry;
export function collectTelemetry<T>(test: (telemetry: CollectedTelemetry) => T): T;
export function collectTelemetry<T>(test?: TestContext | ((telemetry: CollectedTelemetry) => T)): CollectedTelemetry | T {
  const meterProvider = install();
  const collection = new Collection();
  const telemetry = viewOf(collection, () => meterProvider.observe(collection));
  open(collection);
  // The context of vitest is a function as well.
  const context = test as TestContext | undefined;
  const whenDone = context?.onTestFinished ?? context?.after;
  if (typeof test === 'function' && whenDone === undefined) return runTest(test, collection, telemetry);
  running.enterWith(collection);
  whenDone?.call(context, () => telemetry.stop());
  return telemetry;
}

function runTest<T>(test: (telemetry: CollectedTelemetry) => T, collection: Collection, telemetry: CollectedTelemetry): T {
  let result: T;
  try {
    result = running.run(collection, test, telemetry);
  } catch (error) {
    telemetry.stop();
    throw error;
  }
  if (!(result instanceof Promise)) {
    telemetry.stop();
    return result;
  }
  return result.finally(() => telemetry.stop()) as T;
}

function viewOf(collection: Collection, observe: () => Promise<void>): CollectedTelemetry {
  const stop = (): void => close(collection);
  return {
    spans: collection.spans,
    get openSpans() {
      return [...collection.open.values()];
    },
    logs: collection.logs,
    get metrics() {
      void observe();
      return collection.metrics.read();
    },
    observe,
    clear() {
      collection.spans.length = 0;
      collection.logs.length = 0;
      collection.metrics.clear();
    },
    stop,
    [Symbol.dispose]: stop,
  };
}
