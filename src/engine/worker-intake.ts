/** Puts what worker threads hand over into the pipelines of the process, and accounts for it as for what is recorded here. */
import type { MeterProvider } from '@opentelemetry/api';
import type { Config } from '../config/config.ts';
import { countDropped } from '../diagnostics/account.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { sayQueueFull } from '../export/record-notices.ts';
import { createWorkerReader, type WorkerReader } from '../export/worker-reader.ts';
import { createWorkerMeasurements } from './metrics/worker-measurements.ts';
import type { Pipeline } from './pipeline.ts';

export interface WorkerIntakeOptions {
  /** In the order of their outlets in a worker: see `worker-engine.ts`. */
  readonly pipelines: readonly Pipeline[];
  readonly meterProvider: MeterProvider;
  readonly config: Config;
  readonly reporter: Reporter;
  /** Notice, before metrics are collected, which threads are gone: one that is terminated announces nothing. */
  readonly read: () => void;
}

export function createWorkerIntake({ pipelines, meterProvider, config, reporter, read }: WorkerIntakeOptions): WorkerReader {
  const measurements = createWorkerMeasurements(meterProvider, read);
  const metrics = pipelines.filter(({ signal }) => signal === 'metrics');
  return createWorkerReader({
    outlets: pipelines.length + 1,
    onRecord(outlet, scope, record, weight) {
      const { sender, onQueued } = pipelines[outlet] as Pipeline;
      sender.add(scope, record, weight);
      onQueued();
    },
    onDrop(outlet, reason, records) {
      // The last outlet is that of measurements, which would have become data points of each exporter.
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
