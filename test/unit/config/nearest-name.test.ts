import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullerName, nearestName } from '../../../src/config/nearest-name.ts';
import { settingsByName } from '../../../src/config/settings.ts';

test('one letter added, left out, changed, or swapped with its neighbour is near', () => {
  for (const written of ['expresss', 'expres', 'exprass', 'exrpess', 'EXPRESS'])
    assert.equal(nearestName(written, ['koa', 'express', 'hapi']), 'express');
});

test('a swap counts once', () => {
  assert.equal(nearestName('ab', ['ba'], 1), 'ba');
  assert.equal(nearestName('abcd', ['badc'], 1), undefined);
  assert.equal(nearestName('abcd', ['badc'], 2), 'badc');
});

test('the nearest of several wins, the first of equals', () => {
  assert.equal(nearestName('mysql3', ['mysql', 'mysql2']), 'mysql');
  assert.equal(nearestName('mysqll2', ['mysql', 'mysql2']), 'mysql2');
});

test('nothing is near to a name that is far from all, empty, or very long', () => {
  assert.equal(nearestName('carrier-pigeon', ['grpc', 'http/json']), undefined);
  assert.equal(nearestName('', ['grpc', 'b']), 'b');
  assert.equal(nearestName('x'.repeat(100_000), ['x'.repeat(99_999)]), undefined);
});

test('a name of which words are missing stands for the known one that holds the others in order, and the fewest besides', () => {
  const known = [...settingsByName.keys()];
  for (const [written, meant] of [
    ['OTEL_BSP_MAX_BATCH_SIZE', 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'],
    ['SIGNALBOX_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    ['SIGNALBOX_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'],
    ['SIGNALBOX_SERVICE_NAME', 'OTEL_SERVICE_NAME'],
    ['SIGNALBOX_TIMEOUT', 'SIGNALBOX_SHUTDOWN_TIMEOUT'],
    ['OTEL_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'],
    ['OTEL_EXPORTER_OTLP_CERT', 'OTEL_EXPORTER_OTLP_CERTIFICATE'],
    ['OTEL_TRACES_ENABLED', undefined],
    ['OTEL_INSTRUMENTATIONS_DISABLED', undefined],
    ['OTEL', undefined],
  ] as const) {
    assert.equal(fullerName(written, known), meant, written);
  }
});

test('nothing is near that takes more than three edits', () => {
  assert.equal(nearestName('OTEL_EXPORTER_OTLP_TOKEN', ['OTEL_EXPORTER_OTLP_TIMEOUT']), undefined);
});
