/** Telemetry in a worker thread, from the moment when it is needed: introduces the parts, as `start.ts` does in the main thread. */
import { threadId, BroadcastChannel } from 'node:worker_threads';
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
import { createWorkerWriter, type WorkerWriter } from './export/worker-writer.ts';
import { failRequest } from './instrumentation/http/server-request.ts';
import { instrument, type InstrumentationState } from './instrumentation/loading/instrument.ts';
import { watchWorkerEnd } from './process/worker-end.ts';
import { configureRedactor } from './redaction/redactor.ts';
import { onContained } from './runtime/contain.ts';
import { loadPart } from './runtime/load-part.ts';

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
      recordCrash({ loggerProvider: providers.loggerProvider, failRequest }, error, origin, true);
    },
    onExit() {
      engine.end();
      writer.end();
    },
  });
  diagnostics.registered();
  return instrumentation;
}

function openWriter({ channel, config }: WorkerSettings): WorkerWriter {
  return createWorkerWriter({
    threadId,
    outlets: countOutlets(config) + 1,
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
