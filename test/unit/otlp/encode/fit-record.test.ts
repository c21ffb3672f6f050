import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { waterLevel, type Cut } from '../../../../src/otlp/encode/cut-record.ts';
import { createEncodeFitting, type EncodeFitting } from '../../../../src/otlp/encode/fit-record.ts';
import { jsonEncoder } from '../../../../src/otlp/encode/json-encoder.ts';
import { protobufEncoder } from '../../../../src/otlp/encode/protobuf-encoder.ts';
import type { Redact } from '../../../../src/otlp/types.ts';
import { redactAttribute } from '../../../../src/redaction/redact-attribute.ts';
import { addAttributes, type AttributeBag } from '../../../../src/values/attributes.ts';
import { MAX_STRING_LENGTH } from '../../../../src/values/limits.ts';
import { toPlain } from '../../../../src/values/plain-value.ts';
import { keep, randomLog, randomSpan, seeded } from './otlp-fixtures.ts';
import { anyValue, at, attributes } from './protobuf-fields.ts';

const MAX_BYTES = 100_000;

function fitting({ redact = keep, maxBytes = MAX_BYTES } = {}): { fit: EncodeFitting; cuts: Cut[] } {
  const cuts: Cut[] = [];
  return { cuts, fit: createEncodeFitting({ redact, maxBytes, onCut: (cut) => cuts.push(cut) }) };
}

function span(values: object, maxLength = MAX_STRING_LENGTH): ReadableSpan & AttributeBag {
  const bag: AttributeBag = { attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
  addAttributes(bag, values, 128, maxLength);
  return { ...randomSpan(seeded(7), { name: 'scope' }), name: 'work', events: [], links: [], status: { code: 0 }, ...bag };
}

const log = (body: unknown): ReadableLogRecord => ({
  ...randomLog(seeded(7), { name: 'scope' }),
  attributes: { small: 1 },
  body: toPlain(body, MAX_STRING_LENGTH) as never,
});

test('the short ones keep what they have, and the long ones share the rest', () => {
  assert.equal(waterLevel([10, 1, 10], 21), Infinity);
  assert.equal(waterLevel([10, 1, 10], 20), 9);
  assert.equal(waterLevel([10, 1, 100], 61), 50);
  assert.equal(waterLevel([10, 10], 0), 0);
  assert.equal(waterLevel([10, 10], -5), 0);
  assert.equal(waterLevel([], -5), Infinity);
});

test('a record that fits is what the encoder makes of it, and nothing is said', () => {
  const { fit, cuts } = fitting();
  const record = span({ a: 'x'.repeat(50_000), b: { c: ['y'.repeat(40_000)] } });
  assert.deepEqual(fit(protobufEncoder.encodeSpan, record), protobufEncoder.encodeSpan(record, keep));
  assert.deepEqual(cuts, []);
});

for (const [format, encoder] of Object.entries({ protobuf: protobufEncoder, json: jsonEncoder })) {
  test(`${format}: the longest value is cut until the record fits, the others are whole`, () => {
    const { fit, cuts } = fitting();
    const record = span({ short: 's'.repeat(30_000), long: 'x'.repeat(500_000), number: 5 });
    const bytes = fit(encoder.encodeSpan, record);
    assert.ok(bytes.length <= MAX_BYTES && bytes.length > MAX_BYTES - 200, `${bytes.length} bytes`);
    const [cut] = cuts;
    assert.deepEqual(cuts, [{ key: 'long', fromBytes: 500_000, toBytes: cut?.toBytes }]);
    const text = Buffer.from(bytes).toString('latin1');
    assert.equal(/x{50,}/.exec(text)?.[0].length, cut?.toBytes);
    assert.equal(/s{50,}/.exec(text)?.[0].length, 30_000);
  });

  test(`${format}: what takes more bytes than it has is cut until it fits as well`, () => {
    for (const value of [
      '"\\\n'.repeat(100_000),
      '\u0001'.repeat(200_000),
      '日本'.repeat(100_000),
      '😀'.repeat(80_000),
      new Uint8Array(300_000),
    ]) {
      const { fit, cuts } = fitting();
      assert.ok(fit(encoder.encodeSpan, span({ long: value })).length <= MAX_BYTES);
      assert.equal(cuts.length, 1);
      assert.ok((cuts[0] as Cut).toBytes > 10_000);
    }
  });

  test(`${format}: hundreds of values that are too large together are cut alike`, () => {
    const { fit, cuts } = fitting();
    const values = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`k${i}`, 'x'.repeat(i * 1000)]));
    assert.ok(fit(encoder.encodeSpan, span(values)).length <= MAX_BYTES);
    const lengths = new Set(cuts.map(({ toBytes }) => toBytes));
    assert.equal(lengths.size, 1);
    assert.ok(cuts.length > 100 && cuts.length < 120);
  });

  test(`${format}: a record of numbers, which nothing makes smaller, is left as it is`, () => {
    const { fit } = fitting({ maxBytes: 1000 });
    const numbers = Array.from({ length: 1000 }, (_, i) => i);
    assert.ok(fit(encoder.encodeSpan, span({ numbers, text: 'x'.repeat(1000) })).length > 1000);
  });
}

test('a cut ends with a whole character', () => {
  const { fit } = fitting();
  for (const pad of ['', 'a', 'aa', 'aaa']) {
    const bytes = fit(protobufEncoder.encodeSpan, span({ long: pad + '😀'.repeat(80_000) }));
    assert.match(attributes(bytes, 9)['long'] as string, /^a*(?:😀)+$/u);
  }
});

test('the texts inside a body are cut, its levels stay', () => {
  const { fit, cuts } = fitting();
  const bytes = fit(protobufEncoder.encodeLog, log({ messages: [{ role: 'user', content: 'x'.repeat(300_000) }, { role: 'none' }] }));
  const body = anyValue(at(bytes, 5)!.bytes) as { messages: { role: string; content: string }[] };
  assert.deepEqual(
    body.messages.map(({ role }) => role),
    ['user', 'none'],
  );
  assert.match(body.messages[0]!.content, /^x{90000,100000}$/);
  assert.deepEqual(
    cuts.map(({ key, fromBytes }) => [key, fromBytes]),
    [['', 300_008]],
  );
});

test('values of events and links count as well, and each key is told once', () => {
  const { fit, cuts } = fitting();
  const event = (length: number) => ({ name: 'e', time: [1, 0] as [number, number], attributes: { prompt: 'x'.repeat(length) } });
  const record = { ...span({ a: 1 }), events: [event(80_000), event(90_000), event(10)] };
  assert.ok(fit(protobufEncoder.encodeSpan, record).length <= MAX_BYTES);
  assert.deepEqual(
    cuts.map(({ key, fromBytes }) => [key, fromBytes]),
    [['prompt', 90_000]],
  );
});

test('what was cut off when it was recorded is told of too', () => {
  const { fit, cuts } = fitting({ maxBytes: MAX_STRING_LENGTH });
  const bytes = fit(protobufEncoder.encodeSpan, span({ prompt: 'x'.repeat(20_000_000), other: 'y' }));
  assert.ok(bytes.length <= MAX_STRING_LENGTH && bytes.length > MAX_STRING_LENGTH - 200);
  assert.deepEqual(
    cuts.map(({ key, fromBytes }) => [key, fromBytes]),
    [['prompt', 20_000_000]],
  );
});

test('what a limit of the user cut off is not told of', () => {
  const { fit, cuts } = fitting();
  fit(protobufEncoder.encodeSpan, span({ prompt: 'x'.repeat(20_000_000) }, 1000));
  assert.deepEqual(cuts, []);
});

test('a secret beside a long value is redacted, and is not told of as cut', () => {
  const { fit, cuts } = fitting({ redact: redactAttribute });
  const bytes = fit(
    protobufEncoder.encodeSpan,
    span({ password: 'hunter2-hunter2', long: `password=hunter2-hunter2 ${'x'.repeat(300_000)}` }),
  );
  assert.ok(!Buffer.from(bytes).includes('hunter2'));
  assert.deepEqual(
    cuts.map(({ key }) => key),
    ['long'],
  );
});

for (const [what, secret] of [
  ['a key', 'ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'],
  ['a card', '4111 1111 1111 1111'],
  ['an address', 'ann.smith@mail.example.com'],
] as const)
  test(`${what} that is cut in two does not leave by half`, () => {
    const { fit } = fitting({ redact: redactAttribute, maxBytes: 2000 });
    // What is redacted before it makes room for where the cut was.
    const secrets = `token=${'a1'.repeat(50)} `.repeat(10);
    for (let before = 500; before < 1000; before += 3) {
      const bytes = fit(protobufEncoder.encodeSpan, span({ long: `${secrets}${'x'.repeat(before)} ${secret} ${'x y '.repeat(1000)}` }));
      assert.ok(!Buffer.from(bytes).includes(secret.slice(0, 6)), `${before} characters before it`);
    }
  });

test('the redactor is given little more than a record may hold, however much was recorded', () => {
  let characters = 0;
  const redact: Redact = (_key, value) => {
    characters += typeof value === 'string' ? value.length : 0;
    return value;
  };
  const { fit } = fitting({ redact });
  fit(protobufEncoder.encodeSpan, span(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, 'x'.repeat(1_000_000)]))));
  assert.ok(characters <= 2 * MAX_BYTES + 1000, `${characters} characters`);
});

test('a record that is encoded while another one is has bounds of its own', () => {
  const { fit, cuts } = fitting();
  const inner = log('x'.repeat(60_000));
  const traceState = { serialize: () => (fit(protobufEncoder.encodeLog, inner), 'a=1') } as never;
  const record = span({ long: 'y'.repeat(60_000) });
  const context = { ...record.spanContext(), traceState };
  fit(protobufEncoder.encodeSpan, { ...record, spanContext: () => context });
  assert.deepEqual(cuts, []);
});
