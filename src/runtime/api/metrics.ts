/** `metrics` and `logs` of the API, and the meter that measures nothing. */
import type { LoggerProvider, Meter, MeterProvider } from '@opentelemetry/api';
import { register, registered, unregister } from './globals.ts';

const nothing = (): void => {};
const instrument = { add: nothing, record: nothing, addCallback: nothing, removeCallback: nothing };
const NOOP_METER: Meter = {
  createCounter: () => instrument,
  createUpDownCounter: () => instrument,
  createHistogram: () => instrument,
  createGauge: () => instrument,
  createObservableCounter: () => instrument,
  createObservableUpDownCounter: () => instrument,
  createObservableGauge: () => instrument,
  addBatchObservableCallback: nothing,
  removeBatchObservableCallback: nothing,
};
const NOOP_LOGGER_PROVIDER: LoggerProvider = { getLogger: () => ({ emit: nothing, enabled: () => false }) };

export const createNoopMeter = (): Meter => NOOP_METER;

export const metrics = {
  getMeterProvider: (): MeterProvider => registered('metrics') ?? { getMeter: createNoopMeter },
  setGlobalMeterProvider: (provider: MeterProvider): boolean => register('metrics', provider),
  disable: (): void => unregister('metrics'),
};

export const logs = {
  getLoggerProvider: (): LoggerProvider => registered('logs') ?? NOOP_LOGGER_PROVIDER,
  setGlobalLoggerProvider: (provider: LoggerProvider): boolean => register('logs', provider),
  disable: (): void => unregister('logs'),
};
