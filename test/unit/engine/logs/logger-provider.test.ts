import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogRecord, Logger } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { jsonEncoder } from '../../../../src/otlp/encode/json-encoder.ts';
import { protobufEncoder } from '../../../../src/otlp/encode/protobuf-encoder.ts';
import { createLoggerProvider } from '../../../../src/engine/logs/logger-provider.ts';
import { require } from '../../../../src/runtime/otel.ts';
import { MAX_STRING_LENGTH } from '../../../../src/values/limits.ts';
import { HOSTILE_VALUES, sizeOf } from '../../values/hostile-values.ts';
import { api, createEngine, resource } from '../traces/kit.ts';
import { createRandom, type Random } from '../traces/random.ts';

const sdkLogs = require('@opentelemetry/sdk-logs') as typeof import('@opentelemetry/sdk-logs');
const LIMITS = { attributeCount: 6, attributeValueLength: 32 };
const RECORDS = 4000;
type Anything = never;

function createLogs({ limits = LIMITS, fail = false } = {}): { logger: Logger; records: ReadableLogRecord[] } {
  const records: ReadableLogRecord[] = [];
  const onEmit = (record: ReadableLogRecord): void => {
    records.push(record);
    if (fail) throw new Error('of the export');
  };
  return { records, logger: createLoggerProvider({ limits, resource, onEmit }).getLogger('scope', '1.0') };
}

function createOfficialLogs(): { logger: Logger; records: ReadableLogRecord[] } {
  const records: ReadableLogRecord[] = [];
  const provider = new sdkLogs.LoggerProvider({
    resource,
    logRecordLimits: { attributeCountLimit: LIMITS.attributeCount, attributeValueLengthLimit: LIMITS.attributeValueLength },
    processors: [{ onEmit: (record) => void records.push(record), forceFlush: async () => {}, shutdown: async () => {} }],
  });
  return { records, logger: provider.getLogger('scope', '1.0') };
}

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'exception.type', 'exception.message'];
const VALUES = [
  'text',
  'y'.repeat(100),
  1,
  1.5,
  NaN,
  true,
  null,
  [1, 'two', null],
  { nested: { list: ['z'.repeat(100)] } },
  new Uint8Array(40),
  undefined,
  '',
];
const EXCEPTIONS = [undefined, 'thrown', 42, new TypeError('typed'), { code: 7, message: 'm' }, { name: 'n' }, { stack: 's' }, {}, null];

function logRecord(random: Random): LogRecord {
  const record: LogRecord = { attributes: {} };
  for (let i = random.int(9); i > 0; i--) (record.attributes as Record<string, unknown>)[random.pick(KEYS)] = random.pick(VALUES);
  if (random.chance(0.1)) delete record.attributes;
  if (random.chance(0.7)) record.body = random.pick(VALUES.filter((value) => value !== undefined));
  if (random.chance(0.7)) record.severityNumber = random.int(25);
  if (random.chance(0.5)) record.severityText = random.pick(['INFO', 'warn', '']);
  if (random.chance(0.3)) record.eventName = random.pick(['device.app', '']);
  if (random.chance(0.5)) record.exception = random.pick(EXCEPTIONS);
  record.timestamp = random.pick([1_750_000_000_000 + random.int(1e6), new Date(1_750_000_000_000), [1_750_000_000, random.int(1e9)]]);
  if (random.chance(0.3)) record.observedTimestamp = [1_750_000_001, random.int(1e9)];
  if (random.chance(0.6)) {
    const spanContext = random.pick([
      { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: random.int(4) },
      { traceId: '0'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 },
    ]);
    record.context = api.trace.setSpanContext(api.ROOT_CONTEXT, spanContext);
  }
  return record;
}

function exported(record: ReadableLogRecord, given: LogRecord): unknown {
  const {
    hrTime,
    hrTimeObserved,
    spanContext,
    severityText,
    severityNumber,
    body,
    eventName,
    instrumentationScope,
    attributes,
    droppedAttributesCount,
  } = record;
  const observed = given.observedTimestamp === undefined ? undefined : hrTimeObserved;
  const { name, version } = instrumentationScope;
  return {
    hrTime,
    observed,
    spanContext,
    severityText,
    severityNumber,
    body,
    eventName,
    scope: [name, version],
    attributes,
    droppedAttributesCount,
    resource: record.resource.attributes,
  };
}

test(`${RECORDS} random records export the same from both engines`, () => {
  const random = createRandom(7);
  const [ours, official] = [createLogs(), createOfficialLogs()];
  for (let i = 0; i < RECORDS; i++) {
    const given = logRecord(random);
    for (const { logger } of [ours, official]) logger.emit(given);
    assert.deepEqual(
      exported(ours.records[i] as ReadableLogRecord, given),
      exported(official.records[i] as ReadableLogRecord, given),
      `record ${i}`,
    );
  }
});

test('without a context, the span is the active one; without a timestamp, the time is now', () => {
  const { logger, records } = createLogs();
  createEngine().tracer.startActiveSpan('s', (span) => {
    logger.emit({ body: 'in' });
    assert.equal(records[0]?.spanContext, span.spanContext());
  });
  logger.emit({ body: 'out' });
  assert.equal(records[1]?.spanContext, undefined);
  const [seconds] = records[1]?.hrTime ?? assert.fail();
  assert.ok(Math.abs(seconds * 1000 - Date.now()) < 60_000);
  assert.deepEqual(records[1]?.hrTimeObserved, records[1]?.hrTime);
});

test('a logger is enabled, whatever it is asked about', () => {
  const { logger } = createLogs();
  assert.equal(logger.enabled(), true);
  for (const [, value] of HOSTILE_VALUES) assert.equal(logger.enabled(value as Anything), true);
});

test('a logger whose records go nowhere is not enabled, and reads nothing of them', () => {
  const logger = createLoggerProvider({ limits: LIMITS, resource }).getLogger('scope');
  assert.equal(logger.enabled(), false);
  assert.equal(logger.enabled({ severityNumber: 24 }), false);
  logger.emit({
    get body(): string {
      return assert.fail('was read');
    },
  });
});

test('a logger is enabled until its records can no longer be exported', () => {
  const provider = createLoggerProvider({ limits: LIMITS, resource, onEmit: () => {} });
  const loggers = [provider.getLogger('scope'), provider.getOldApiLogger('scope')];
  assert.deepEqual(
    loggers.map((logger) => logger.enabled()),
    [true, true],
  );
  provider.close();
  assert.deepEqual(
    loggers.map((logger) => logger.enabled()),
    [false, false],
  );
});

test('a logger without a name is called unknown', () => {
  const records: ReadableLogRecord[] = [];
  const provider = createLoggerProvider({ limits: LIMITS, resource, onEmit: (record) => records.push(record) });
  provider.getLogger('').emit({});
  assert.equal(records[0]?.instrumentationScope.name, 'unknown');
});

test('what the export throws does not reach the application', () => {
  const { logger, records } = createLogs({ fail: true });
  logger.emit({ body: 'b' });
  assert.equal(records.length, 1);
});

test('a record keeps what it was given, not what becomes of that', () => {
  const { logger, records } = createLogs();
  const given = { attributes: { map: { a: 1 }, bytes: new Uint8Array([1]) }, body: { list: [1] } };
  logger.emit(given);
  given.attributes.map.a = 2;
  given.attributes.bytes[0] = 2;
  given.body.list.push(2);
  assert.deepEqual([records[0]?.attributes, records[0]?.body], [{ map: { a: 1 }, bytes: new Uint8Array([1]) }, { list: [1] }]);
});

test('a body is bounded by what a record has room for, and is said to be circular where it is', () => {
  const { logger, records } = createLogs();
  const circle: Record<string, unknown> = { a: 1 };
  circle.self = circle;
  logger.emit({ body: 'x'.repeat(10_000_000) });
  logger.emit({ body: circle });
  assert.equal(String(records[0]?.body).length, MAX_STRING_LENGTH);
  assert.deepEqual(records[1]?.body, { a: 1, self: '[circular]' });
});

const FIELDS = [
  'context',
  'timestamp',
  'observedTimestamp',
  'eventName',
  'severityNumber',
  'severityText',
  'body',
  'attributes',
  'exception',
];

for (const [name, value] of HOSTILE_VALUES) {
  test(`${name} harms no log record`, () => {
    const { logger, records } = createLogs({ limits: { attributeCount: 1200, attributeValueLength: 32 } });
    const given = value as Anything;
    let emitted = 0;
    const emit = (record: Anything, where: string): void => {
      const before = records.length;
      logger.emit(record);
      logger.emit({ body: 'good', attributes: { a: 1 } });
      assert.deepEqual([records.at(-1)?.body, records.at(-1)?.attributes], ['good', { a: 1 }]);
      if (records.length === before + 1) return;
      emitted++;
      const {
        body,
        attributes,
        severityNumber = 0,
        severityText,
        eventName,
        hrTime,
        hrTimeObserved,
        spanContext,
      } = records.at(-2) ?? assert.fail();
      assert.ok(sizeOf([attributes, severityText, eventName]) < 600_000, where);
      assert.ok(sizeOf(body) < MAX_STRING_LENGTH + 600_000, where);
      assert.ok(Number.isInteger(severityNumber) && severityNumber >= 0 && severityNumber <= 24, where);
      for (const part of [...hrTime, ...hrTimeObserved]) assert.ok(Number.isSafeInteger(part) && part >= 0, where);
      assert.ok(spanContext === undefined || api.isSpanContextValid(spanContext), where);
      for (const encoder of [protobufEncoder, jsonEncoder])
        assert.ok(encoder.encodeLog(records.at(-2) ?? assert.fail(), (_key, item) => item).length > 0, where);
    };
    emit(given, 'as the record');
    for (const field of FIELDS) emit({ [field]: value } as Anything, field);
    emit({ attributes: { key: value }, body: [value] } as Anything, 'inside attributes and body');
    emit({ context: api.trace.setSpan(api.ROOT_CONTEXT, given) } as Anything, 'as the span');
    assert.ok(emitted >= FIELDS.length + 2);
  });
}
