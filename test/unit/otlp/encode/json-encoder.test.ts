import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { jsonEncoder as encoder } from '../../../../src/otlp/encode/json-encoder.ts';
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
import { encodeMetricData } from './write-metric-data.ts';

const { JsonLogsSerializer, JsonMetricsSerializer, JsonTraceSerializer } =
  require('@opentelemetry/otlp-transformer') as typeof import('@opentelemetry/otlp-transformer');

const parse = (bytes: Uint8Array | undefined): Json => JSON.parse(Buffer.from(bytes!).toString()) as Json;
type Json = { [name: string]: any };

const INT64 = new Set(['intValue', 'asInt', 'count', 'zeroCount', 'bucketCounts']);

/**
 * One form for what both serializers may write differently without a difference in meaning: we write 64-bit integers as
 * strings, as the protobuf mapping has it, and leave out fields that are empty. The official one repeats the schema URL
 * inside the resource, where OTLP has no such field, and writes 1e300 as an int64, which it is not.
 */
function normalized(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => normalized(item, name));
  if (INT64.has(name)) return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => {
      if (key === 'intValue' && !Number.isSafeInteger(Number(field))) return [['doubleValue', field]];
      if (name === 'resource' && key === 'schemaUrl') return [];
      if (key === 'attributes' && Array.isArray(field) && field.length === 0) return [];
      if (key === 'body' && Object.keys(field as object).length === 0) return [];
      if (field === 0 && (key === 'droppedAttributesCount' || key === 'severityNumber')) return [];
      if (field === '' && key !== 'stringValue' && key !== 'key' && key !== 'name') return [];
      return [[key, normalized(field, key)]];
    }),
  );
}

const span = (changes: Partial<ReadableSpan> = {}): ReadableSpan => ({ ...randomSpan(seeded(7), { name: 'scope' }), ...changes });
const log = (changes: Partial<ReadableLogRecord> = {}): ReadableLogRecord => ({ ...randomLog(seeded(7), { name: 'scope' }), ...changes });
const encodedValues = (values: object): unknown =>
  Object.fromEntries(
    parse(encoder.encodeSpan(span({ attributes: values as never }), keep))['attributes'].map(({ key, value }: Json) => [key, value]),
  );

test('spans say what the official serializer says', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seeded(seed);
    const scope = randomScope(random);
    const spans = Array.from({ length: 1 + (seed % 5) }, () => randomSpan(random, scope));
    assert.deepEqual(
      normalized(parse(requestOf(encoder, spans))),
      normalized(parse(JsonTraceSerializer.serializeRequest(spans))),
      `seed ${seed}`,
    );
  }
});

test('logs say what the official serializer says', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seeded(seed);
    const scopes = [randomScope(random), randomScope(random)];
    const records = Array.from({ length: 1 + (seed % 5) }, (_, index) => randomLog(random, scopes[index % 2]!));
    assert.deepEqual(
      normalized(parse(requestOf(encoder, records))),
      normalized(parse(JsonLogsSerializer.serializeRequest(records))),
      `seed ${seed}`,
    );
  }
});

test('metrics of every kind say what the official serializer says', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seeded(seed);
    const request = {
      resource,
      scopeMetrics: [1, 2].map(() => ({ scope: randomScope(random), metrics: Array.from({ length: 5 }, () => randomMetric(random)) })),
    };
    assert.deepEqual(
      normalized(parse(metricsRequestOf(encoder, request))),
      normalized(parse(JsonMetricsSerializer.serializeRequest(request))),
      `seed ${seed}`,
    );
  }
});

test('schema URLs stand beside the resource and the scope', () => {
  const record = {
    ...span({ instrumentationScope: { name: 'scope', schemaUrl: 'https://example.com/scope' } }),
    resource: resourceWithSchema,
  };
  const {
    resourceSpans: [ours],
  } = parse(requestOf(encoder, [record]));
  assert.deepEqual([ours.schemaUrl, ours.scopeSpans[0].schemaUrl], ['https://example.com/resource', 'https://example.com/scope']);
});

test('integers of 64 bits are strings, and doubles that JSON lacks have their names', () => {
  assert.deepEqual(
    encodedValues({
      int: 5,
      safe: Number.MAX_SAFE_INTEGER,
      big: 2n ** 63n - 1n,
      bigger: 2n ** 63n,
      half: 0.5,
      nan: NaN,
      plus: Infinity,
      minus: -Infinity,
    }),
    {
      int: { intValue: '5' },
      safe: { intValue: '9007199254740991' },
      big: { intValue: '9223372036854775807' },
      bigger: { stringValue: '9223372036854775808' },
      half: { doubleValue: 0.5 },
      nan: { doubleValue: 'NaN' },
      plus: { doubleValue: 'Infinity' },
      minus: { doubleValue: '-Infinity' },
    },
  );
});

test('metric values that JSON lacks have their names', () => {
  const point = { startTime: [1, 0], endTime: [2, 0], attributes: {}, value: NaN };
  const metric = {
    descriptor: { name: 'm', description: '', unit: '', valueType: 0 },
    aggregationTemporality: 1,
    dataPointType: 2,
    dataPoints: [point],
  };
  assert.equal(parse(encodeMetricData(encoder, metric as never, keep))['gauge'].dataPoints[0].asDouble, 'NaN');
});

test('lone surrogates, bytes and times have the form of the OTLP definition', () => {
  const record = parse(
    encoder.encodeLog(log({ hrTime: [1_763_600_000, 5], body: { 'k\ud800': ['\udfff', new Uint8Array([255, 254])] } as never }), keep),
  );
  assert.equal(record['timeUnixNano'], '1763600000000000005');
  assert.deepEqual(record['body'], {
    kvlistValue: { values: [{ key: 'k\ufffd', value: { arrayValue: { values: [{ stringValue: '\ufffd' }, { bytesValue: '//4=' }] } } }] },
  });
});

test('times that make no sense are zero', () => {
  for (const startTime of [
    [NaN, 0],
    [-1, 0],
    [0, -1],
    [Infinity, 0],
    [18_446_744_073, 0],
  ] as [number, number][]) {
    assert.equal(parse(encoder.encodeSpan(span({ startTime }), keep))['startTimeUnixNano'], '0', String(startTime));
  }
});

test('what was cut where it is a cycle or too deep is written as it is', () => {
  const body: Record<string, unknown> = {};
  body['self'] = body;
  const written = (value: unknown) => parse(encoder.encodeLog(log({ body: toPlain(value, 100) as never }), keep))['body'];
  assert.deepEqual(written(body), { kvlistValue: { values: [{ key: 'self', value: { stringValue: '[circular]' } }] } });
  let deep: unknown = 'bottom';
  for (let level = 0; level < 20_000; level++) deep = [deep];
  assert.match(JSON.stringify(written(deep)), /\[too deep\]/);
});

test('the redactor changes and drops values everywhere, and one that throws drops the value', () => {
  const redact: Redact = (key, value) => {
    if (key === 'throws') throw new Error('redactor');
    return key === 'drop' ? undefined : value === 'secret' ? '***' : value;
  };
  const attributes = { drop: 'x', throws: 'x', a: 'secret' };
  const kept = [{ key: 'a', value: { stringValue: '***' } }];
  const encoded = parse(
    encoder.encodeSpan(
      span({
        attributes,
        events: [{ time: [0, 0], name: 'e', attributes }],
        links: [{ context: span().spanContext(), attributes }],
        status: { code: 2, message: 'secret' },
      }),
      redact,
    ),
  );
  assert.deepEqual(
    [encoded['attributes'], encoded['events'][0].attributes, encoded['links'][0].attributes, encoded['status']],
    [kept, kept, kept, { code: 2, message: '***' }],
  );
  const record = parse(encoder.encodeLog(log({ attributes, body: 'secret' }), redact));
  assert.deepEqual([record['attributes'], record['body']], [kept, { stringValue: '***' }]);
});

test('a request is memory of its own, and one without records is well-formed', () => {
  const request = encoder.assemble('logs', encoder.encodeResource(resource, keep), []);
  assert.equal(request.buffer.byteLength, request.byteLength);
  assert.deepEqual(parse(request)['resourceLogs'][0].scopeLogs, []);
});
