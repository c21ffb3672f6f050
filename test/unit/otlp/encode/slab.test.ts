import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonEncoder } from '../../../../src/otlp/encode/json-encoder.ts';
import { protobufEncoder } from '../../../../src/otlp/encode/protobuf-encoder.ts';
import { createSlab } from '../../../../src/otlp/encode/slab.ts';
import { keep, randomLog, randomSpan, seeded } from './otlp-fixtures.ts';

test('records get the length that they ask for, side by side, and none the memory of another', () => {
  const allocate = createSlab();
  const records = Array.from({ length: 500 }, (_, index) => allocate(index % 300).fill(index % 251));
  for (const [index, record] of records.entries()) {
    assert.equal(record.length, index % 300);
    assert.ok(record.every((byte) => byte === index % 251));
  }
  assert.equal(records[1]!.buffer, records[2]!.buffer);
  assert.ok(new Set(records.map(({ buffer }) => buffer)).size < 10);
});

test('a large record has memory of its own', () => {
  assert.equal(createSlab()(5000).buffer.byteLength, 5000);
});

for (const [name, encoder] of Object.entries({ protobuf: protobufEncoder, json: jsonEncoder })) {
  test(`${name}: records share memory with records of their kind, and not with what the application allocates`, () => {
    const random = seeded(1);
    const scope = encoder.encodeScope({ name: 'scope' }, keep);
    for (let count = 0; count < 100; count++) {
      const pool = [Buffer.allocUnsafe(8).buffer, Buffer.from('text').buffer];
      const span = encoder.encodeSpan(randomSpan(random, { name: 'scope' }), keep);
      const log = encoder.encodeLog(randomLog(random, { name: 'scope' }), keep);
      for (const { buffer } of [span, log, scope]) assert.ok(!pool.includes(buffer as ArrayBuffer));
      assert.notEqual(span.buffer, log.buffer);
      assert.ok(span.buffer.byteLength <= 16 * 1024 || span.buffer.byteLength === span.length);
    }
    assert.equal(scope.buffer.byteLength, scope.length);
  });
}
