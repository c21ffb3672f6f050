/** `timed`, `counted` and `active`: measurements of calls, as wrappers and as decorators. */
import type { Attributes } from '@opentelemetry/api';
import { ERROR_TYPE, OUTCOME } from '../../names/attributes.ts';
import { SECONDS } from '../../names/metrics/metric-row.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { contained } from '../../runtime/contain.ts';
import { isHeard } from './early-measurements.ts';
import { errorType } from './error-type.ts';
import {
  begin as beginActive,
  counter,
  histogram,
  upDownCounter,
  type Counter,
  type Histogram,
  type HistogramOptions,
  type UpDownCounter,
} from './instruments.ts';
import { ownAttributes, ownOptions } from './own-copy.ts';
import { functionDecorator, watchFunction, type AnyFunction, type Begin, type FunctionDecorator } from './watch-function.ts';

export interface CallOptions<F extends AnyFunction = AnyFunction> extends HistogramOptions {
  /** Of the measurement; a function gets the arguments of the call. */
  readonly attributes?: Attributes | ((...args: Parameters<F>) => Attributes | undefined);
  /**
   * Called with what was returned (of a promise what it was fulfilled with, of a generator what it returned at last) and the
   * attributes of the measurement, to record a size or tokens. What it throws is said at debug.
   */
  readonly onResult?: (result: Awaited<ReturnType<F>>, attributes: Attributes) => void;
}

/**
 * Records how long each call of `fn` took, in seconds, with `outcome` (`success`, `failure`) and, where it failed, `error.type`.
 *
 * A call lasts until its result is there: a promise settled, a generator ended, a stream closed. `fn` stays as it is: name,
 * arity, `this`, what it returns and throws. Runs `fn` and nothing else when no telemetry runs.
 *
 * @param metric - the name of a histogram in seconds, or a histogram of this module.
 *
 * @example const checkout = timed('shop.checkout.duration', async (cart) => { … });
 * @example class Shop { \@timed('shop.checkout.duration') async checkout(cart) { … } }
 */
export function timed<F extends AnyFunction>(metric: string | Histogram, fn: F, options?: CallOptions<F>): F;
export function timed(metric: string | Histogram, options?: CallOptions): FunctionDecorator;
export function timed(metric: string | Histogram, fnOrOptions?: unknown, options?: CallOptions): unknown {
  const given = optionsOf(fnOrOptions, options);
  const durations = typeof metric === 'object' ? metric : histogram(metric, { buckets: SECONDS, ...given, unit: 's' });
  return watching(fnOrOptions, (args) => {
    const attributes = attributesOf(given, args);
    const startMs = monotonicMs();
    return (isFailed, outcome) => {
      const measured = withOutcome(attributes, isFailed, outcome);
      durations.record((monotonicMs() - startMs) / 1000, measured);
      callOnResult(given, isFailed, outcome, measured);
    };
  });
}

/** Counts calls of `fn` when they are over, with `outcome` and `error.type`. Otherwise as `timed`. */
export function counted<F extends AnyFunction>(metric: string | Counter, fn: F, options?: CallOptions<F>): F;
export function counted(metric: string | Counter, options?: CallOptions): FunctionDecorator;
export function counted(metric: string | Counter, fnOrOptions?: unknown, options?: CallOptions): unknown {
  const given = optionsOf(fnOrOptions, options);
  const calls = typeof metric === 'object' ? metric : counter(metric, { unit: '{call}', ...given });
  return watching(fnOrOptions, (args) => {
    const attributes = attributesOf(given, args);
    return (isFailed, outcome) => {
      const measured = withOutcome(attributes, isFailed, outcome);
      calls.add(1, measured);
      callOnResult(given, isFailed, outcome, measured);
    };
  });
}

/** How many calls of `fn` are under way. Otherwise as `timed`. */
export function active<F extends AnyFunction>(metric: string | UpDownCounter, fn: F, options?: CallOptions<F>): F;
export function active(metric: string | UpDownCounter, options?: CallOptions): FunctionDecorator;
export function active(metric: string | UpDownCounter, fnOrOptions?: unknown, options?: CallOptions): unknown {
  const given = optionsOf(fnOrOptions, options);
  const underWay = typeof metric === 'object' ? metric : upDownCounter(metric, { unit: '{call}', ...given });
  return watching(fnOrOptions, (args) => {
    const attributes = attributesOf(given, args);
    const end = beginActive(underWay, attributes);
    return (isFailed, outcome) => {
      end();
      callOnResult(given, isFailed, outcome, attributes);
    };
  });
}

function watching(fn: unknown, begin: Begin): unknown {
  const whenHeard: Begin = (args) => (isHeard() ? begin(args) : undefined);
  return typeof fn === 'function' ? watchFunction(fn as AnyFunction, whenHeard) : functionDecorator(whenHeard);
}

function optionsOf(fnOrOptions: unknown, options: unknown): CallOptions {
  const given = typeof fnOrOptions === 'function' ? options : fnOrOptions;
  return ownOptions(given as CallOptions);
}

function attributesOf({ attributes }: CallOptions, args: readonly unknown[]): Attributes {
  if (typeof attributes !== 'function') return ownAttributes(attributes) ?? {};
  try {
    return ownAttributes((attributes as (...args: readonly unknown[]) => unknown)(...args)) ?? {};
  } catch (error) {
    contained('asking the application for attributes of a call', error);
    return {};
  }
}

function withOutcome(attributes: Attributes, isFailed: boolean, outcome: unknown): Attributes {
  return { ...attributes, ...(isFailed ? { [OUTCOME]: 'failure', [ERROR_TYPE]: errorType(outcome) } : { [OUTCOME]: 'success' }) };
}

function callOnResult({ onResult }: CallOptions, isFailed: boolean, outcome: unknown, attributes: Attributes): void {
  if (!isFailed && typeof onResult === 'function') (onResult as (result: unknown, attributes: Attributes) => void)(outcome, attributes);
}
