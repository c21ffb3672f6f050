import assert from 'node:assert/strict';
import type { Config, OtlpConfig } from '../../../src/config/config.ts';

const MAX_INTEGER = 2 ** 31 - 1;

/** Whatever it was made from: frozen, complete, and within what timers, HTTP and URLs hold. */
export function checkConfig(config: Config): void {
  checkFrozen(config);
  for (const [name, value] of Object.entries(flagsOf(config))) assert.equal(typeof value, 'boolean', name);
  assert.ok(['none', 'error', 'warn', 'info', 'debug'].includes(config.logLevel));
  for (const signal of ['traces', 'metrics', 'logs'] as const) {
    for (const exporter of config[signal].exporters)
      assert.ok(['otlp', 'console', 'otlp/stdout', 'otlp_file', 'sentry'].includes(exporter));
    checkOtlp(config[signal].otlp);
  }
  for (const batch of [config.traces.batch, config.logs.batch]) {
    checkInteger(batch.scheduleDelayMs, 1);
    checkInteger(batch.exportTimeoutMs, 1);
    checkInteger(batch.maxExportBatchSize, 1);
    if (batch.maxQueueSize !== Infinity) checkInteger(batch.maxQueueSize, 1);
    assert.ok(batch.maxExportBatchSize <= batch.maxQueueSize);
  }
  checkInteger(config.metrics.intervalMs, 1);
  checkInteger(config.metrics.exportTimeoutMs, 1);
  assert.ok(config.metrics.exportTimeoutMs <= config.metrics.intervalMs);
  for (const limits of [config.traces.limits, config.logs.limits]) {
    const { attributeValueLength, ...counts } = limits;
    for (const count of Object.values(counts)) checkInteger(count, 0);
    if (attributeValueLength !== Infinity) checkInteger(attributeValueLength, 0);
  }
  assert.match(config.traces.sampler, /^(parentbased_)?(always_on|always_off|traceidratio)$/);
  assert.ok(config.traces.samplerRatio >= 0 && config.traces.samplerRatio <= 1);
  checkInteger(config.queueMaxBytes, 1);
  checkInteger(config.shutdownTimeoutMs, 0);
  for (const texts of [
    config.propagators,
    config.baggageHosts,
    config.ignorePaths,
    config.instrumentations.disabled,
    config.instrumentations.enabled ?? [],
    config.resourceDetectors ?? [],
    Object.values(config.resourceAttributes),
  ]) {
    for (const text of texts) assert.equal(typeof text, 'string');
  }
  assert.equal(Object.getPrototypeOf(config.resourceAttributes), Object.prototype);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
}

function flagsOf({ console, disabled, workerThreads }: Config): Record<string, boolean> {
  return { console, disabled, workerThreads };
}

function checkOtlp(otlp: OtlpConfig): void {
  assert.ok(['http/protobuf', 'http/json', 'grpc'].includes(otlp.protocol));
  const url = new URL(otlp.url);
  assert.ok(['http:', 'https:'].includes(url.protocol), otlp.url);
  assert.equal(url.username + url.password + url.hash, '');
  if (otlp.protocol === 'grpc') assert.match(otlp.url, /^https?:\/\/[^/?#]+:\d+$/);
  checkInteger(otlp.timeoutMs, 1);
  assert.ok(['gzip', 'none'].includes(otlp.compression));
  // Fetch's own validation is what node:http applies.
  for (const [name, value] of Object.entries(otlp.headers)) {
    assert.equal(name, name.toLowerCase());
    assert.equal(new Headers([[name, value]]).get(name), value.trim());
  }
  assert.equal(otlp.clientCertificateFile === undefined, otlp.clientKeyFile === undefined);
}

function checkInteger(value: number, min: number): void {
  assert.ok(Number.isInteger(value) && value >= min && value <= MAX_INTEGER, String(value));
}

function checkFrozen(value: unknown, path = 'config'): void {
  if (typeof value !== 'object' || value === null) return;
  assert.ok(Object.isFrozen(value), `${path} is not frozen`);
  for (const [key, inner] of Object.entries(value)) checkFrozen(inner, `${path}.${key}`);
}
