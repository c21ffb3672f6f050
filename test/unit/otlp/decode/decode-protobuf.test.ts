import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeProtobuf } from '../../../../src/otlp/decode/decode-protobuf.ts';
import { SPAN, TRACE, d, f, fd, goodSpan, hex, request, tag, v, varint } from './protobuf-bytes.ts';

const LIMIT = 2 ** 20;
const traces = (body: Uint8Array) => decodeProtobuf('traces', body, LIMIT);
const names = (body: Uint8Array) => traces(body).records.map(({ name }) => name);

/** An AnyValue of arrays in arrays, `depth` values deep. */
function nestedArrays(depth: number): Buffer {
  let value = d(1, 'core');
  for (let level = 1; level < depth; level++) value = d(5, d(1, value));
  return value;
}

test('an empty body is an empty request', () => {
  assert.deepEqual(traces(Buffer.alloc(0)), { records: [], rejected: 0, message: '' });
});

test('a span with nothing but its ids gets the defaults', () => {
  const [span] = traces(request(Buffer.concat([d(1, TRACE), d(2, SPAN)]))).records;
  assert.deepEqual(span, {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    flags: 0,
    name: '',
    kind: 'unspecified',
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes: {},
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 'unset', message: '' },
    resource: {},
    scope: { name: '', version: '', attributes: {}, droppedAttributesCount: 0 },
  });
});

test('a resource and a scope that come after their spans are theirs all the same', () => {
  const attribute = d(1, d(1, 'service.name'), d(2, d(1, 'late')));
  const scopeSpans = d(2, d(2, goodSpan()), d(3, 'scope-url'), d(1, d(1, 'lib'), d(3, d(1, 'k'), d(2, v(3, 1)))));
  const { records } = traces(d(1, scopeSpans, d(3, 'resource-url'), d(1, attribute)));
  assert.deepEqual(records[0]?.resource, { 'service.name': 'late' });
  assert.equal(records[0]?.resourceSchemaUrl, 'resource-url');
  assert.deepEqual(records[0]?.scope, {
    name: 'lib',
    version: '',
    attributes: { k: 1 },
    droppedAttributesCount: 0,
    schemaUrl: 'scope-url',
  });
});

test('fields that are not known are skipped at every level', () => {
  const unknown = Buffer.concat([v(99, 5), d(1000, 'text'), f(77, 1n), tag(88, 5), hex('01020304')]);
  const span = Buffer.concat([unknown, goodSpan(), d(9, unknown, d(1, 'k'), d(2, unknown, d(1, 'v'))), unknown]);
  const { records } = traces(Buffer.concat([unknown, d(1, unknown, d(1, unknown), d(2, unknown, d(1, unknown), d(2, span)))]));
  assert.deepEqual(records[0]?.attributes, { k: 'v' });
});

test('numbers are read packed and one by one', () => {
  const eight = (value: bigint) => f(1, value).subarray(1);
  const packed = Buffer.concat([d(6, eight(1n), eight(2n ** 60n)), d(7, fd(1, 0.5).subarray(1))]);
  const single = Buffer.concat([f(6, 1n), f(6, 2n ** 60n), fd(7, 0.5)]);
  for (const point of [packed, single]) {
    const [metric] = decodeProtobuf('metrics', request(Buffer.concat([d(1, 'h'), d(9, d(1, point))])), LIMIT).records;
    assert(metric?.type === 'histogram');
    assert.deepEqual(metric.points[0]?.bucketCounts, [1, 2n ** 60n]);
    assert.deepEqual(metric.points[0]?.bounds, [0.5]);
  }
});

test('summaries and exemplars, which the official SDK does not send, are read', () => {
  const quantile = d(6, fd(1, 0.99), fd(2, 1.5));
  const summary = Buffer.concat([
    d(1, 's'),
    d(11, d(1, f(2, 1n), f(3, 2n), f(4, 3n), fd(5, 4.5), quantile, d(7, d(1, 'k'), d(2, v(2, 1))), v(8, 1))),
  ]);
  const exemplars = [d(5, f(2, 9n), f(6, -7n), d(4, SPAN), d(5, TRACE), d(7, d(1, 'user'), d(2, d(1, 'u')))), d(5, fd(3, 0.5))];
  const gauge = Buffer.concat([d(1, 'g'), d(5, d(1, f(6, -(2n ** 63n)), ...exemplars))]);
  const { records, rejected } = decodeProtobuf('metrics', request(summary, gauge), LIMIT);
  const origin = { resource: {}, scope: { name: '', version: '', attributes: {}, droppedAttributesCount: 0 } };
  assert.equal(rejected, 0);
  assert.deepEqual(records[0], {
    ...origin,
    name: 's',
    description: '',
    unit: '',
    type: 'summary',
    points: [
      {
        attributes: { k: true },
        startTimeUnixNano: 1n,
        timeUnixNano: 2n,
        flags: 1,
        count: 3,
        sum: 4.5,
        quantiles: [{ quantile: 0.99, value: 1.5 }],
      },
    ],
  });
  assert(records[1]?.type === 'gauge');
  assert.equal(records[1].points[0]?.value, -(2n ** 63n));
  assert.deepEqual(records[1].points[0]?.exemplars, [
    {
      timeUnixNano: 9n,
      value: -7,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      filteredAttributes: { user: 'u' },
    },
    { timeUnixNano: 0n, value: 0.5, filteredAttributes: {} },
  ]);
});

const badSpans: readonly [string, Buffer, RegExp][] = [
  ['no ids', d(5, 'x'), /traceId must be 16 bytes/],
  ['a trace id of 4 bytes', Buffer.concat([d(1, hex('01020304')), d(2, SPAN)]), /traceId must be 16 bytes, was 4\.$/],
  ['a trace id of zeros', Buffer.concat([d(1, Buffer.alloc(16)), d(2, SPAN)]), /not all zero/],
  ['a span id of 16 bytes', Buffer.concat([d(1, TRACE), d(2, TRACE)]), /spanId must be 8 bytes, was 16/],
  ['a span id of zeros', Buffer.concat([d(1, TRACE), d(2, Buffer.alloc(8))]), /spanId must be 8 bytes that are not all zero/],
  ['a parent id of 1 byte', Buffer.concat([goodSpan(), d(4, hex('01'))]), /parentSpanId must be 8 bytes, was 1/],
  ['a link with a short id', Buffer.concat([goodSpan(), d(13, d(1, hex('0102')))]), /traceId must be 16 bytes, was 2/],
  ['a name that is not UTF-8', Buffer.concat([d(1, TRACE), d(2, SPAN), d(5, hex('c328'))]), /must be UTF-8/],
  ['a value nested too deep', Buffer.concat([goodSpan(), d(9, d(1, 'k'), d(2, nestedArrays(65)))]), /at most 64 deep/],
];

for (const [what, bad, message] of badSpans) {
  test(`a span with ${what} is rejected and the good ones beside it are kept`, () => {
    const decoded = traces(request(goodSpan('before'), bad, goodSpan('after')));
    assert.deepEqual(
      decoded.records.map(({ name }) => name),
      ['before', 'after'],
    );
    assert.equal(decoded.rejected, 1);
    assert.match(decoded.message, /^1 of 3 spans dropped, the others kept: /);
    assert.match(decoded.message, message);
  });
}

test('a parent id of zeros means that there is no parent', () => {
  const [span] = traces(request(Buffer.concat([goodSpan(), d(4, Buffer.alloc(8))]))).records;
  assert.equal(span !== undefined && 'parentSpanId' in span, false);
});

test('a value nested 64 deep is kept', () => {
  const [span] = traces(request(Buffer.concat([goodSpan(), d(9, d(1, 'k'), d(2, nestedArrays(64)))]))).records;
  let value: unknown = span?.attributes['k'];
  let depth = 1;
  for (; Array.isArray(value); depth++) [value] = value as unknown[];
  assert.deepEqual({ value, depth }, { value: 'core', depth: 64 });
});

test('a malformed resource takes its own records with it and no others', () => {
  const badResource = d(1, d(1, d(1, d(1, hex('ff')))), d(2, d(2, goodSpan('a')), d(2, goodSpan('b'))));
  const decoded = traces(Buffer.concat([badResource, request(goodSpan('c'))]));
  assert.deepEqual(
    decoded.records.map(({ name }) => name),
    ['c'],
  );
  assert.equal(
    decoded.message,
    '2 of 3 spans dropped, the others kept: the resource or scope is malformed, a string must be UTF-8, was not.',
  );
});

test('of a metric, malformed points are rejected alone and counted as points', () => {
  const badPoint = d(1, d(7, d(1, hex('ff'))));
  const metric = Buffer.concat([d(1, 'm'), d(5, d(1, f(6, 1n)), badPoint, d(1, f(6, 2n)))]);
  const decoded = decodeProtobuf('metrics', request(metric), LIMIT);
  assert.deepEqual(
    decoded.records[0]?.points.map((point) => 'value' in point && point.value),
    [1, 2],
  );
  assert.match(decoded.message, /^1 of 3 data points dropped/);
});

test('a metric that falls takes its points with it', () => {
  const metric = Buffer.concat([d(5, d(1, f(6, 1n)), d(1, f(6, 2n))), d(1, hex('ff'))]);
  const decoded = decodeProtobuf('metrics', request(metric), LIMIT);
  assert.deepEqual({ kept: decoded.records.length, rejected: decoded.rejected }, { kept: 0, rejected: 2 });
});

test('a metric without data is rejected', () => {
  assert.match(decodeProtobuf('metrics', request(d(1, 'm')), LIMIT).message, /a metric must be a gauge/);
});

test('a log record needs no ids, and ids of zeros are none', () => {
  const { records } = decodeProtobuf('logs', request(Buffer.alloc(0), Buffer.concat([d(9, Buffer.alloc(16)), d(10, SPAN)])), LIMIT);
  assert.deepEqual(
    records.map((log) => ['traceId' in log, log.spanId]),
    [
      [false, undefined],
      [false, '00f067aa0ba902b7'],
    ],
  );
});

test('the key __proto__ is data', () => {
  const [span] = traces(
    request(Buffer.concat([goodSpan(), d(9, d(1, '__proto__'), d(2, d(6, d(1, d(1, 'polluted'), d(2, v(2, 1))))))])),
  ).records;
  assert.deepEqual(Object.keys(span?.attributes ?? {}), ['__proto__']);
  assert.equal((span?.attributes as { polluted?: boolean } | undefined)?.polluted, undefined);
});

test('values of enums that are not known are read as unspecified', () => {
  const [span] = traces(request(Buffer.concat([goodSpan(), v(6, 17), d(15, v(3, -1))]))).records;
  assert.deepEqual([span?.kind, span?.status.code], ['unspecified', 'unset']);
});

const malformed: readonly [string, Buffer][] = [
  ['a tag that is cut off', hex('80')],
  ['a resource that is longer than the body', hex('0aff01')],
  ['a resource of another wire type', v(1, 1)],
  ['a scope of another wire type', d(1, v(2, 1))],
  ['a span of another wire type', d(1, d(2, v(2, 1)))],
  ['a span that ends beyond its scope', d(1, Buffer.concat([tag(2, 2), varint(2), tag(2, 2), varint(20)]), goodSpan())],
  ['a span with a group', request(Buffer.concat([goodSpan(), tag(50, 3), tag(50, 4)]))],
  ['a span whose name is a varint', request(Buffer.concat([goodSpan(), v(5, 1)]))],
  ['a span whose start is a varint', request(Buffer.concat([goodSpan(), v(7, 1)]))],
  ['a value whose text is a varint', request(Buffer.concat([goodSpan(), d(9, d(1, 'k'), d(2, v(1, 1)))]))],
  ['JSON', Buffer.from('{"resourceSpans":[]}')],
];

for (const [what, body] of malformed) {
  test(`${what} makes the whole request malformed`, () => {
    assert.throws(() => traces(body), { httpStatus: 400, grpcStatus: 3, message: /The request was dropped\.$/ });
  });
}

test('records of another signal are not taken for spans', () => {
  const log = Buffer.concat([f(1, 1n), d(5, d(1, 'body'))]);
  assert.throws(() => traces(request(log)), { httpStatus: 400 });
});

test('empty messages that would take far more memory than the body are refused', () => {
  const events = Buffer.concat(Array.from({ length: 20_000 }, () => d(11)));
  assert.throws(() => traces(request(Buffer.concat([goodSpan(), events]))), { httpStatus: 413, grpcStatus: 8 });
  const counts = d(10, d(1, d(8, d(2, Buffer.alloc(200_000)))));
  assert.throws(() => decodeProtobuf('metrics', request(counts), LIMIT), { httpStatus: 413 });
  assert.deepEqual(names(request(goodSpan('still read'))), ['still read']);
});
