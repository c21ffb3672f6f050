import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesAt, numberAt, readFields } from '../../../../src/otlp/encode/protobuf-reader.ts';
import { seeded } from './otlp-fixtures.ts';
import { statusWithRetryInfo } from '../../export/transport/transport-kit.ts';

test('numbers and bytes are found by their field, whatever else is there', () => {
  const fields = readFields(Buffer.from('08960112026869290000000000000040350700000018ffffffffffffffffff01', 'hex'));
  assert.deepEqual([numberAt(fields, 1), String(bytesAt(fields, 2)), numberAt(fields, 3), numberAt(fields, 6)], [150, 'hi', -1, 7]);
  assert.deepEqual([numberAt(fields, 2), bytesAt(fields, 1), numberAt(undefined, 1)], [0, undefined, 0]);
});

test('a message that breaks off is none', () => {
  const whole = statusWithRetryInfo(3);
  assert.ok(readFields(whole) !== undefined);
  for (const hex of ['08', '0a05', '0a', '09000000', '35ff', '0b', '0fff', '08ffffffffffffffffffffff01', '0affffffffffffffffff01']) {
    assert.equal(readFields(Buffer.from(hex, 'hex')), undefined, hex);
  }
});

test('no bytes make it throw', () => {
  const random = seeded(3);
  let messages = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 24) }, () => Math.floor(random() * 256)));
    if (readFields(bytes) !== undefined) messages++;
  }
  assert.ok(messages > 0 && messages < 20_000);
});
