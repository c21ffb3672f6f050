/**
 * What our own instrumentations are made of: of the shape of `@opentelemetry/instrumentation`, which takes a hundred modules to
 * load. They hook nothing in: `registrations.ts` takes what they register, and `patches.ts` calls it.
 */
import { normalize } from 'node:path';
import type { Logger, LoggerProvider, Meter, MeterProvider, Tracer, TracerProvider } from '@opentelemetry/api';
import type { Instrumentation, InstrumentationConfig } from '@opentelemetry/instrumentation';
import { versionOfPackage } from './package-name.ts';
import { satisfies } from './version-range.ts';

type Patch = (exports: never, version?: string) => unknown;

/** A file inside a package, and how it is patched. */
export class InstrumentationNodeModuleFile {
  readonly name: string;
  readonly supportedVersions: readonly string[];
  readonly patch: Patch;

  constructor(name: string, supportedVersions: readonly string[], patch: Patch, _unpatch?: () => void) {
    this.name = normalize(name);
    this.supportedVersions = supportedVersions;
    this.patch = patch;
  }
}

/** A package, or a module of Node.js, and how what it exports is patched. */
export class InstrumentationNodeModuleDefinition {
  readonly name: string;
  readonly supportedVersions: readonly string[];
  readonly patch: Patch | undefined;
  readonly files: readonly InstrumentationNodeModuleFile[];

  constructor(
    name: string,
    supportedVersions: readonly string[],
    patch?: Patch,
    _unpatch?: () => void,
    files: readonly InstrumentationNodeModuleFile[] = [],
  ) {
    this.name = name;
    this.supportedVersions = supportedVersions;
    this.patch = patch;
    this.files = files;
  }
}

/** What `registrations.ts` takes. */
interface Hook {
  readonly moduleName: string;
  onRequire(exports: unknown, name: string, folder: string | undefined): unknown;
}

/** Begun with the option `enabled: false`, it registers nothing. */
export abstract class InstrumentationBase implements Instrumentation {
  readonly instrumentationName: string;
  readonly instrumentationVersion: string;
  readonly _hooks: readonly Hook[];
  readonly _modules: readonly InstrumentationNodeModuleDefinition[];
  #config: InstrumentationConfig;
  #isEnabled: boolean;
  #tracer: Tracer | undefined;
  #meter: Meter | undefined;
  #logger: Logger | undefined;

  constructor(name: string, version: string, options: Record<string, unknown>) {
    this.instrumentationName = name;
    this.instrumentationVersion = version;
    this.#config = { enabled: true, ...options };
    this.#isEnabled = this.#config.enabled === true;
    this._modules = this.init();
    this._hooks = this.#isEnabled ? this._modules.map((module) => this.#hook(module)) : [];
  }

  /** What is patched. Called before the fields of a class below have their values. */
  protected abstract init(): InstrumentationNodeModuleDefinition[];

  /** Makes the instruments; called when the meter is there. */
  protected _updateMetricInstruments(): void {}

  protected get tracer(): Tracer {
    return this.#tracer as Tracer;
  }

  protected get hasMeter(): boolean {
    return this.#meter !== undefined;
  }

  protected get meter(): Meter {
    return this.#meter as Meter;
  }

  protected get logger(): Logger {
    return this.#logger as Logger;
  }

  setTracerProvider(provider: TracerProvider): void {
    this.#tracer = provider.getTracer(this.instrumentationName, this.instrumentationVersion);
  }

  setMeterProvider(provider: MeterProvider): void {
    this.#meter = provider.getMeter(this.instrumentationName, this.instrumentationVersion);
    this._updateMetricInstruments();
  }

  setLoggerProvider(provider: LoggerProvider): void {
    this.#logger = provider.getLogger(this.instrumentationName, this.instrumentationVersion);
  }

  getModuleDefinitions(): InstrumentationNodeModuleDefinition[] {
    return [...this._modules];
  }

  getConfig(): InstrumentationConfig {
    return this.#config;
  }

  setConfig(config: InstrumentationConfig): void {
    this.#config = { enabled: true, ...config };
  }

  enable(): void {
    this.#isEnabled = true;
  }

  disable(): void {
    this.#isEnabled = false;
  }

  isEnabled(): boolean {
    return this.#isEnabled;
  }

  #hook(module: InstrumentationNodeModuleDefinition): Hook {
    return {
      moduleName: module.name,
      onRequire: (exports, name, folder) => (this.#isEnabled ? patched(module, exports, name, folder) : exports),
    };
  }
}

function patched(module: InstrumentationNodeModuleDefinition, exports: unknown, name: string, folder: string | undefined): unknown {
  if (folder === undefined) return module.patch === undefined ? exports : module.patch(exports as never);
  const wanted = normalize(name);
  const ofFiles = module.files.filter((file) => file.name === wanted);
  const parts = name === module.name ? [module] : ofFiles;
  // Most files of a package are not patched: its version is read for the others only.
  const version = parts.length === 0 ? undefined : versionOfPackage(folder);
  if (version === undefined) return exports;
  return parts
    .filter(({ supportedVersions }) => supportedVersions.some((range) => satisfies(version, range)))
    .reduce((result, { patch }) => (patch === undefined ? result : patch(result as never, version)), exports);
}
