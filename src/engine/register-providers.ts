/** Makes providers those of the OpenTelemetry API, and says so when another SDK was there before. */
import type { ContextManager, TextMapPropagator } from '@opentelemetry/api';
import type { Reporter } from '../diagnostics/reporter.ts';
import { registeringApi } from '../runtime/otel.ts';
import { sayOtherSdk } from './diag.ts';
import { carryOldLogsApi } from './logs/carry-old-logs-api.ts';
import type { EngineProviders } from './start-engine.ts';
import type { Undo } from './undo.ts';

const GLOBALS = ['context', 'propagation', 'trace', 'metrics', 'logs'] as const;

export interface Registration {
  readonly providers: EngineProviders;
  readonly contextManager: ContextManager;
  readonly propagator: TextMapPropagator;
  /** Bounded, never rejects: what `forceFlush()` and `shutdown()` of each provider do. */
  readonly flush: () => Promise<void>;
  readonly reporter: Reporter;
}

/** Register everything with the API; what another SDK has registered before stays, and is said. */
export function registerProviders({ providers, contextManager, propagator, flush, reporter }: Registration, undo: Undo): void {
  const { tracerProvider, meterProvider, loggerProvider } = providers;
  const api = registeringApi();
  for (const provider of [tracerProvider, meterProvider, loggerProvider]) addFlush(provider, flush);
  const registered = {
    context: api.context.setGlobalContextManager(contextManager),
    propagation: api.propagation.setGlobalPropagator(propagator),
    trace: api.trace.setGlobalTracerProvider(tracerProvider),
    metrics: api.metrics.setGlobalMeterProvider(meterProvider),
    logs: api.logs.setGlobalLoggerProvider(loggerProvider),
  };
  const others = Object.entries(registered).flatMap(([name, isOurs]) => (isOurs ? [] : name));
  undo.add(() => unregister(others));
  // The API stands a proxy before the tracer provider, of which programs ask the same.
  if (registered.trace) undo.add(addFlush(api.trace.getTracerProvider(), flush));
  undo.add(carryOldLogsApi(loggerProvider));
  sayOtherSdk(others, reporter);
}

/** Make the global providers of OpenTelemetry those of nobody. @param others - those of another SDK, which stay. */
export function unregister(others: readonly string[]): void {
  const api = registeringApi();
  for (const name of GLOBALS) if (!others.includes(name)) api[name].disable();
}

/**
 * Give a provider what programs that know the official SDK call before they end.
 *
 * `shutdown()` flushes as well and no more: the provider is not the program's own, and what is recorded later still arrives.
 *
 * @returns what takes it back.
 */
function addFlush(provider: object, flush: () => Promise<void>): () => void {
  const names = ['forceFlush', 'shutdown'].filter((name) => !(name in provider));
  // Without what the caller passes on, a time limit of its own for one.
  for (const name of names) Object.defineProperty(provider, name, { value: () => flush(), configurable: true, writable: true });
  return () => {
    for (const name of names) Reflect.deleteProperty(provider, name);
  };
}
