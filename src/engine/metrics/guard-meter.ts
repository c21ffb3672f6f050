/**
 * Stands before the official metrics SDK, which throws into the application on values that it cannot serialise and keeps
 * the attribute objects that it is given.
 */
import type {
  Attributes,
  BatchObservableCallback,
  BatchObservableResult,
  Context,
  Meter,
  MeterProvider,
  MetricOptions,
  Observable,
  ObservableCallback,
  ObservableResult,
} from '@opentelemetry/api';
import type { Reporter } from '../../diagnostics/reporter.ts';
import type { Scope } from '../../otlp/types.ts';
import { api } from '../../runtime/otel.ts';
import { addAttributes, type AttributeBag } from '../../values/attributes.ts';
import { MAX_KEY_LENGTH, MAX_NAME_LENGTH } from '../../values/limits.ts';
import { readEach } from '../../values/read-properties.ts';
import { cleanString } from '../../values/strings.ts';
import { createScopeCache } from '../scope.ts';

const MAX_ATTRIBUTES = 128;
const MAX_VALUE_LENGTH = 1024;
const MAX_INSTRUMENT_NAME_LENGTH = 255;
const MAX_UNIT_LENGTH = 63;
const MAX_BOUNDARIES = 256;
const MAX_METERS = 1024;
/** Distinct names in one meter. */
const MAX_INSTRUMENTS = 2048;
/** In one call of one callback. */
const MAX_OBSERVATIONS = 10_000;
const OPTION_NAMES = ['description', 'unit', 'valueType', 'advice'] as const;
const ADVICE_NAMES = ['explicitBucketBoundaries'] as const;

type AddingMethod = 'createCounter' | 'createUpDownCounter';
type RecordingMethod = 'createHistogram' | 'createGauge';
type ObservableMethod = 'createObservableCounter' | 'createObservableUpDownCounter' | 'createObservableGauge';
/** A callback observes more than it may. */
type OnTooMany = () => void;
type Write = (value: number, attributes?: Attributes, context?: Context) => void;

/**
 * `provider` for handing out: no call throws whatever it is given; values that are not finite numbers are ignored, a
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
  const noop = api.createNoopMeter();
  const names = new Set<string>();
  const sayTooManyInstruments = (name: string): boolean =>
    reporter.say(
      'metrics.too-many',
      `A meter must have at most ${MAX_INSTRUMENTS} instruments, but ${JSON.stringify(scope.name)} was asked for one more: ${JSON.stringify(name)}. It records nothing. Name an instrument after what it measures, and put what varies into attributes.`,
      'instruments',
    );
  const sayTooManyValues: OnTooMany = () =>
    reporter.say(
      'metrics.too-many',
      `A metric's callback must observe at most ${MAX_OBSERVATIONS} values each time, but one of ${JSON.stringify(scope.name)} observed more. The others are missing. Use attributes with fewer different values.`,
      'values',
    );

  /** Make the instrument, or one that does nothing. */
  function make<T>(name: unknown, options: unknown, create: (meter: Meter, name: string, options: MetricOptions) => T): T {
    const clean = typeof name === 'string' ? cleanString(name, MAX_INSTRUMENT_NAME_LENGTH) : '';
    if (clean === '') return create(noop, 'none', {});
    if (names.size >= MAX_INSTRUMENTS && !names.has(clean)) {
      sayTooManyInstruments(clean);
      return create(noop, 'none', {});
    }
    names.add(clean);
    try {
      return create(meter, clean, cleanOptions(options));
    } catch {
      return create(noop, 'none', {});
    }
  }
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
      sayTooManyValues,
    );

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
      if (typeof callback === 'function' && inner.length > 0)
        meter.addBatchObservableCallback(guardBatchCallback(callback, sayTooManyValues), inner);
    },
    removeBatchObservableCallback(callback, observables) {
      if (typeof callback === 'function')
        meter.removeBatchObservableCallback(guardBatchCallback(callback, sayTooManyValues), GuardedObservable.allInside(observables));
    },
  };
}

function guardWrite(write: Write, isMonotonic: boolean): Write {
  return (value, attributes, context) => {
    const amount = cleanAmount(value);
    if (amount === undefined || (isMonotonic && amount < 0)) return;
    try {
      write(amount, cleanMetricAttributes(attributes), context);
    } catch {
      // A view of the user's, or a global that the SDK calls.
    }
  };
}

/** A finite number; one NaN would spoil a sum for ever. */
function cleanAmount(value: unknown): number | undefined {
  const amount = typeof value === 'bigint' ? Number(value) : value;
  return typeof amount === 'number' && Number.isFinite(amount) ? amount : undefined;
}

class GuardedObservable implements Observable {
  readonly #inner: Observable;
  readonly #onTooMany: OnTooMany;

  constructor(inner: Observable, onTooMany: OnTooMany) {
    this.#inner = inner;
    this.#onTooMany = onTooMany;
  }

  /** The SDK's instrument inside; `undefined` for anything else. */
  static inside(value: unknown): Observable | undefined {
    return typeof value === 'object' && value !== null && #inner in value ? value.#inner : undefined;
  }

  static allInside(values: unknown): Observable[] {
    try {
      if (!Array.isArray(values)) return [];
      return values
        .slice(0, MAX_INSTRUMENTS)
        .map(GuardedObservable.inside)
        .filter((inner) => inner !== undefined);
    } catch {
      return []; // a proxy
    }
  }

  addCallback(callback: ObservableCallback): void {
    if (typeof callback === 'function') this.#inner.addCallback(guardCallback(callback, this.#onTooMany));
  }

  removeCallback(callback: ObservableCallback): void {
    if (typeof callback === 'function') this.#inner.removeCallback(guardCallback(callback, this.#onTooMany));
  }
}

/** The same function for the same callback, for the SDK compares them. */
const guardedCallbacks = new WeakMap<ObservableCallback, ObservableCallback>();
const guardedBatchCallbacks = new WeakMap<BatchObservableCallback, BatchObservableCallback>();

function guardCallback(callback: ObservableCallback, onTooMany: OnTooMany): ObservableCallback {
  let guarded = guardedCallbacks.get(callback);
  if (guarded === undefined) {
    guarded = (result) =>
      contain(callback, onTooMany, (hasRoom): ObservableResult => ({
        observe(value, attributes) {
          const amount = cleanAmount(value);
          if (amount !== undefined && hasRoom()) result.observe(amount, cleanMetricAttributes(attributes));
        },
      }));
    guardedCallbacks.set(callback, guarded);
  }
  return guarded;
}

function guardBatchCallback(callback: BatchObservableCallback, onTooMany: OnTooMany): BatchObservableCallback {
  let guarded = guardedBatchCallbacks.get(callback);
  if (guarded === undefined) {
    guarded = (result) =>
      contain(callback, onTooMany, (hasRoom): BatchObservableResult => ({
        observe(metric, value, attributes) {
          const inner = GuardedObservable.inside(metric);
          const amount = cleanAmount(value);
          if (inner !== undefined && amount !== undefined && hasRoom()) result.observe(inner, amount, cleanMetricAttributes(attributes));
        },
      }));
    guardedBatchCallbacks.set(callback, guarded);
  }
  return guarded;
}

/** Call `callback` with a result that takes a bounded number of observations. What was observed before it failed counts. */
async function contain<Result>(
  callback: (result: Result) => unknown,
  onTooMany: OnTooMany,
  createResult: (hasRoom: () => boolean) => Result,
): Promise<void> {
  let left = MAX_OBSERVATIONS;
  try {
    await callback(
      createResult(() => {
        if (left > 0) return left-- > 0;
        onTooMany();
        return false;
      }),
    );
  } catch {
    // The application's callback, not the collection, failed.
  }
}

/** A copy that can be hashed and exported. */
function cleanMetricAttributes(attributes: unknown): Attributes {
  if (typeof attributes !== 'object' || attributes === null) return {};
  try {
    if (Object.getPrototypeOf(attributes) === Object.prototype) {
      const copy: Attributes = { ...attributes };
      if (isPlain(copy)) return copy;
    }
  } catch {
    // A getter or a proxy.
  }
  const bag: AttributeBag = { attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
  addAttributes(bag, attributes, MAX_ATTRIBUTES, MAX_VALUE_LENGTH);
  for (const key of Object.keys(bag.attributes)) bag.attributes[key] = asSeriesValue(bag.attributes[key]);
  return bag.attributes;
}

function isPlain(attributes: Attributes): boolean {
  let count = 0;
  for (const key in attributes) {
    const value = attributes[key];
    const isShort =
      typeof value === 'string'
        ? value.length <= MAX_VALUE_LENGTH && value.isWellFormed()
        : typeof value === 'number' || typeof value === 'boolean';
    if (!isShort || ++count > MAX_ATTRIBUTES || key === '' || key.length > MAX_KEY_LENGTH) return false;
  }
  return true;
}

/** What tells series apart: a scalar, or a list of scalars. `value` is clean. */
function asSeriesValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || (Array.isArray(value) && value.every(isScalar))) return value;
  const json = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
  return cleanString(json, MAX_VALUE_LENGTH);
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
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
  try {
    if (!Array.isArray(value) || value.length > MAX_BOUNDARIES) return undefined;
    const boundaries = Array.from(value, Number).filter(Number.isFinite);
    return boundaries.every((boundary, i) => i === 0 || boundary > (boundaries[i - 1] as number)) ? boundaries : undefined;
  } catch {
    return undefined;
  }
}
