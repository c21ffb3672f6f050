/** Both decoders against the serializers of OpenTelemetry JS. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJson } from '../../../../src/otlp/decode/decode-json.ts';
import { decodeProtobuf } from '../../../../src/otlp/decode/decode-protobuf.ts';
import { DEFAULT_LIMITS } from '../../../../src/receiver/receiver.ts';
import { expectedLogs, expectedMetrics, expectedSpans, logs, metrics, official, spans } from './rich-records.ts';

const { maxDecodedBytes } = DEFAULT_LIMITS;

/** One list per decoded signal, as it would be when everything was accepted. */
const accepted = <T>(records: T[]) => ({ records, rejected: 0, message: '' });

test('spans from the official protobuf serializer come back whole', () => {
  const body = official.ProtobufTraceSerializer.serializeRequest(spans);
  assert.deepEqual(decodeProtobuf('traces', body, maxDecodedBytes), accepted(expectedSpans));
});

test('spans from the official JSON serializer come back whole', () => {
  const body = official.JsonTraceSerializer.serializeRequest(spans);
  assert.deepEqual(decodeJson('traces', body, maxDecodedBytes), accepted(expectedSpans));
});

test('log records from the official protobuf serializer come back whole', () => {
  const body = official.ProtobufLogsSerializer.serializeRequest(logs);
  assert.deepEqual(decodeProtobuf('logs', body, maxDecodedBytes), accepted(expectedLogs));
});

test('log records from the official JSON serializer come back whole', () => {
  const body = official.JsonLogsSerializer.serializeRequest(logs);
  assert.deepEqual(decodeJson('logs', body, maxDecodedBytes), accepted(expectedLogs));
});

test('metrics from the official protobuf serializer come back whole', () => {
  const body = official.ProtobufMetricsSerializer.serializeRequest(metrics);
  assert.deepEqual(decodeProtobuf('metrics', body, maxDecodedBytes), accepted(expectedMetrics));
});

test('metrics from the official JSON serializer come back whole', () => {
  const body = official.JsonMetricsSerializer.serializeRequest(metrics);
  assert.deepEqual(decodeJson('metrics', body, maxDecodedBytes), accepted(expectedMetrics));
});

test('integers beyond 2^53 stay exact in protobuf, and are what the digits say in JSON', () => {
  const [span] = spans;
  const big = { ...span, attributes: { min: -(2 ** 63), power: 2 ** 62, odd: 2 ** 53 + 2, double: 2 ** 63 } } as never;
  const fromProtobuf = decodeProtobuf('traces', official.ProtobufTraceSerializer.serializeRequest([big]), maxDecodedBytes);
  assert.deepEqual(fromProtobuf.records[0]?.attributes, { min: -(2n ** 63n), power: 2n ** 62n, odd: 2n ** 53n + 2n, double: 2 ** 63 });

  // The JSON serializer prints a double with its shortest digits, which name another integer.
  const printed = { ...span, attributes: { power: 2 ** 62, odd: 2 ** 53 + 2 } } as never;
  const fromJson = decodeJson('traces', official.JsonTraceSerializer.serializeRequest([printed]), maxDecodedBytes);
  assert.deepEqual(fromJson.records[0]?.attributes, { power: 4611686018427388000n, odd: 2n ** 53n + 2n });
});

test('numbers that are not finite come back from protobuf; the official JSON loses them', () => {
  const [span] = spans;
  const odd = { ...span, attributes: { nan: NaN, up: Infinity, down: -Infinity } } as never;
  const fromProtobuf = decodeProtobuf('traces', official.ProtobufTraceSerializer.serializeRequest([odd]), maxDecodedBytes);
  assert.deepEqual(fromProtobuf.records[0]?.attributes, { nan: NaN, up: Infinity, down: -Infinity });
  const fromJson = decodeJson('traces', official.JsonTraceSerializer.serializeRequest([odd]), maxDecodedBytes);
  assert.deepEqual(fromJson.records[0]?.attributes, { nan: null, up: null, down: null });
});
