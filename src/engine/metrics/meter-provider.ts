/** Meters and the instruments that they make, for applications: whatever they are given, no call throws. */
import type { BatchObservableCallback, Meter, MeterProvider, MetricOptions, Observable } from '@opentelemetry/api';
import type { Reporter } from '../../diagnostics/reporter.ts';
import type { Scope } from '../../otlp/types.ts';
import { attempt, contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { createScopeCache } from '../scope.ts';
import { createAdding, createRecording, ObservableInstrument, type Activity, type Instrument, type Recording } from './instruments.ts';
import {
  cleanInstrumentName,
  cleanSpec,
  type InstrumentKind,
  type InstrumentSpec,
  type ObservableKind,
  type SyncKind,
} from './instrument-spec.ts';
import type { Observed, Observers } from './observers.ts';

const MAX_METERS = 1024;
/** In one meter. */
const MAX_INSTRUMENTS = 2048;
/** Instruments of one batch callback. */
const MAX_OBSERVABLES = 2048;

/** What becomes of measurements: see `metric-store.ts`, and `worker-meters.ts` for worker threads. */
export interface MeterBackend {
  /** Called when the instrument records for the first time. */
  open(instrument: Instrument): readonly Recording[];
  /** Called when an observable instrument is made. */
  observable(instrument: Observed): void;
  observers(): Observers;
}

export interface MeterProviderOptions {
  readonly reporter: Reporter;
  readonly backend: MeterBackend;
  /** By the name of the meter. */
  readonly activityOf: (meter: string) => Activity;
}

/**
 * The provider. A name that is not a text gives an instrument that does nothing. So does one beyond 2048 in a meter or 1024
 * meters, which is said.
 */
export function createMeterProvider(options: MeterProviderOptions): MeterProvider {
  let meters = 0;
  const meterOf = createScopeCache((scope) => {
    if (++meters <= MAX_METERS) return createMeter(scope, options);
    options.reporter.say(
      'metrics.too-many',
      `There must be at most ${MAX_METERS} meters, but one more was asked for: ${JSON.stringify(scope.name)}. Its instruments record nothing. Name a meter after the code that measures, and put what varies into attributes.`,
      'meters',
    );
    return api.createNoopMeter();
  });
  return { getMeter: (name, version, given) => meterOf(name, version, given) };
}

function createMeter(scope: Scope, options: MeterProviderOptions): Meter {
  const { backend, reporter } = options;
  const registry = createRegistry(scope, reporter);
  const activity = options.activityOf(scope.name);
  const noop = api.createNoopMeter();

  const sync =
    <Made extends object>(kind: SyncKind, make: (instrument: Instrument) => Made, otherwise: Made) =>
    (name: string, given?: MetricOptions): Made =>
      registry.instrument(kind, name, given, otherwise, (spec) => make(createInstrument(spec, activity, options)));
  const observable = (kind: ObservableKind, otherwise: Observable) => (name: string, given?: MetricOptions) =>
    registry.instrument<Observable>(kind, name, given, otherwise, (spec) => {
      const observed = { spec, activity };
      backend.observable(observed);
      return new ObservableInstrument(observed, backend.observers);
    });
  const withBatch = (callback: unknown, observables: unknown, then: (instruments: readonly Observed[]) => void): void => {
    const instruments = insideOf(observables);
    if (typeof callback === 'function' && instruments.length > 0) then(instruments);
  };

  const noopCounter = noop.createUpDownCounter('');
  return {
    createCounter: sync('counter', createAdding, noopCounter as never),
    createUpDownCounter: sync('upDownCounter', createAdding, noopCounter as never),
    createHistogram: sync('histogram', createRecording, noop.createHistogram('') as never),
    createGauge: sync('gauge', createRecording, noop.createGauge('') as never),
    createObservableCounter: observable('observableCounter', noop.createObservableCounter('')),
    createObservableUpDownCounter: observable('observableUpDownCounter', noop.createObservableUpDownCounter('')),
    createObservableGauge: observable('observableGauge', noop.createObservableGauge('')),
    addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]) {
      withBatch(callback, observables, (instruments) => {
        activity.hasObservers = true;
        backend.observers().addBatch(callback, instruments);
      });
    },
    removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]) {
      withBatch(callback, observables, (instruments) => backend.observers().removeBatch(callback, instruments));
    },
  };
}

function createInstrument(spec: InstrumentSpec, activity: Activity, { backend, reporter }: MeterProviderOptions): Instrument {
  const instrument: Instrument = {
    spec,
    activity,
    reporter,
    recordings: undefined,
    open: () => (instrument.recordings = backend.open(instrument)),
  };
  return instrument;
}

function insideOf(observables: unknown): Observed[] {
  // A proxy may throw.
  return attempt(
    () =>
      Array.isArray(observables)
        ? observables
            .slice(0, MAX_OBSERVABLES)
            .map(ObservableInstrument.inside)
            .filter((inner) => inner !== undefined)
        : [],
    [],
  );
}

interface Registry {
  /** The instrument of that name and kind, made when it is asked for the first time; `otherwise` where there can be none. */
  instrument<Made>(
    kind: InstrumentKind,
    name: unknown,
    options: MetricOptions | undefined,
    otherwise: Made,
    make: (spec: InstrumentSpec) => Made,
  ): Made;
}

/** Names are the same whatever their case. @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#duplicate-instrument-registration */
function createRegistry(scope: Scope, reporter: Reporter): Registry {
  const byName = new Map<string, { readonly spec: InstrumentSpec; readonly made: unknown }[]>();
  let count = 0;
  return {
    instrument<Made>(
      kind: InstrumentKind,
      name: unknown,
      options: MetricOptions | undefined,
      otherwise: Made,
      make: (spec: InstrumentSpec) => Made,
    ): Made {
      const clean = cleanInstrumentName(name);
      if (clean === '') return otherwise;
      const key = clean.toLowerCase();
      const others = byName.get(key);
      const spec = cleanSpec(scope, kind, clean, options);
      const same = others?.find((other) => isSame(other.spec, spec));
      if (same !== undefined) {
        describeLonger(reporter, same.spec, spec);
        return same.made as Made;
      }
      if (count++ >= MAX_INSTRUMENTS) {
        sayTooManyInstruments(reporter, scope, clean);
        return otherwise;
      }
      const made = contain(`making the instrument ${JSON.stringify(clean)}`, () => make(spec)) ?? otherwise;
      if (others === undefined) byName.set(key, [{ spec, made }]);
      else {
        sayDuplicate(reporter, others[0]?.spec as InstrumentSpec, spec);
        others.push({ spec, made });
      }
      return made;
    },
  };
}

function isSame(some: InstrumentSpec, other: InstrumentSpec): boolean {
  return some.kind === other.kind && some.unit === other.unit && some.isInteger === other.isInteger;
}

function describeLonger(reporter: Reporter, known: InstrumentSpec, again: InstrumentSpec): void {
  if (again.description === known.description || again.description === '') return;
  if (known.description !== '') {
    reporter.say(
      'metrics.duplicate',
      `The metric ${JSON.stringify(known.name)} of ${JSON.stringify(known.scope.name)} must have one description, but has two. The longer one is sent.`,
      `description of ${known.name}`,
    );
  }
  if (again.description.length > known.description.length) known.description = again.description;
}

function sayDuplicate(reporter: Reporter, first: InstrumentSpec, second: InstrumentSpec): void {
  const show = ({ kind, unit, isInteger }: InstrumentSpec): string =>
    `${kind}${isInteger ? ' of whole numbers' : ''}${unit === '' ? ' without a unit' : ` in ${JSON.stringify(unit)}`}`;
  reporter.say(
    'metrics.duplicate',
    `The metric ${JSON.stringify(first.name)} of ${JSON.stringify(first.scope.name)} must be of one kind and unit, but was made as ${show(first)} and as ${show(second)}. Both are sent, and few backends can tell them apart. Give one of them another name.`,
    first.name,
  );
}

function sayTooManyInstruments(reporter: Reporter, scope: Scope, name: string): void {
  reporter.say(
    'metrics.too-many',
    `A meter must have at most ${MAX_INSTRUMENTS} instruments, but ${JSON.stringify(scope.name)} was asked for one more: ${JSON.stringify(name)}. It records nothing. Name an instrument after what it measures, and put what varies into attributes.`,
    'instruments',
  );
}
