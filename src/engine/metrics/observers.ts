/** Callbacks of observable instruments: asked at each collection; what one does costs its own instruments only, and is said. */
import type { Attributes, BatchObservableCallback, ObservableCallback } from '@opentelemetry/api';
import { errorText } from '../../diagnostics/error-text.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { identityOf } from '../../values/identity.ts';
import type { PlainMap } from '../../values/plain-value.ts';
import { AttributePaths, hasPath } from './attribute-paths.ts';
import { amountOf, cleanMetricAttributes, copyOfPlain } from './clean-measurement.ts';
import type { InstrumentSpec } from './instrument-spec.ts';
import type { Observation } from './observed-stream.ts';

/** In one call of one callback. */
export const MAX_OBSERVATIONS = 10_000;
const MOST_BRANCHES = 50_000;

/** What an observable instrument is inside. */
export interface Observed {
  readonly spec: InstrumentSpec;
}

/** One time of asking all callbacks. What is observed in it is nobody else's. */
export interface Round {
  readonly observed: ReadonlyMap<Observed, ReadonlyMap<string, Observation>>;
  /** Once it is closed: whose callbacks had no time to answer, so that what they observed before still holds. */
  readonly unanswered: ReadonlySet<Observed>;
  /** Settles when the callbacks that answer by a promise have; `undefined` when there are none. Never rejects. */
  readonly pending: Promise<unknown> | undefined;
  /**
   * Take nothing more.
   *
   * @param waitedMs - how long it was waited for those that have not answered, which are then named and not asked again before
   * they do. Default: it was not.
   */
  close(waitedMs?: number): void;
}

export interface Observers {
  readonly size: number;
  /** Does nothing when it is there already. */
  add(callback: ObservableCallback, instrument: Observed): void;
  remove(callback: ObservableCallback, instrument: Observed): void;
  addBatch(callback: BatchObservableCallback, instruments: readonly Observed[]): void;
  removeBatch(callback: BatchObservableCallback, instruments: readonly Observed[]): void;
  /** Ask all callbacks. Never throws. */
  ask(): Round;
}

interface Callback {
  readonly callback: unknown;
  readonly instruments: readonly Observed[];
  readonly isBatch: boolean;
  /** Did not answer in time, and has not since. */
  isHung: boolean;
  /** It is being called: one that ends the process is not called again by what is collected at the end. */
  isCalled: boolean;
}

type Observe = (instrument: Observed, value: unknown, attributes: unknown) => void;

/** @param insideOf - the instrument inside of what an application calls an observable. */
export function createObservers(reporter: Reporter, insideOf: (observable: unknown) => Observed | undefined): Observers {
  const callbacks: Callback[] = [];
  const keys = new ObservedKeys();

  function indexOf(callback: unknown, instruments: readonly Observed[], isBatch: boolean): number {
    return callbacks.findIndex((each) => each.callback === callback && each.isBatch === isBatch && haveSame(each.instruments, instruments));
  }

  function add(callback: unknown, instruments: readonly Observed[], isBatch: boolean): void {
    if (indexOf(callback, instruments, isBatch) < 0) callbacks.push({ callback, instruments, isBatch, isHung: false, isCalled: false });
  }

  function remove(callback: unknown, instruments: readonly Observed[], isBatch: boolean): void {
    const index = indexOf(callback, instruments, isBatch);
    if (index >= 0) callbacks.splice(index, 1);
  }

  function ask(): Round {
    const observed = new Map<Observed, Map<string, Observation>>();
    const asked = new Set<Callback>();
    const unanswered = new Set<Observed>();
    let isClosed = false;

    const observerOf = (callback: Callback): Observe => {
      let left = MAX_OBSERVATIONS;
      return (instrument, value, attributes) => {
        if (isClosed) return;
        const amount = amountOf(instrument, value, reporter);
        if (amount === undefined) return;
        if (left-- <= 0) return sayTooMany(reporter, callback);
        const { key, clean } = keys.of(attributes);
        let values = observed.get(instrument);
        if (values === undefined) observed.set(instrument, (values = new Map<string, Observation>()));
        values.set(key, { attributes: clean, value: instrument.spec.isInteger ? Math.trunc(amount) : amount });
      };
    };

    const answers: Promise<void>[] = [];
    for (const callback of [...callbacks]) {
      if (callback.isHung || callback.isCalled) continue;
      const answer = callOne(callback, observerOf(callback), insideOf, reporter);
      if (answer === undefined) continue;
      asked.add(callback);
      answers.push(
        answer.then(() => {
          callback.isHung = false;
          asked.delete(callback);
        }),
      );
    }
    return {
      observed,
      unanswered,
      pending: answers.length === 0 ? undefined : Promise.all(answers),
      close(waitedMs) {
        isClosed = true;
        for (const callback of asked) {
          if (waitedMs === undefined) {
            for (const instrument of callback.instruments) unanswered.add(instrument);
            continue;
          }
          callback.isHung = true;
          sayNotSettled(reporter, callback, waitedMs);
        }
      },
    };
  }

  return {
    get size() {
      return callbacks.length;
    },
    add: (callback, instrument) => add(callback, [instrument], false),
    remove: (callback, instrument) => remove(callback, [instrument], false),
    addBatch: (callback, instruments) => add(callback, instruments, true),
    removeBatch: (callback, instruments) => remove(callback, instruments, true),
    ask,
  };
}

function haveSame(some: readonly Observed[], others: readonly Observed[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}

/** Returns when the callback has answered, where it does so by a promise; never rejects. What it throws is said. */
function callOne(
  callback: Callback,
  observe: Observe,
  insideOf: (observable: unknown) => Observed | undefined,
  reporter: Reporter,
): Promise<void> | undefined {
  const { instruments, isBatch } = callback;
  callback.isCalled = true;
  try {
    const answer: unknown = isBatch
      ? (callback.callback as BatchObservableCallback)({
          observe(observable, value, attributes) {
            const instrument = insideOf(observable);
            if (instrument !== undefined && instruments.includes(instrument)) observe(instrument, value, attributes);
          },
        })
      : (callback.callback as ObservableCallback)({
          observe: (value, attributes) => observe(instruments[0] as Observed, value, attributes),
        });
    const mayBePromise = (typeof answer === 'object' && answer !== null) || typeof answer === 'function';
    return mayBePromise ? settled(answer, (error) => sayFailed(reporter, callback, error)) : undefined;
  } catch (error) {
    sayFailed(reporter, callback, error);
    return undefined;
  } finally {
    callback.isCalled = false;
  }
}

async function settled(answer: unknown, onFailed: (error: unknown) => void): Promise<void> {
  try {
    await answer;
  } catch (error) {
    onFailed(error);
  }
}

/** What tells attributes apart, and their clean copy; known ones are found without making either. */
class ObservedKeys {
  readonly #paths = new AttributePaths<{ readonly key: string; readonly clean: Attributes }>(MOST_BRANCHES);

  of(attributes: unknown): { readonly key: string; readonly clean: Attributes } {
    const plain = copyOfPlain(attributes ?? undefined);
    if (plain === undefined || !hasPath(plain)) return keyed(plain ?? cleanMetricAttributes(attributes));
    let known = this.#paths.find(plain);
    if (known === undefined) this.#paths.learn(plain, (known = keyed(plain)));
    return known;
  }
}

function keyed(clean: Attributes): { readonly key: string; readonly clean: Attributes } {
  return { key: identityOf(clean as PlainMap), clean };
}

/** `of the metric "jobs"`, for messages. */
function metricOf({ instruments, isBatch }: Callback): string {
  const [first] = instruments;
  if (isBatch) return `of several metrics of ${JSON.stringify(first?.spec.scope.name)}`;
  return `of the metric ${JSON.stringify(first?.spec.name)}`;
}

function sayFailed(reporter: Reporter, callback: Callback, error: unknown): void {
  const of = metricOf(callback);
  reporter.say(
    'metrics.callback',
    `A callback ${of} failed: ${errorText(error)}. What it had not observed yet is missing in this interval; other metrics are exported.`,
    of,
  );
}

function sayNotSettled(reporter: Reporter, callback: Callback, waitedMs: number): void {
  const of = metricOf(callback);
  reporter.say(
    'metrics.callback',
    `A callback ${of} must settle within ${Math.round(waitedMs)} ms (OTEL_METRIC_EXPORT_TIMEOUT, or what a flush can spare), but did not. What it observes is missing until it settles; other metrics are exported.`,
    of,
  );
}

function sayTooMany(reporter: Reporter, { instruments: [first] }: Callback): void {
  reporter.say(
    'metrics.too-many',
    `A metric's callback must observe at most ${MAX_OBSERVATIONS} values each time, but one of ${JSON.stringify(first?.spec.scope.name)} observed more. The others are missing. Use attributes with fewer different values.`,
    'values',
  );
}
