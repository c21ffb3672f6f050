/** Makes providers those of the OpenTelemetry API, and says so when another SDK was there before. */
import type { ContextManager, TextMapPropagator } from '@opentelemetry/api';
import type { Reporter } from '../diagnostics/reporter.ts';
import { api } from '../runtime/otel.ts';
import { sayTaken } from './diag.ts';
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
  const registered = {
    context: api.context.setGlobalContextManager(contextManager),
    propagation: api.propagation.setGlobalPropagator(propagator),
    trace: api.trace.setGlobalTracerProvider(flushable(tracerProvider, flush)),
    metrics: api.metrics.setGlobalMeterProvider(flushable(meterProvider, flush)),
    logs: api.logs.setGlobalLoggerProvider(flushable(loggerProvider, flush)),
  };
  const taken = Object.entries(registered).flatMap(([name, isOurs]) => (isOurs ? [] : name));
  undo.add(() => unregister(taken));
  // The API stands a proxy before the tracer provider, of which programs ask the same.
  if (registered.trace) undo.add(addFlush(api.trace.getTracerProvider(), flush));
  undo.add(carryOldLogsApi(loggerProvider));
  sayTaken(taken, reporter);
}

/** Make the global providers of OpenTelemetry those of nobody. @param taken - those of another SDK, which stay. */
export function unregister(taken: readonly string[]): void {
  for (const name of GLOBALS) if (!taken.includes(name)) api[name].disable();
}

/** What programs that know the official SDK call before they end. */
interface Flushable {
  forceFlush(): Promise<void>;
  /** The provider goes on: its end is that of the process, which delivers what is recorded until then. */
  shutdown(): Promise<void>;
}

function flushable<T extends object>(provider: T, flush: () => Promise<void>): T & Flushable {
  return { ...provider, forceFlush: flush, shutdown: flush };
}

/** Returns what takes it back. */
function addFlush(provider: object, flush: () => Promise<void>): () => void {
  const methods = Object.entries(flushable({}, flush)).filter(([name]) => !(name in provider));
  for (const [name, value] of methods) Object.defineProperty(provider, name, { value, configurable: true, writable: true });
  return () => {
    for (const [name] of methods) Reflect.deleteProperty(provider, name);
  };
}
