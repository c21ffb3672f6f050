/**
 * Stands before the official metrics SDK, which throws into the application on values that it cannot serialise and keeps
 * the attribute objects that it is given.
 */
import type { Attributes, Context, Meter, MeterProvider, MetricOptions } from '@opentelemetry/api';
import { errorText } from '../../diagnostics/error-text.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import type { Scope } from '../../otlp/types.ts';
import { attempt, contain, contained } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { MAX_NAME_LENGTH } from '../../values/limits.ts';
import { readEach } from '../../values/read-properties.ts';
import { cleanString } from '../../values/strings.ts';
import { createScopeCache } from '../scope.ts';
import { createBatchCallbackGuard, GuardedObservable, MAX_OBSERVATIONS, type CallbackListener } from './guarded-observable.ts';
import { cleanAmount, cleanMetricAttributes } from './clean-measurement.ts';

const MAX_INSTRUMENT_NAME_LENGTH = 255;
const MAX_UNIT_LENGTH = 63;
const MAX_BOUNDARIES = 256;
const MAX_METERS = 1024;
/** Distinct names in one meter. */
const MAX_INSTRUMENTS = 2048;
const OPTION_NAMES = ['description', 'unit', 'valueType', 'advice'] as const;
const ADVICE_NAMES = ['explicitBucketBoundaries'] as const;

type AddingMethod = 'createCounter' | 'createUpDownCounter';
type RecordingMethod = 'createHistogram' | 'createGauge';
type ObservableMethod = 'createObservableCounter' | 'createObservableUpDownCounter' | 'createObservableGauge';
type Write = (value: number, attributes?: Attributes, context?: Context) => void;

/**
 * `provider` for applications: no call throws whatever it is given; values that are not finite numbers are ignored, a
 * BigInt counts as a number; attributes are copied, at most 1024 characters each, with maps as JSON; a name that
 * is not a text gives an instrument that does nothing. So does one beyond 2048 in a meter or 1024 meters, which is said.
 */
export function guardMeterProvider(provider: MeterProvider, reporter: Reporter): MeterProvider {
  let meters = 0;
  const meterOf = createScopeCache((scope) => {
    if (++meters <= MAX_METERS) return guardMeter(makeMeter(provider, scope), scope, reporter);
    reporter.say(
      'metrics.too-many',
      `There must be at most ${MAX_METERS} meters, but one more was asked for: ${JSON.stringify(scope.name)}. Its instruments record nothing. Name a meter after the code that measures, and put what varies into attributes.`,
      'meters',
    );
    return guardMeter(api.createNoopMeter(), scope, reporter);
  });
  return { getMeter: (name, version, options) => meterOf(name, version, options) };
}

function makeMeter(provider: MeterProvider, scope: Scope): Meter {
  const options = scope.schemaUrl === undefined ? undefined : { schemaUrl: scope.schemaUrl };
  return provider.getMeter(scope.name, scope.version, options);
}

function guardMeter(meter: Meter, scope: Scope, reporter: Reporter): Meter {
  const make = createInstrumentMaker(meter, scope, reporter);
  const adding = (method: AddingMethod, isMonotonic: boolean) => (name: string, options?: MetricOptions) => {
    const instrument = make(name, options, (from, ...args) => from[method](...args));
    return { add: guardWrite((value, attributes, context) => instrument.add(value, attributes, context), isMonotonic) };
  };
  const recording = (method: RecordingMethod, isMonotonic: boolean) => (name: string, options?: MetricOptions) => {
    const instrument = make(name, options, (from, ...args) => from[method](...args));
    return { record: guardWrite((value, attributes, context) => instrument.record(value, attributes, context), isMonotonic) };
  };
  const observable = (method: ObservableMethod) => (name: string, options?: MetricOptions) =>
    new GuardedObservable(
      make(name, options, (from, ...args) => from[method](...args)),
      createCallbackListener(reporter, scope, cleanInstrumentName(name)),
    );
  const guardBatch = createBatchCallbackGuard(createCallbackListener(reporter, scope, undefined));

  return {
    createCounter: adding('createCounter', true),
    createUpDownCounter: adding('createUpDownCounter', false),
    createHistogram: recording('createHistogram', true),
    createGauge: recording('createGauge', false),
    createObservableCounter: observable('createObservableCounter'),
    createObservableUpDownCounter: observable('createObservableUpDownCounter'),
    createObservableGauge: observable('createObservableGauge'),
    addBatchObservableCallback(callback, observables) {
      const inner = GuardedObservable.allInside(observables);
      if (typeof callback === 'function' && inner.length > 0) meter.addBatchObservableCallback(guardBatch(callback), inner);
    },
    removeBatchObservableCallback(callback, observables) {
      if (typeof callback === 'function')
        meter.removeBatchObservableCallback(guardBatch(callback), GuardedObservable.allInside(observables));
    },
  };
}

/** Empty for what is no name. */
function cleanInstrumentName(name: unknown): string {
  return typeof name === 'string' ? cleanString(name, MAX_INSTRUMENT_NAME_LENGTH) : '';
}

type Create<T> = (meter: Meter, name: string, options: MetricOptions) => T;

/** Returns a function that makes an instrument of `meter`, or one that does nothing. */
function createInstrumentMaker(
  meter: Meter,
  scope: Scope,
  reporter: Reporter,
): <T>(name: unknown, options: unknown, create: Create<T>) => T {
  const names = new Set<string>();
  return (name, options, create) => {
    const noop = () => create(api.createNoopMeter(), 'none', {});
    const clean = cleanInstrumentName(name);
    if (clean === '') return noop();
    if (names.size >= MAX_INSTRUMENTS && !names.has(clean)) {
      reporter.say(
        'metrics.too-many',
        `A meter must have at most ${MAX_INSTRUMENTS} instruments, but ${JSON.stringify(scope.name)} was asked for one more: ${JSON.stringify(clean)}. It records nothing. Name an instrument after what it measures, and put what varies into attributes.`,
        'instruments',
      );
      return noop();
    }
    names.add(clean);
    return contain(`making the instrument ${JSON.stringify(clean)}`, () => create(meter, clean, cleanOptions(options))) ?? noop();
  };
}

/** @param metric - `undefined` for a callback of several. */
function createCallbackListener(reporter: Reporter, scope: Scope, metric: string | undefined): CallbackListener {
  const of = metric === undefined ? `of several metrics of ${JSON.stringify(scope.name)}` : `of the metric ${JSON.stringify(metric)}`;
  return {
    onTooMany: () =>
      reporter.say(
        'metrics.too-many',
        `A metric's callback must observe at most ${MAX_OBSERVATIONS} values each time, but one of ${JSON.stringify(scope.name)} observed more. The others are missing. Use attributes with fewer different values.`,
        'values',
      ),
    onFailed: (error) =>
      reporter.say(
        'metrics.callback',
        `A callback ${of} failed: ${errorText(error)}. What it had not observed yet is missing in this interval; other metrics are exported.`,
        of,
      ),
  };
}

function guardWrite(write: Write, isMonotonic: boolean): Write {
  return (value, attributes, context) => {
    const amount = cleanAmount(value);
    if (amount === undefined || (isMonotonic && amount < 0)) return;
    try {
      write(amount, cleanMetricAttributes(attributes), context);
    } catch (error) {
      contained('recording a measurement', error);
    }
  };
}

function cleanOptions(options: unknown): MetricOptions {
  const clean: MetricOptions = {};
  if (typeof options !== 'object' || options === null) return clean;
  const { description, unit, valueType, advice } = readEach(options, OPTION_NAMES);
  if (typeof description === 'string') clean.description = cleanString(description, MAX_NAME_LENGTH);
  if (typeof unit === 'string') clean.unit = cleanString(unit, MAX_UNIT_LENGTH);
  if (valueType === 0 || valueType === 1) clean.valueType = valueType;
  if (typeof advice === 'object' && advice !== null) {
    const explicitBucketBoundaries = cleanBoundaries(readEach(advice, ADVICE_NAMES).explicitBucketBoundaries);
    if (explicitBucketBoundaries !== undefined) clean.advice = { explicitBucketBoundaries };
  }
  return clean;
}

/** Finite numbers in rising order. */
function cleanBoundaries(value: unknown): number[] | undefined {
  const boundaries = attempt(() =>
    Array.isArray(value) && value.length <= MAX_BOUNDARIES ? Array.from(value, Number).filter(Number.isFinite) : undefined,
  );
  return boundaries?.every((boundary, i) => i === 0 || boundary > (boundaries[i - 1] as number)) ? boundaries : undefined;
}
