/** Sees to it that what is recorded by the OpenTelemetry API reaches the tests, with signalbox/register or without. */
import type { MeterProvider } from '@opentelemetry/api';
import { createContextManager } from '../context/context-manager.ts';
import { createPropagator } from '../context/propagation/create-propagator.ts';
import { createLoggerProvider } from '../engine/logs/logger-provider.ts';
import { createResource } from '../engine/start-engine.ts';
import { createTracerProvider } from '../engine/traces/tracer-provider.ts';
import { api } from '../runtime/otel.ts';
import { addRecordHooks, recordHooks } from '../runtime/record-hooks.ts';
import { collectionOf, keepTrace, type Collection } from './collection.ts';
import { readLog, readSpan, traceIdOf } from './read-records.ts';
import { createTestMeterProvider, type TestMeterProvider } from './test-meter.ts';

const INSTALLED = Symbol.for('signalbox.testing');
const NO_LIMITS = {
  attributeCount: Infinity,
  attributeValueLength: Infinity,
  eventCount: Infinity,
  linkCount: Infinity,
  attributePerEventCount: Infinity,
  attributePerLinkCount: Infinity,
};

/**
 * Does its work once. With `signalbox/register` tests see what it records, which is exported as well; otherwise the providers of the
 * API become those of the tests.
 *
 * @throws where another SDK is registered.
 */
export function install(): TestMeterProvider {
  const globals = globalThis as { [INSTALLED]?: TestMeterProvider };
  if (globals[INSTALLED] !== undefined) return globals[INSTALLED];
  if (!recordHooks.hasEngine) registerProviders();
  watchRecords();
  return (globals[INSTALLED] = watchMetrics());
}

function registerProviders(): void {
  const resource = createResource({ 'service.name': 'test' });
  const isFree = api.trace.setGlobalTracerProvider(
    createTracerProvider({ sampler: () => true, limits: NO_LIMITS, resource, onEnd: () => {} }),
  );
  if (!isFree)
    throw new Error(
      'signalbox/testing must be the only one that registers with the OpenTelemetry API, or signalbox/register, but another SDK is registered. Do not start it in tests.',
    );
  api.context.setGlobalContextManager(createContextManager());
  api.propagation.setGlobalPropagator(createPropagator({ propagators: ['tracecontext', 'baggage'], baggageHosts: ['*'] }));
  api.logs.setGlobalLoggerProvider(createLoggerProvider({ limits: NO_LIMITS, resource, onEmit: undefined }));
}

function watchRecords(): void {
  const collections = new WeakMap<object, Collection>();
  addRecordHooks(
    {
      onStart(span) {
        const collection = collectionOf(traceIdOf(span));
        if (collection === undefined) return;
        keepTrace(traceIdOf(span), collection);
        collections.set(span, collection);
        collection.open.set(span, span.name);
      },
      onEnding() {},
      onEnd(span) {
        const collection = collections.get(span);
        collection?.open.delete(span);
        collection?.spans.push(readSpan(span));
      },
    },
    (record) => void collectionOf(record.spanContext?.traceId)?.logs.push(readLog(record)),
  );
}

/** Meters that were asked for before are not seen: the API has no proxy for them. */
function watchMetrics(): TestMeterProvider {
  const before: MeterProvider = api.metrics.getMeterProvider();
  const provider = createTestMeterProvider(before);
  for (const name of ['forceFlush', 'shutdown'] as const)
    if (name in before)
      Object.defineProperty(provider, name, { value: () => (before as never as Record<string, () => unknown>)[name]?.() });
  api.metrics.disable();
  api.metrics.setGlobalMeterProvider(provider);
  return provider;
}
