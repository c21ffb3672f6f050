/** `metrics` and `logs` of the API, and the meter that measures nothing. */
import type { Logger, LoggerProvider, Meter, MeterProvider } from '@opentelemetry/api';
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
const NOOP_LOGGER: Logger = { emit: nothing, enabled: () => false };
const NOOP_LOGGER_PROVIDER: LoggerProvider = { getLogger: () => NOOP_LOGGER };

/** Who took it before there was a provider records with that of the provider from then on. */
function proxyLogger(name: string, version?: string): Logger {
  let found: Logger | undefined;
  const logger = (): Logger => (found ??= registered('logs')?.getLogger(name, version)) ?? NOOP_LOGGER;
  return { emit: (record) => logger().emit(record), enabled: (options) => logger().enabled(options) };
}

export const createNoopMeter = (): Meter => NOOP_METER;

export const metrics = {
  getMeterProvider: (): MeterProvider => registered('metrics') ?? { getMeter: createNoopMeter },
  getMeter: (name: string, version?: string): Meter => metrics.getMeterProvider().getMeter(name, version),
  setGlobalMeterProvider: (provider: MeterProvider): boolean => register('metrics', provider),
  disable: (): void => unregister('metrics'),
};

export const logs = {
  getLoggerProvider: (): LoggerProvider => registered('logs') ?? NOOP_LOGGER_PROVIDER,
  getLogger: (name: string, version?: string): Logger => registered('logs')?.getLogger(name, version) ?? proxyLogger(name, version),
  setGlobalLoggerProvider: (provider: LoggerProvider): boolean => register('logs', provider),
  disable: (): void => unregister('logs'),
};
