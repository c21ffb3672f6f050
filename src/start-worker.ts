/** Telemetry in a worker thread, from the moment when it is needed: introduces the parts, as `start.ts` does in the main thread. */
import { threadId, BroadcastChannel } from 'node:worker_threads';
import { asksForSentry, readEnvironment } from './config/early.ts';
import type { WorkerSettings } from './config/worker-settings.ts';
import { createContextManager } from './context/context-manager.ts';
import { createPropagator } from './context/propagation/create-propagator.ts';
import { errorText } from './diagnostics/error-text.ts';
import { createReporter, type Reporter } from './diagnostics/reporter.ts';
import { sayContained } from './diagnostics/say-contained.ts';
import { sayDiagnostics } from './engine/diag.ts';
import { registerProviders } from './engine/register-providers.ts';
import { orUndo, type Undo } from './engine/undo.ts';
import { countOutlets, startWorkerEngine } from './engine/worker-engine.ts';
import { errorsByMainThread, writeCrash } from './export/worker-errors.ts';
import { createWorkerWriter, type WorkerWriter } from './export/worker-writer.ts';
import { failRequest } from './instrumentation/http/server-request.ts';
import { instrument, type InstrumentationState } from './instrumentation/loading/instrument.ts';
import { watchWorkerEnd } from './process/worker-end.ts';
import { SERVICE_NAME, SERVICE_VERSION } from './names/attributes.ts';
import { configureRedactor } from './redaction/redactor.ts';
import { contain, onContained } from './runtime/contain.ts';
import { telemetryState } from './runtime/end-work.ts';
import { errorDelivery } from './runtime/error-delivery.ts';
import { spanOfError } from './runtime/error-spans.ts';
import { loadPart } from './runtime/load-part.ts';
import { api } from './runtime/otel.ts';

/** They measure the process: what they say of a thread would be one more instance of it. */
const OF_THE_PROCESS = ['runtime-node', 'host-metrics'];

/** `undefined` when it did not start, which was said. */
export function startWorker(settings: WorkerSettings): InstrumentationState | undefined {
  const reporter = createReporter({ level: settings.config.logLevel });
  try {
    onContained(sayContained(reporter));
    configureRedactor(settings.config.redaction);
    return orUndo((undo) => startParts(settings, reporter, undo));
  } catch (error) {
    reporter.say('not-started', `Telemetry did not start in a worker thread: ${errorText(error)}. The thread runs without it.`);
    return undefined;
  }
}

function startParts(settings: WorkerSettings, reporter: Reporter, undo: Undo): InstrumentationState {
  const { config } = settings;
  const diagnostics = sayDiagnostics(reporter, config.logLevel);
  const writer = openWriter(settings);
  const outletOfErrors = countOutlets(config) + 1;
  const engine = startWorkerEngine({ settings, reporter, writer });
  const { providers } = engine;
  registerProviders(
    {
      providers,
      contextManager: createContextManager(),
      propagator: createPropagator({ propagators: config.propagators, baggageHosts: config.baggageHosts }),
      // Nothing waits here: what was recorded is the main thread's already.
      flush: async () => {},
      reporter,
    },
    undo,
  );
  const { instrumentations } = config;
  const disabled = [...instrumentations.disabled, ...OF_THE_PROCESS];
  const instrumentation = instrument({
    config: { ...config, instrumentations: { ...instrumentations, disabled } },
    reporter,
    ...providers,
  });
  undo.add(() => instrumentation.stop());
  watchWorkerEnd({
    onCrash(error, origin) {
      const { recordCrash } = loadPart<typeof import('./process/crash.ts')>(import.meta.url, './process/crash');
      // Only the thread ends: whether the process does is decided where the main thread hears of it.
      const context = recordCrash({ loggerProvider: providers.loggerProvider, failRequest }, error, origin, true);
      writeCrash(writer, outletOfErrors, error, spanOfError(error) ?? api.trace.getSpanContext(context));
    },
    onExit() {
      contain('gathering errors for Sentry', () => errorDelivery.gather?.());
      engine.end();
      writer.end();
    },
  });
  diagnostics.registered();
  telemetryState.service = serviceOf(settings);
  offerErrorDelivery(writer, outletOfErrors);
  return instrumentation;
}

function serviceOf({ attributes, config }: WorkerSettings): NonNullable<typeof telemetryState.service> {
  const { [SERVICE_NAME]: name, [SERVICE_VERSION]: serviceVersion } = attributes;
  return { name: String(name), version: serviceVersion as string | undefined, environment: config.environment };
}

/** For `signalbox/sentry` in this thread: what it sends leaves by the main thread. */
function offerErrorDelivery(writer: WorkerWriter, outlet: number): void {
  errorDelivery.open = errorsByMainThread(writer, outlet);
  if (asksForSentry(readEnvironment())) {
    errorDelivery.onLoggedError ??= (record) =>
      loadPart<typeof import('./app/sentry/start-sentry.ts')>(import.meta.url, './app/sentry/start-sentry').onLoggedError(record);
  }
  errorDelivery.onOpen?.();
}

function openWriter({ channel, config }: WorkerSettings): WorkerWriter {
  return createWorkerWriter({
    threadId,
    outlets: countOutlets(config) + 2,
    maxBytes: config.queueMaxBytes,
    announce(announcement) {
      // Only for the moment: who stays on a channel is sent what all the other workers announce.
      const port = new BroadcastChannel(channel);
      try {
        port.postMessage(announcement);
      } finally {
        port.close();
      }
    },
  });
}
