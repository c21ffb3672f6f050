/** Frameworks watch, and test runners replace, the clocks and the sources of chance. */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { createLoggerProvider } from '../../../../src/engine/logs/logger-provider.ts';
import { captureRandom } from '../../../../src/runtime/random.ts';
import { createEngine, resource } from './kit.ts';

const SPANS = 1000;

test('no global clock and no global source of chance is called, and their replacements change nothing', () => {
  // As the preload does before the application gets `node:crypto`.
  captureRandom();
  const calls: string[] = [];
  // As when an application asks for `node:crypto`.
  captureRandom();
  const restore: (() => void)[] = [];
  const replace = (owner: object, name: string): void => {
    const original = Object.getOwnPropertyDescriptor(owner, name);
    restore.push(() => (original === undefined ? Reflect.deleteProperty(owner, name) : Object.defineProperty(owner, name, original)));
    const value = (): never => {
      calls.push(name);
      throw new Error(`${name} was replaced by the application`);
    };
    Object.defineProperty(owner, name, { value, configurable: true });
  };
  for (const [owner, name] of [
    [Date, 'now'],
    [performance, 'now'],
    [Math, 'random'],
    [process, 'hrtime'],
    [globalThis.crypto, 'getRandomValues'],
  ] as const)
    replace(owner, name);
  for (const name of ['randomFillSync', 'randomBytes', 'randomUUID', 'randomInt']) replace(crypto, name);
  syncBuiltinESMExports();
  const records: ReadableLogRecord[] = [];
  const engine = createEngine();
  try {
    const logger = createLoggerProvider({
      limits: { attributeCount: 8, attributeValueLength: 64 },
      resource,
      onEmit: (record) => records.push(record),
    }).getLogger('l');
    for (let i = 0; i < SPANS; i++) {
      engine.tracer.startActiveSpan('parent', (span) => {
        logger.emit({ body: 'b' });
        engine.tracer.startSpan('child', { startTime: 5 }).addEvent('e', { a: 1 }).end();
        span.end();
      });
    }
  } finally {
    for (const each of restore) each();
    syncBuiltinESMExports();
  }
  assert.deepEqual(calls, []);
  assert.equal(engine.spans.length, 2 * SPANS);
  assert.equal(new Set(engine.spans.map((span) => span.spanContext().spanId)).size, 2 * SPANS);
  assert.equal(records.length, SPANS);
});
