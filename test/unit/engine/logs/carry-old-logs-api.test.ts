import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { LogRecord, Logger } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { carryOldLogsApi } from '../../../../src/engine/logs/carry-old-logs-api.ts';
import { createLoggerProvider } from '../../../../src/engine/logs/logger-provider.ts';
import { HOSTILE_VALUES } from '../../values/hostile-values.ts';
import { api, createEngine, resource } from '../traces/kit.ts';

const KEY = Symbol.for('io.opentelemetry.js.api.logs');
type OldProvider = { getLogger(name: unknown, version?: unknown, options?: unknown): Logger };
const globals = globalThis as { [KEY]?: (version: number) => OldProvider | undefined };

/** What `logs.getLoggerProvider()` of `@opentelemetry/api-logs` 0.223 does. */
function oldGlobalProvider(): OldProvider {
  return globals[KEY]?.(1) ?? assert.fail('the older global is empty');
}

function start(): { logger: Logger; records: ReadableLogRecord[]; release: () => void } {
  const records: ReadableLogRecord[] = [];
  const provider = createLoggerProvider({
    limits: { attributeCount: 8, attributeValueLength: 100 },
    resource,
    onEmit: (record) => records.push(record),
  });
  return { records, release: carryOldLogsApi(provider), logger: provider.getLogger('new') };
}

afterEach(() => delete globals[KEY]);

test('a record emitted by the older API arrives once, with its scope and its span', () => {
  const { records } = start();
  const logger = oldGlobalProvider().getLogger('old', '1.2', { schemaUrl: 'https://example.com/1', scopeAttributes: { a: 1 } });
  createEngine().tracer.startActiveSpan('s', (span) => {
    logger.emit({ body: 'hello', severityNumber: 9, attributes: { k: 'v' } });
    assert.equal(records[0]?.spanContext, span.spanContext());
  });
  assert.equal(records.length, 1);
  assert.deepEqual([records[0]?.body, records[0]?.attributes], ['hello', { k: 'v' }]);
  assert.deepEqual(records[0]?.instrumentationScope, {
    name: 'old',
    version: '1.2',
    schemaUrl: 'https://example.com/1',
    attributes: { a: 1 },
    droppedAttributesCount: 0,
  });
  assert.equal(logger.enabled(), true);
});

test('a logger that does not want the trace context does not get it', () => {
  const { records } = start();
  const logger = oldGlobalProvider().getLogger('old', undefined, { includeTraceContext: false });
  createEngine().tracer.startActiveSpan('s', () => {
    logger.emit({ body: 'hello' });
    logger.emit({
      body: 'thrower',
      get context(): never {
        throw new Error('getter');
      },
    } as LogRecord);
  });
  assert.deepEqual(
    records.map(({ body }) => body),
    ['hello', 'thrower'],
  );
  assert.equal(records[0]?.spanContext, undefined);
});

test('another version of the global gets nothing', () => {
  start();
  assert.equal(globals[KEY]?.(2), undefined);
});

test('a provider that is there already stays', () => {
  const other = (): undefined => undefined;
  globals[KEY] = other;
  const { release } = start();
  assert.equal(globals[KEY], other);
  release();
  assert.equal(globals[KEY], other);
});

test('the global is given back', () => {
  start().release();
  assert.equal(KEY in globals, false);
});

for (const order of [
  ['new', 'old'],
  ['old', 'new'],
]) {
  test(`a line that two bridges emit, ${order.join(' before ')}, arrives once`, () => {
    const { logger, records } = start();
    const loggers = { new: logger, old: oldGlobalProvider().getLogger('old') };
    const emitBoth = (record: LogRecord): void => order.forEach((which) => loggers[which as keyof typeof loggers].emit({ ...record }));
    emitBoth({ body: 'first', severityNumber: 9 });
    emitBoth({ body: 'second', severityNumber: 9, timestamp: 1_750_000_000_000 });
    assert.deepEqual(
      records.map(({ body, instrumentationScope }) => [body, instrumentationScope.name]),
      [
        ['first', order[0]],
        ['second', order[0]],
      ],
    );
  });
}

test('lines that only look alike all arrive', () => {
  const { logger, records } = start();
  const old = oldGlobalProvider().getLogger('old');
  const at = 1_750_000_000_000;
  // Twice by one API; then once by the other, which is the twin of one of them.
  for (const each of [logger, logger, old]) each.emit({ body: 'again', timestamp: at });
  assert.equal(records.length, 2);
  old.emit({ body: 'again', timestamp: at });
  old.emit({ body: 'again', timestamp: at });
  assert.equal(records.length, 3);
  logger.emit({ body: 'level', severityNumber: 9, timestamp: at });
  old.emit({ body: 'level', severityNumber: 13, timestamp: at });
  logger.emit({ body: 'time', timestamp: at });
  old.emit({ body: 'time', timestamp: at + 1000 });
  logger.emit({ body: { a: 1 }, timestamp: at });
  old.emit({ body: { a: 1 }, timestamp: at });
  createEngine().tracer.startActiveSpan('s', () => logger.emit({ body: 'span', timestamp: at }));
  old.emit({ body: 'span', timestamp: at });
  assert.equal(records.length, 11);
});

test('hostile names, options and records of the older API harm nothing', () => {
  const { records } = start();
  for (const [name, value] of HOSTILE_VALUES) {
    const loggers = [
      oldGlobalProvider().getLogger(value),
      oldGlobalProvider().getLogger('old', value, value),
      oldGlobalProvider().getLogger('old', '1', { scopeAttributes: value, includeTraceContext: value, schemaUrl: value }),
    ];
    for (const logger of loggers) {
      logger.emit(value as LogRecord);
      logger.emit({ body: `good beside ${name}`, context: api.ROOT_CONTEXT });
      assert.equal(records.at(-1)?.body, `good beside ${name}`);
    }
  }
});
