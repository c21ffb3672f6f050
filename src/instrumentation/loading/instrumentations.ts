/** Makes the instrumentation of one entry of the catalogue, once, and keeps it. */
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LoggerProvider, MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { Config } from '../../config/config.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { errorText } from '../../diagnostics/error-text.ts';
import { loadPart } from '../../runtime/load-part.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { noteLoaded } from './loaded-names.ts';
import { onlyUnderParent } from './only-under-parent.ts';
import type { Patches } from './patches.ts';
import type { Registrations } from './registrations.ts';
import { patchLoaded } from './require-hook.ts';

export interface Providers {
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly loggerProvider: LoggerProvider;
}

export interface InstrumentationsOptions extends Providers {
  readonly config: Config;
  readonly reporter: Reporter;
  readonly registrations: Registrations;
  readonly patches: Patches;
}

export interface Instrumentations {
  /** The instrumentation of `entry`; `undefined` when it could not be made, or is being made. */
  load(entry: CatalogueEntry): Instrumentation | undefined;
  /** Run `fn`, which loads modules that are signalbox's own affair. */
  quietly<T>(fn: () => T): T;
  /** Whether what is loaded now is signalbox's own affair. */
  readonly isBusy: boolean;
  /** Names of the entries that were loaded. */
  readonly loaded: readonly string[];
  /** URLs of files of the application that they patch. */
  readonly files: readonly string[];
  disable(): void;
}

export function createInstrumentations(options: InstrumentationsOptions): Instrumentations {
  const { patches, reporter } = options;
  const made = new Map<string, Instrumentation | undefined>();
  let isBusy = false;

  function quietly<T>(fn: () => T): T {
    const outer = isBusy;
    isBusy = true;
    try {
      return fn();
    } finally {
      isBusy = outer;
    }
  }

  function load(entry: CatalogueEntry): Instrumentation | undefined {
    if (made.has(entry.name)) return made.get(entry.name);
    made.set(entry.name, undefined);
    try {
      const instrumentation = quietly(() => make(entry, options));
      made.set(entry.name, instrumentation);
      noteLoaded(entry.name);
      for (const name of entry.brings ?? []) patchLoaded(patches, name);
      return instrumentation;
    } catch (error) {
      reporter.say(
        `instrumentation.${entry.name}`,
        `The instrumentation "${entry.name}" could not be loaded: ${errorText(error)}. Its library runs without it; the others are not affected.`,
      );
      return undefined;
    }
  }

  return {
    load,
    quietly,
    get isBusy() {
      return isBusy;
    },
    get loaded() {
      return [...made.keys()];
    },
    get files() {
      return [...made.values()].flatMap(filesOf);
    },
    disable() {
      for (const instrumentation of made.values()) instrumentation?.disable();
    },
  };
}

function filesOf(instrumentation: Instrumentation | undefined): readonly string[] {
  const { getModuleDefinitions } = (instrumentation ?? {}) as { getModuleDefinitions?(): readonly { readonly name: string }[] };
  const definitions = getModuleDefinitions?.call(instrumentation) ?? [];
  return definitions.flatMap(({ name }) => (isAbsolute(name) ? pathToFileURL(name).href : []));
}

function make(entry: CatalogueEntry, options: InstrumentationsOptions): Instrumentation {
  const { config, loggerProvider, meterProvider, registrations, tracerProvider } = options;
  const given = config.instrumentations.options[entry.name] ?? {};
  const instrumentation = registrations.collect(() => entry.create(entry.options(config, given)));
  const isEverywhere = entry.underParent === undefined || given['requireParentSpan'] === false;
  const provider = entry.isMeasuredByUs === true ? measured(tracerProvider, meterProvider) : tracerProvider;
  instrumentation.setTracerProvider(isEverywhere ? provider : onlyUnderParent(provider, entry.underParent));
  instrumentation.setMeterProvider(meterProvider);
  instrumentation.setLoggerProvider?.(loggerProvider);
  return instrumentation;
}

function measured(tracerProvider: TracerProvider, meterProvider: MeterProvider): TracerProvider {
  const { measuredSpans } = loadPart<typeof import('./measured-spans.ts')>(import.meta.url, './measured-spans');
  return measuredSpans(tracerProvider, meterProvider);
}
