import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { createEncodeFitting } from '../../../../src/otlp/encode/fit-record.ts';
import { KnownValues } from '../../../../src/otlp/encode/known-values.ts';
import { protobufEncoder } from '../../../../src/otlp/encode/protobuf-encoder.ts';
import type { Redact } from '../../../../src/otlp/types.ts';
import { keep, randomSpan, seeded } from './otlp-fixtures.ts';

const span = (changes: Partial<ReadableSpan> = {}): ReadableSpan => ({ ...randomSpan(seeded(7), { name: 'scope' }), ...changes });
const fitting = (redact: Redact, maxBytes = 1e6) => createEncodeFitting({ redact, maxBytes, onCut: () => {} });
const plainly = (record: ReadableSpan, redact: Redact): Uint8Array => protobufEncoder.encodeSpan(record, redact);

test('records are the same bytes whether their values are known or not', () => {
  const fit = fitting(keep);
  for (let round = 0; round < 3; round++)
    for (let seed = 1; seed <= 150; seed++) {
      const record = randomSpan(seeded(seed), { name: 'scope' });
      assert.deepEqual(Buffer.from(fit(protobufEncoder.encodeSpan, record)), Buffer.from(plainly(record, keep)), `seed ${seed}`);
    }
});

test('a value is redacted by its key, also when it is known under another one or as a name', () => {
  const redact: Redact = (key, value) => (key === 'password' ? 'gone' : key === '' ? 'name' : value);
  const fit = fitting(redact);
  const records = [
    span({ name: 'hunter2', attributes: { a: 'hunter2' } }),
    span({ name: 'other', attributes: { password: 'hunter2', '': 'hunter2' } }),
    span({ name: 'hunter2', attributes: { password: 'hunter2', a: 'hunter2' } }),
  ];
  for (let round = 0; round < 3; round++)
    for (const record of records)
      assert.deepEqual(Buffer.from(fit(protobufEncoder.encodeSpan, record)), Buffer.from(plainly(record, redact)));
});

test('what a redactor drops is asked for again: it may have had no room', () => {
  const fit = fitting(keep, 100_000);
  const small = { method: 'GET' };
  const large = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, 'x'.repeat(1000)]));
  fit(protobufEncoder.encodeSpan, span({ attributes: { ...large, ...small } }));
  const record = span({ attributes: small });
  assert.deepEqual(Buffer.from(fit(protobufEncoder.encodeSpan, record)), Buffer.from(plainly(record, keep)));
});

test('the redactor is asked once for a text that comes again and again, each time for one that does not', () => {
  let asked = 0;
  const fit = fitting((key, value) => {
    if (key === 'id') asked++;
    return value;
  });
  for (let i = 0; i < 1000; i++) fit(protobufEncoder.encodeSpan, span({ attributes: { id: `few ${i % 10}` } }));
  assert.equal(asked, 10);
  asked = 0;
  for (let i = 0; i < 1000; i++) fit(protobufEncoder.encodeSpan, span({ attributes: { id: `new ${i}` } }));
  assert.equal(asked, 1000);
});

test('texts of which most are new are not kept, and those of other keys stay', () => {
  const known = new KnownValues();
  const bytes = new Uint8Array(10);
  known.under('method').learn('GET', bytes);
  for (let i = 0; i < 1000; i++) {
    const id = known.under('id');
    assert.equal(id.find(`id ${i}`), undefined);
    if (id.wants(`id ${i}`)) id.learn(`id ${i}`, bytes);
  }
  assert.equal(known.under('id').wants('id 1000'), false);
  assert.equal(known.under('method').find('GET'), bytes);
  assert.equal(known.under('method').wants('x'.repeat(129)), false);
});

test('thousands of keys with many values each are held in half a megabyte', () => {
  const known = new KnownValues();
  const bytes = new Uint8Array(100);
  for (let key = 0; key < 2000; key++) for (let value = 0; value < 60; value++) known.under(`key ${key}`).learn(`value ${value}`, bytes);
  let held = 0;
  for (let key = 1999; key >= 0; key--)
    for (let value = 0; value < 60; value++) if (known.under(`key ${key}`).find(`value ${value}`)) held++;
  assert.ok(held > 0 && held < 2000, String(held));
});
