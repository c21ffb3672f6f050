import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { protobufEncoder as encoder } from '../../../../src/otlp/encode/protobuf-encoder.ts';
import type { Redact } from '../../../../src/otlp/types.ts';
import { require } from '../../../../src/runtime/otel.ts';
import { toPlain } from '../../../../src/values/plain-value.ts';
import {
  keep,
  metricsRequestOf,
  randomLog,
  randomMetric,
  randomScope,
  randomSpan,
  requestOf,
  resource,
  resourceWithSchema,
  seeded,
} from './otlp-fixtures.ts';
import { anyValue, at, attributes, fieldsOf } from './protobuf-fields.ts';

const { ProtobufLogsSerializer, ProtobufMetricsSerializer, ProtobufTraceSerializer } =
  require('@opentelemetry/otlp-transformer') as typeof import('@opentelemetry/otlp-transformer');

function assertSameBytes(actual: Uint8Array, expected: Uint8Array | undefined, what: string): void {
  assert.equal(Buffer.from(actual).toString('hex'), Buffer.from(expected!).toString('hex'), what);
}

const span = (changes: Partial<ReadableSpan> = {}): ReadableSpan => ({ ...randomSpan(seeded(7), { name: 'scope' }), ...changes });
const log = (changes: Partial<ReadableLogRecord> = {}): ReadableLogRecord => ({ ...randomLog(seeded(7), { name: 'scope' }), ...changes });
/** Attributes and bodies as they come from the providers. */
const plain = (value: unknown) => toPlain(value, 1000) as never;
const encodedAttributes = (values: object): Record<string, unknown> =>
  attributes(encoder.encodeSpan(span({ attributes: values as Attributes }), keep), 9);

test('spans are the bytes of the official serializer', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = seeded(seed);
    const scopes = [randomScope(random), randomScope(random)];
    const spans = Array.from({ length: 1 + (seed % 7) }, (_, index) => randomSpan(random, scopes[index % 2]!));
    assertSameBytes(requestOf(encoder, spans), ProtobufTraceSerializer.serializeRequest(spans), `seed ${seed}`);
  }
});

test('logs are the bytes of the official serializer', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = seeded(seed);
    const scopes = [randomScope(random), randomScope(random)];
    const records = Array.from({ length: 1 + (seed % 7) }, (_, index) => randomLog(random, scopes[index % 2]!));
    assertSameBytes(requestOf(encoder, records), ProtobufLogsSerializer.serializeRequest(records), `seed ${seed}`);
  }
});

test('metrics of every kind are the bytes of the official serializer', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = seeded(seed);
    const request = {
      resource,
      scopeMetrics: [1, 2].map(() => ({ scope: randomScope(random), metrics: Array.from({ length: 5 }, () => randomMetric(random)) })),
    };
    assertSameBytes(metricsRequestOf(encoder, request), ProtobufMetricsSerializer.serializeRequest(request), `seed ${seed}`);
  }
});

test('a schema URL comes before the records, and is otherwise where the official serializer has it', () => {
  const scope = { name: 'scope', schemaUrl: 'https://example.com/scope' };
  const record = { ...span({ instrumentationScope: scope }), resource: resourceWithSchema };
  const ours = requestOf(encoder, [record]);
  const theirs = ProtobufTraceSerializer.serializeRequest([record])!;
  const byNumber = (bytes: Uint8Array, ...path: number[]) =>
    fieldsOf(at(bytes, ...path)!.bytes)
      .sort((a, b) => a.number - b.number)
      .map(({ number, bytes }) => [number, Buffer.from(bytes).toString('hex')]);
  assert.equal(String(at(ours, 1, 3)!.bytes), 'https://example.com/resource');
  assert.deepEqual(byNumber(ours, 1, 2), byNumber(theirs, 1, 2));
  assert.deepEqual(
    byNumber(ours, 1).filter(([number]) => number !== 2),
    byNumber(theirs, 1).filter(([number]) => number !== 2),
  );
});

test('numbers are integers as long as a double can tell them apart, and doubles otherwise', () => {
  assert.deepEqual(
    encodedAttributes({ safe: Number.MAX_SAFE_INTEGER, unsafe: 2 ** 53, nan: NaN, plus: Infinity, minus: -Infinity, zero: -0 }),
    { safe: 9007199254740991n, unsafe: 2 ** 53, nan: NaN, plus: Infinity, minus: -Infinity, zero: 0n },
  );
});

test('a bigint is an integer of 64 bits, or text when it does not fit', () => {
  assert.deepEqual(encodedAttributes({ least: -(2n ** 63n), most: 2n ** 63n - 1n, more: 2n ** 63n, less: -(2n ** 63n) - 1n, minus: -1n }), {
    least: -(2n ** 63n),
    most: 2n ** 63n - 1n,
    more: '9223372036854775808',
    less: '-9223372036854775809',
    minus: -1n,
  });
});

test('lone surrogates become the replacement character in names, keys and values', () => {
  const bytes = encoder.encodeSpan(span({ name: 'a\ud800', attributes: { 'k\udfff': 'v\ud800v', ok: '\ud83d\udea6' } }), keep);
  assert.equal(String(at(bytes, 5)!.bytes), 'a\ufffd');
  assert.deepEqual(attributes(bytes, 9), { 'k\ufffd': 'v\ufffdv', ok: '🚦' });
});

test('what has no form in OTLP becomes an empty value', () => {
  assert.deepEqual(encodedAttributes({ a: null, b: undefined, c: Symbol('s'), d: () => 1 }), { a: null, b: null, c: null, d: null });
});

test('bytes, other typed arrays, dates and errors keep what they say', () => {
  const error = Object.assign(new Error('no', { cause: new Error('why') }), { code: 'E1' });
  const values = encodedAttributes(
    plain({
      bytes: Buffer.from([1, 2]),
      wide: new Uint16Array([0x0201]),
      date: new Date(0),
      bad: new Date(NaN),
      error,
    }),
  );
  assert.deepEqual(values, {
    bytes: new Uint8Array([1, 2]),
    wide: [0x0201n],
    date: '1970-01-01T00:00:00.000Z',
    bad: 'Invalid Date',
    error: {
      code: 'E1',
      name: 'Error',
      message: 'no',
      stack: error.stack,
      cause: { name: 'Error', message: 'why', stack: (error.cause as Error).stack },
    },
  });
});

test('a cycle is cut where it closes, and an object that occurs twice is written twice', () => {
  const shared = { x: 1 };
  const body: Record<string, unknown> = { shared, again: shared, list: [shared] };
  body['self'] = body;
  const bytes = encoder.encodeLog(log({ body: plain(body) }), keep);
  assert.deepEqual(anyValue(at(bytes, 5)!.bytes), { shared: { x: 1n }, again: { x: 1n }, list: [{ x: 1n }], self: '[circular]' });
});

test('a value 20 000 levels deep is cut at 16', () => {
  let body: unknown = 'bottom';
  for (let level = 0; level < 20_000; level++) body = [body];
  let value = anyValue(at(encoder.encodeLog(log({ body: plain(body) }), keep), 5)!.bytes);
  let depth = 0;
  for (; Array.isArray(value); depth++) [value] = value as unknown[];
  assert.deepEqual([depth, value], [16, '[too deep]']);
});

test('a small graph that unfolds to billions of values is written in part', () => {
  let body: unknown = 1;
  for (let level = 0; level < 40; level++) body = [body, body];
  assert.ok(encoder.encodeLog(log({ body: plain(body) }), keep).length < 20_000);
});

test('more than 64 MiB in one record throws, and the next record is whole', () => {
  const value = 'x'.repeat(30 * 1024 * 1024);
  assert.throws(() => encoder.encodeSpan(span({ attributes: { a: value, b: value, c: value } }), keep), /at most 67108864 bytes/);
  const spans = [span()];
  assertSameBytes(requestOf(encoder, spans), ProtobufTraceSerializer.serializeRequest(spans), 'after the throw');
});

test('a trace state that encodes another record disturbs neither of the two', () => {
  const inner: Uint8Array[] = [];
  const traceState = { serialize: () => (inner.push(encoder.encodeLog(log(), keep)), 'a=1') };
  const context = { ...span().spanContext(), traceState: traceState as never };
  const outer = encoder.encodeSpan(span({ spanContext: () => context, name: 'outer', attributes: { after: 1 } }), keep);
  assert.deepEqual([String(at(outer, 3)!.bytes), String(at(outer, 5)!.bytes), attributes(outer, 9)], ['a=1', 'outer', { after: 1n }]);
  assertSameBytes(inner[0]!, encoder.encodeLog(log(), keep), 'inner');
});

test('names that are not strings are made ones', () => {
  const bytes = encoder.encodeSpan(span({ name: undefined as never, events: [{ time: [0, 0], name: 5 as never }] }), keep);
  assert.deepEqual([String(at(bytes, 5)!.bytes), String(at(bytes, 11, 2)!.bytes)], ['', '5']);
  assert.equal(String(at(encoder.encodeScope({ name: undefined as never }, keep), 1, 1)!.bytes), '');
});

test('times that make no sense are zero', () => {
  for (const startTime of [
    [NaN, 0],
    [-1, 0],
    [0, -1],
    [Infinity, 0],
    [18_446_744_073, 0],
  ] as [number, number][]) {
    assert.equal(at(encoder.encodeSpan(span({ startTime }), keep), 7)!.int, 0n, String(startTime));
  }
});

test('the redactor sees every attribute, and text without a key of its own under the empty one', () => {
  const seen: [string, unknown][] = [];
  const redact: Redact = (key, value) => (seen.push([key, value]), value);
  encoder.encodeSpan(
    span({
      name: 'work',
      attributes: { a: 1 },
      events: [{ time: [0, 0], name: 'e', attributes: { b: 2 } }],
      links: [{ context: span().spanContext(), attributes: { c: 3 } }],
      status: { code: 2, message: 'failed' },
    }),
    redact,
  );
  encoder.encodeLog(log({ attributes: { d: 4 }, body: 'body', severityText: 'loud', eventName: 'party' }), redact);
  encoder.encodeResource(resourceWithSchema, redact);
  encoder.encodeScope({ name: 'shop', attributes: { f: 6 } }, redact);
  assert.deepEqual(seen, [
    ['', 'work'],
    ['a', 1],
    ['', 'e'],
    ['b', 2],
    ['c', 3],
    ['', 'failed'],
    ['', 'loud'],
    ['', 'body'],
    ['d', 4],
    ['', 'party'],
    ['service.name', 'shop'],
    ['f', 6],
  ]);
});

test('the redactor changes and drops values, and one that throws drops the value', () => {
  const redact: Redact = (key, value) => {
    if (key === 'throws') throw new Error('redactor');
    return key === 'drop' ? undefined : key === 'change' ? '***' : value;
  };
  const bytes = encoder.encodeSpan(span({ attributes: { drop: 'secret', change: 'secret', throws: 'secret', stay: 'x' } }), redact);
  assert.deepEqual(attributes(bytes, 9), { change: '***', stay: 'x' });
  assert.equal(
    at(
      encoder.encodeLog(log({ body: 'secret' }), () => undefined),
      5,
    ),
    undefined,
  );
});

test('keys that never come again do not accumulate and stay right', () => {
  for (let index = 0; index < 5000; index++) {
    assert.deepEqual(encodedAttributes({ [`key.${index}`]: index, [`${'k'.repeat(200)}${index}`]: 1 }), {
      [`key.${index}`]: BigInt(index),
      [`${'k'.repeat(200)}${index}`]: 1n,
    });
  }
  assert.deepEqual(encodedAttributes({ 'key.0': 1, 'key.4999': 2 }), { 'key.0': 1n, 'key.4999': 2n });
});

test('a request is memory of its own, which can be handed to a worker', () => {
  const request = requestOf(encoder, [span()]);
  assert.equal(request.buffer.byteLength, request.byteLength);
});

test('a request without records is well-formed', () => {
  const request = encoder.assemble('traces', encoder.encodeResource(resource, keep), []);
  assert.deepEqual(attributes(at(request, 1, 1)!.bytes, 1), {
    'service.name': 'shop',
    'process.pid': 4242n,
    'host.ratio': 0.25,
    list: ['a', 'b'],
  });
});
