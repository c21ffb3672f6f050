/**
 * The engine of a worker thread. Records are redacted and encoded there, and handed over to the main thread, whose pipelines
 * queue, send and account for them: one exporter for each process, and a thread that ends in any way loses nothing.
 */
import type { Config } from '../config/config.ts';
import type { WorkerSettings } from '../config/worker-settings.ts';
import type { Account } from '../diagnostics/account.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { sayNotEncoded } from '../export/record-notices.ts';
import type { Sender } from '../export/sender.ts';
import type { WorkerWriter } from '../export/worker-writer.ts';
import { api } from '../runtime/otel.ts';
import { createWorkerMeters } from './metrics/worker-meters.ts';
import { createPipelines } from './pipeline.ts';
import { createLoggerProviderInto, createResource, startTracing, type EngineProviders } from './start-engine.ts';

export interface WorkerEngineOptions {
  readonly settings: WorkerSettings;
  readonly reporter: Reporter;
  readonly writer: WorkerWriter;
}

export interface WorkerEngine {
  readonly providers: EngineProviders;
  /** The thread ends: ask the callbacks of metrics for the last time, and decide traces that are open. */
  end(): void;
}

/** How many pipelines there are: each is an outlet of the worker, with the number that it has in the main thread. Measurements and errors follow. */
export function countOutlets({ traces, logs, metrics }: Config): number {
  return traces.exporters.length + logs.exporters.length + metrics.exporters.length;
}

/** @throws when it cannot be built. */
export function startWorkerEngine({ settings, reporter, writer }: WorkerEngineOptions): WorkerEngine {
  const { config } = settings;
  const resource = createResource(settings.attributes);
  let outlets = 0;
  const { traces, logs, metrics } = createPipelines({
    config,
    resource,
    ready: undefined,
    reporter,
    onQueued() {},
    createSender: (account) => createHandingSender(account, outlets++, writer, reporter),
  });
  const { intervalMs } = config.metrics;
  const meters =
    metrics.length === 0 && !config.metrics.isServed
      ? undefined
      : createWorkerMeters({ writer, outlet: countOutlets(config), intervalMs, reporter });
  const loggerProvider = createLoggerProviderInto(logs, config, resource);
  const { tracerProvider, decideTraces } = startTracing(traces, config, resource, loggerProvider, { reporter, onCallersUnsampled() {} });
  return {
    providers: {
      tracerProvider,
      meterProvider: meters ?? { getMeter: api.createNoopMeter },
      loggerProvider,
    },
    end() {
      meters?.observe();
      decideTraces();
    },
  };
}

/** Its account is that of the main thread: here nothing waits, and nothing is sent. */
function createHandingSender({ signal }: Account, outlet: number, writer: WorkerWriter, reporter: Reporter): Sender {
  return {
    isSending: false,
    add: (scope, record, weight = 1) => writer.addRecord(outlet, scope, record, weight),
    addFailed(error, weight = 1) {
      writer.drop(outlet, 'encode_error', weight);
      sayNotEncoded(reporter, signal, error);
    },
    flush: async () => {},
    takePending: () => [],
    settle() {},
    close() {},
  };
}
