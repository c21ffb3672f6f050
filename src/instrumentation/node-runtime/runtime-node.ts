/**
 * Metrics of the Node.js runtime and of the process, in place of `@opentelemetry/instrumentation-runtime-node`: the same names,
 * units and attributes, without the hundred modules that it loads for a handful of readings.
 */
import type { Meter } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { InstrumentationBase } from '../loading/instrumentation-base.ts';
import { observeEventLoop } from './event-loop.ts';
import { observeGarbageCollection } from './garbage-collection.ts';
import { observeActiveResources, observeHeap } from './memory.ts';
import { observeProcess } from './process-metrics.ts';
import { recordUncaughtExceptions, type ExceptionAttributes } from './uncaught-exceptions.ts';

const DEFAULT_RESOLUTION_MS = 10;
const MAX_RESOLUTION_MS = 2 ** 31 - 1;

interface Options {
  /** Whether somebody collects: otherwise nothing is watched. @default true */
  readonly isCollected?: boolean;
  /** Whether `process.*` is measured here. @default true */
  readonly measuresProcess?: boolean;
  /** Milliseconds between two looks at the delay of the event loop. @default 10 */
  readonly monitoringPrecision?: number;
  /** A log record `exception` for an error that ends the process. @default false */
  readonly captureUncaughtException?: boolean;
  readonly applyCustomExceptionAttributes?: ExceptionAttributes;
}

class RuntimeInstrumentation extends InstrumentationBase {
  readonly #running: (() => void)[] = [];

  constructor(options: Options) {
    super('signalbox', version, options as Record<string, unknown>);
  }

  protected override init(): [] {
    return [];
  }

  /** Called with the meter, which says that everything is there. */
  protected override _updateMetricInstruments(): void {
    this.#stop();
    if (this.isEnabled()) this.#start();
  }

  override enable(): void {
    if (this.isEnabled()) return;
    super.enable();
    if (this.hasMeter) this.#start();
  }

  override disable(): void {
    super.disable();
    this.#stop();
  }

  #start(): void {
    const options = this.getConfig() as Options;
    if (options.isCollected !== false) this.#running.push(...observeRuntime(this.meter, options));
    if (options.captureUncaughtException === true)
      this.#running.push(recordUncaughtExceptions(() => this.logger, options.applyCustomExceptionAttributes));
  }

  #stop(): void {
    for (const stop of this.#running.splice(0)) stop();
  }
}

function observeRuntime(meter: Meter, { measuresProcess = true, monitoringPrecision }: Options): (() => void)[] {
  return [
    observeEventLoop(meter, resolutionOf(monitoringPrecision)),
    observeGarbageCollection(meter),
    observeHeap(meter),
    observeActiveResources(meter),
    ...(measuresProcess ? [observeProcess(meter)] : []),
  ];
}

/** Node.js throws on others. */
function resolutionOf(given: unknown): number {
  return Number.isInteger(given) && (given as number) > 0 && (given as number) <= MAX_RESOLUTION_MS
    ? (given as number)
    : DEFAULT_RESOLUTION_MS;
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new RuntimeInstrumentation(options);
}
