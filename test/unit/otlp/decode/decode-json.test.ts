import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJson } from '../../../../src/otlp/decode/decode-json.ts';

const LIMIT = 2 ** 20;
const traces = (body: unknown) => decodeJson('traces', Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), LIMIT);

const ids = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const good = (name = 'good') => ({ ...ids, name });
const request = (...spans: unknown[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const attributesOf = (...attributes: unknown[]) => traces(request({ ...good(), attributes })).records[0]?.attributes;
const valueOf = (value: unknown) => attributesOf({ key: 'k', value })?.['k'];

test('an empty object is an empty request', () => {
  assert.deepEqual(traces({}), { records: [], rejected: 0, message: '' });
});

test('64-bit integers are read from strings and from numbers, exactly', () => {
  const exact = '{"intValue":-9223372036854775808}';
  const body = JSON.stringify(request({ ...good(), startTimeUnixNano: '18446744073709551615', attributes: [{ key: 'k', value: '@' }] }));
  const [span] = traces(body.replace('"@"', exact)).records;
  assert.equal(span?.startTimeUnixNano, 2n ** 64n - 1n);
  assert.equal(span?.attributes['k'], -(2n ** 63n));
  const digits = traces(JSON.stringify(request({ ...good(), endTimeUnixNano: '@' })).replace('"@"', '1544712661123456789'));
  assert.equal(digits.records[0]?.endTimeUnixNano, 1_544_712_661_123_456_789n);
  assert.equal(valueOf({ intValue: '9007199254740993' }), 9007199254740993n);
  assert.equal(valueOf({ intValue: '-12' }), -12);
  assert.equal(valueOf({ intValue: 12 }), 12);
});

test('every kind of value is read', () => {
  assert.equal(valueOf({ stringValue: '' }), '');
  assert.equal(valueOf({ boolValue: false }), false);
  assert.equal(valueOf({ doubleValue: 'NaN' }), NaN);
  assert.equal(valueOf({ doubleValue: '-Infinity' }), -Infinity);
  assert.equal(valueOf({ doubleValue: '1.5e3' }), 1500);
  assert.deepEqual(valueOf({ bytesValue: 'AP+/' }), new Uint8Array([0, 255, 191]));
  assert.deepEqual(valueOf({ bytesValue: 'AP-_' }), new Uint8Array([0, 255, 191]));
  assert.deepEqual(valueOf({ arrayValue: { values: [{ intValue: 1 }, {}, { arrayValue: {} }] } }), [1, null, []]);
  assert.deepEqual(valueOf({ kvlistValue: { values: [{ key: 'a', value: { boolValue: true } }, { key: 'b' }] } }), { a: true, b: null });
  assert.equal(valueOf({}), null);
  assert.equal(valueOf(null), null);
});

test('keys in snake_case are read, at every level', () => {
  const body = {
    resource_spans: [
      {
        resource: { attributes: [{ key: 'r', value: { string_value: 'x' } }] },
        schema_url: 'url',
        scope_spans: [
          {
            scope: { name: 'lib', dropped_attributes_count: 2 },
            spans: [
              {
                trace_id: ids.traceId,
                span_id: ids.spanId,
                parent_span_id: ids.spanId,
                start_time_unix_nano: '5',
                events: [{ time_unix_nano: 7, name: 'e', dropped_attributes_count: 1 }],
                attributes: [{ key: 'list', value: { array_value: { values: [{ int_value: 3 }] } } }],
              },
            ],
          },
        ],
      },
    ],
  };
  const { records, rejected } = traces(body);
  const [span] = records;
  assert.equal(rejected, 0);
  assert.equal(span?.parentSpanId, ids.spanId);
  assert.equal(span?.startTimeUnixNano, 5n);
  assert.deepEqual(span?.events, [{ name: 'e', timeUnixNano: 7n, attributes: {}, droppedAttributesCount: 1 }]);
  assert.deepEqual(span?.attributes, { list: [3] });
  assert.deepEqual([span?.resource, span?.resourceSchemaUrl, span?.scope.droppedAttributesCount], [{ r: 'x' }, 'url', 2]);
});

test('enums are read by number and by name', () => {
  const kinds = [2, 'SPAN_KIND_CONSUMER', 'SPAN_KIND_UNSPECIFIED', 99].map((kind) => traces(request({ ...good(), kind })).records[0]?.kind);
  assert.deepEqual(kinds, ['server', 'consumer', 'unspecified', 'unspecified']);
  assert.equal(traces(request({ ...good(), status: { code: 'STATUS_CODE_ERROR' } })).records[0]?.status.code, 'error');
  const logs = [17, 'SEVERITY_NUMBER_WARN2', 'SEVERITY_NUMBER_FATAL4', 'SEVERITY_NUMBER_TRACE'].map((severityNumber) => ({
    severityNumber,
  }));
  const decoded = decodeJson('logs', Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: logs }] }] })), LIMIT);
  assert.deepEqual(
    decoded.records.map((log) => log.severityNumber),
    [17, 14, 24, 1],
  );
});

test('ids are read in upper case and given in lower', () => {
  assert.equal(traces(request({ traceId: ids.traceId.toUpperCase(), spanId: ids.spanId })).records[0]?.traceId, ids.traceId);
});

test('null means absent', () => {
  const span = { ...good(), parentSpanId: null, attributes: null, events: null, status: null, kind: null };
  assert.equal(traces(request(span)).rejected, 0);
});

const badSpans: readonly [string, unknown, RegExp][] = [
  ['that is a number', 5, /an element of spans must be an object, was 5/],
  ['that is null', null, /must be an object, was null/],
  ['that is an array', [], /must be an object, was an array/],
  ['without ids', { name: 'x' }, /traceId must be 16 bytes that are not all zero/],
  ['with a short trace id', { ...ids, traceId: 'abc' }, /traceId must be 32 hex digits, was "abc"/],
  ['with a trace id in base64', { ...ids, traceId: 'S/kvNXezTaajzpKdDg5HNg==' }, /32 hex digits/],
  ['with a trace id that is a number', { ...ids, traceId: 12 }, /32 hex digits, was 12/],
  ['with a span id of zeros', { ...ids, spanId: '0000000000000000' }, /spanId must be 8 bytes that are not all zero/],
  ['with attributes that are an object', { ...good(), attributes: { key: 'value' } }, /attributes must be an array, was an object/],
  ['with an attribute that is a string', { ...good(), attributes: ['k'] }, /an element of attributes must be an object/],
  ['with a value that is a string', { ...good(), attributes: [{ key: 'k', value: 'v' }] }, /value must be an object such as/],
  [
    'with a text value that is a number',
    { ...good(), attributes: [{ key: 'k', value: { stringValue: 1 } }] },
    /stringValue must be a string, was 1/,
  ],
  ['with a key that is a number', { ...good(), attributes: [{ key: 1 }] }, /key must be a string/],
  [
    'with an integer of too many bits',
    { ...good(), attributes: [{ key: 'k', value: { intValue: '9223372036854775808' } }] },
    /intValue must be an integer from/,
  ],
  ['with an integer that is none', { ...good(), attributes: [{ key: 'k', value: { intValue: 1.5 } }] }, /intValue must be an integer/],
  ['with bytes that are not base64', { ...good(), attributes: [{ key: 'k', value: { bytesValue: '***' } }] }, /must be base64/],
  [
    'with a list of values that is none',
    { ...good(), attributes: [{ key: 'k', value: { arrayValue: [] } }] },
    /arrayValue must be an object/,
  ],
  ['with a negative time', { ...good(), startTimeUnixNano: '-1' }, /startTimeUnixNano must be an integer from 0/],
  ['with a time that is a date', { ...good(), startTimeUnixNano: '2026-01-01' }, /startTimeUnixNano must be an integer/],
  ['with a name that is an object', { ...good(), name: {} }, /name must be a string, was an object/],
  ['with a kind that is not known', { ...good(), kind: 'server' }, /kind must be a number or a name that begins with SPAN_KIND_/],
  ['with events that are an object', { ...good(), events: {} }, /events must be an array/],
  ['with an event that is a string', { ...good(), events: ['e'] }, /an element of events must be an object/],
  ['with a status that is a string', { ...good(), status: 'ERROR' }, /status must be an object/],
  [
    'with a count that is too large',
    { ...good(), droppedEventsCount: 2 ** 32 },
    /droppedEventsCount must be an integer from 0 to 4294967295/,
  ],
];

for (const [what, bad, message] of badSpans) {
  test(`a span ${what} is rejected and the good ones beside it are kept`, () => {
    const decoded = traces(request(good('before'), bad, good('after')));
    assert.deepEqual(
      decoded.records.map(({ name }) => name),
      ['before', 'after'],
    );
    assert.equal(decoded.rejected, 1);
    assert.match(decoded.message, message);
  });
}

test('a value nested too deep is rejected, one nested 64 deep is kept', () => {
  const nested = (depth: number): unknown => (depth === 1 ? { stringValue: 'core' } : { arrayValue: { values: [nested(depth - 1)] } });
  const decoded = traces(
    request(
      { ...good('fits'), attributes: [{ key: 'k', value: nested(64) }] },
      { ...good('deep'), attributes: [{ key: 'k', value: nested(65) }] },
    ),
  );
  assert.deepEqual(
    decoded.records.map(({ name }) => name),
    ['fits'],
  );
  assert.match(decoded.message, /at most 64 deep/);
});

test('a malformed resource takes its own spans with it, and a group of the wrong shape counts as one', () => {
  const decoded = traces({
    resourceSpans: [
      { resource: { attributes: {} }, scopeSpans: [{ spans: [good('a'), good('b')] }] },
      { resource: {}, scopeSpans: [{ scope: 'lib', spans: [good('c')] }, { scope: {}, spans: [good('d')] }, 'x', { spans: {} }] },
      7,
      { scopeSpans: 'none' },
    ],
  });
  assert.deepEqual(
    decoded.records.map(({ name }) => name),
    ['d'],
  );
  assert.match(decoded.message, /^7 of 8 spans dropped, the others kept: the resource or scope is malformed, attributes must be an array/);
});

test('of a metric, malformed points are rejected alone', () => {
  const metrics = [
    { name: 'm', sum: { isMonotonic: true, dataPoints: [{ asInt: '1' }, { asInt: 'one' }, 5, { asDouble: 2.5 }] } },
    { name: 7, gauge: { dataPoints: [{ asInt: 1 }, { asInt: 2 }] } },
    { name: 'empty' },
  ];
  const decoded = decodeJson('metrics', Buffer.from(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })), LIMIT);
  assert(decoded.records[0]?.type === 'sum');
  assert.deepEqual(
    decoded.records[0].points.map(({ value }) => value),
    [1, 2.5],
  );
  assert.equal(decoded.records.length, 1);
  assert.match(decoded.message, /^5 of 7 data points dropped/);
});

test('the key __proto__ is data', () => {
  const attributes = attributesOf({
    key: '__proto__',
    value: { kvlistValue: { values: [{ key: 'polluted', value: { boolValue: true } }] } },
  });
  assert.deepEqual(Object.keys(attributes ?? {}), ['__proto__']);
  assert.equal((attributes as { polluted?: boolean }).polluted, undefined);
});

const malformed: readonly [string, string | Buffer][] = [
  ['an empty body', ''],
  ['a body that is cut off', '{"resourceSpans":['],
  ['an array', '[]'],
  ['null', 'null'],
  ['a list of resources that is an object', '{"resourceSpans":{}}'],
  ['a body that is not UTF-8', Buffer.from('7b22613a22ff227d', 'hex')],
  ['a body nested a thousand times', '['.repeat(1_001) + ']'.repeat(1_001)],
];

for (const [what, body] of malformed) {
  test(`${what} makes the whole request malformed`, () => {
    assert.throws(() => decodeJson('traces', typeof body === 'string' ? Buffer.from(body) : body, LIMIT), {
      httpStatus: 400,
      grpcStatus: 3,
    });
  });
}

test('a body that would take far more memory when parsed is refused before it is parsed', () => {
  assert.throws(() => traces(`[${'[],'.repeat(20_000)}[]]`), { httpStatus: 413, grpcStatus: 8 });
  assert.equal(traces({ text: '[{,'.repeat(100_000) }).rejected, 0, 'brackets within a text do not count');
});
