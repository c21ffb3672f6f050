/** Puts what worker threads hand over into the pipelines of the process, and accounts for it as for what is recorded here. */
import type { MeterProvider } from '@opentelemetry/api';
import type { Config } from '../config/config.ts';
import { countDropped } from '../diagnostics/account.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { sayQueueFull } from '../export/record-notices.ts';
import { createWorkerReader, type WorkerReader } from '../export/worker-reader.ts';
import { createWorkerMeasurements } from './metrics/worker-measurements.ts';
import { contain } from '../runtime/contain.ts';
import type { Pipeline } from './pipeline.ts';

/** See `acceptWorkerErrors()` in `start-errors.ts`. */
interface WorkerErrorIntake {
  accept(head: Uint8Array, payload: Uint8Array): void;
  dropped(count: number): void;
}

export interface WorkerIntakeOptions {
  /** In the order of their outlets in a worker: see `worker-engine.ts`. */
  readonly pipelines: readonly Pipeline[];
  readonly meterProvider: MeterProvider;
  readonly config: Config;
  readonly reporter: Reporter;
  /** What is for Sentry; asked for when there is some. */
  readonly errors: () => WorkerErrorIntake;
  /** Notice, before metrics are collected, which threads are gone: one that is terminated announces nothing. */
  readonly read: () => void;
}

export function createWorkerIntake({ pipelines, meterProvider, config, reporter, errors, read }: WorkerIntakeOptions): WorkerReader {
  const measurements = createWorkerMeasurements(meterProvider, read);
  const metrics = pipelines.filter(({ signal }) => signal === 'metrics');
  const outletOfErrors = pipelines.length + 1;
  return createWorkerReader({
    outlets: pipelines.length + 2,
    onRecord(outlet, scope, record, weight) {
      if (outlet === outletOfErrors) return void contain('taking in an error of a worker thread', () => errors().accept(scope, record));
      const { sender, onQueued } = pipelines[outlet] as Pipeline;
      sender.add(scope, record, weight);
      onQueued();
    },
    onDrop(outlet, reason, records) {
      if (outlet === outletOfErrors) return errors().dropped(records);
      // The outlet after those is that of measurements, which would have become data points of each exporter.
      for (const { account, signal } of pipelines[outlet] === undefined ? metrics : [pipelines[outlet]]) {
        account.produced += records;
        countDropped(account, reason, records);
        if (reason === 'queue_full') sayQueueFull(reporter, signal, config.queueMaxBytes);
      }
    },
    onMeasurement: measurements.take,
    onEnd: measurements.end,
  });
}
