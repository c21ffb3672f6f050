/** SDK records with everything that OTLP can say, and what the receiver must make of them. */
import { createRequire } from 'node:module';
import type { LogRecordExporter, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { ReceivedLog, ReceivedMetric, ReceivedSpan } from '../../../../src/otlp/decode/model.ts';

const require = createRequire(import.meta.url);
const api = require('@opentelemetry/api') as typeof import('@opentelemetry/api');
const { resourceFromAttributes } = require('@opentelemetry/resources') as typeof import('@opentelemetry/resources');
const { AggregationTemporality, DataPointType } = require('@opentelemetry/sdk-metrics') as typeof import('@opentelemetry/sdk-metrics');

interface Serializer<T> {
  serializeRequest(records: T): Uint8Array;
  deserializeResponse(body: Uint8Array): { partialSuccess?: Record<string, unknown> };
}

/** The serializers of OpenTelemetry JS: the oracle for both decoders. */
export const official = require('@opentelemetry/otlp-transformer') as {
  ProtobufTraceSerializer: Serializer<ReadableSpan[]>;
  JsonTraceSerializer: Serializer<ReadableSpan[]>;
  ProtobufMetricsSerializer: Serializer<ResourceMetrics>;
  JsonMetricsSerializer: Serializer<ResourceMetrics>;
  ProtobufLogsSerializer: Serializer<ReadableLogRecord[]>;
  JsonLogsSerializer: Serializer<ReadableLogRecord[]>;
};

export interface ExporterOptions {
  readonly url: string;
  readonly compression?: 'gzip' | 'none';
  readonly timeoutMillis?: number;
}
type ExporterClass<T> = new (options: ExporterOptions) => T;

/** The exporters of OpenTelemetry JS for a protocol, by the name of their packages. */
export function loadExporters(protocol: 'grpc' | 'proto' | 'http') {
  return {
    Traces: (require(`@opentelemetry/exporter-trace-otlp-${protocol}`) as { OTLPTraceExporter: ExporterClass<SpanExporter> })
      .OTLPTraceExporter,
    Metrics: (require(`@opentelemetry/exporter-metrics-otlp-${protocol}`) as { OTLPMetricExporter: ExporterClass<PushMetricExporter> })
      .OTLPMetricExporter,
    Logs: (require(`@opentelemetry/exporter-logs-otlp-${protocol}`) as { OTLPLogExporter: ExporterClass<LogRecordExporter> })
      .OTLPLogExporter,
  };
}

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
export const SPAN_ID = '00f067aa0ba902b7';
export const PARENT_ID = '53995c3f42cd8ad8';
const LINKED_TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

/** Every type of value. The integers end where JSON's numbers are exact. */
const attributes = {
  text: 'Grüße, 世界 🚦',
  empty: '',
  'with "quotes" and \u0000': 'line\nbreak',
  yes: true,
  no: false,
  zero: 0,
  small: -1,
  int32: -2147483648,
  maxSafe: Number.MAX_SAFE_INTEGER,
  minSafe: Number.MIN_SAFE_INTEGER,
  double: 3.14,
  tiny: 5e-324,
  fraction: -0.5,
  texts: ['a', 'ü', ''],
  numbers: [1, 2.5, -3],
  booleans: [true, false],
  nothing: [],
};

/** Values that only log records may have. */
const deepValue = { list: [1, 'two', { three: [3, null] }], bytes: new Uint8Array([0, 1, 254, 255]), empty: {}, none: null };

const resourceAttributes = { 'service.name': 'kassé', 'service.instance.id': 'one', 'process.pid': 4242 };
const resource = resourceFromAttributes(resourceAttributes, { schemaUrl: 'https://example.com/resource/1' });
const instrumentationScope = { name: 'lib', version: '1.2.3', schemaUrl: 'https://example.com/scope/1' };
const otherScope = { name: 'other' };

const origin = {
  resource: resourceAttributes,
  resourceSchemaUrl: 'https://example.com/resource/1',
  scope: { name: 'lib', version: '1.2.3', attributes: {}, droppedAttributesCount: 0, schemaUrl: 'https://example.com/scope/1' },
};
const otherOrigin = { ...origin, scope: { name: 'other', version: '', attributes: {}, droppedAttributesCount: 0 } };

const traceState = { serialize: () => 'vendor=värde', get: () => undefined, set: () => traceState, unset: () => traceState };

function toSpan(values: Partial<ReadableSpan> & { spanId?: string }): ReadableSpan {
  const { spanId = SPAN_ID, ...rest } = values;
  return {
    name: 'GET /orders/{id}',
    kind: api.SpanKind.SERVER,
    spanContext: () => ({ traceId: TRACE_ID, spanId, traceFlags: 1 }),
    startTime: [1_700_000_000, 123_456_789],
    endTime: [1_700_000_001, 5],
    duration: [0, 876_543_216],
    ended: true,
    status: { code: api.SpanStatusCode.UNSET },
    attributes: {},
    links: [],
    events: [],
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...rest,
  } as unknown as ReadableSpan;
}

const plainSpan = {
  traceId: TRACE_ID,
  spanId: SPAN_ID,
  name: 'GET /orders/{id}',
  kind: 'server' as const,
  startTimeUnixNano: 1_700_000_000_123_456_789n,
  endTimeUnixNano: 1_700_000_001_000_000_005n,
  attributes: {},
  events: [],
  links: [],
  status: { code: 'unset' as const, message: '' },
  flags: 0x101,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
};

export const spans: ReadableSpan[] = [
  toSpan({
    spanContext: () => ({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1, traceState }),
    parentSpanContext: { traceId: TRACE_ID, spanId: PARENT_ID, traceFlags: 1, isRemote: true },
    attributes,
    status: { code: api.SpanStatusCode.ERROR, message: 'schief gegangen' },
    events: [
      { name: 'exception', time: [1_700_000_000, 500_000_000], attributes: { 'exception.type': 'TypeError' }, droppedAttributesCount: 3 },
      { name: 'bare', time: [0, 0] },
    ],
    links: [
      {
        context: { traceId: LINKED_TRACE_ID, spanId: PARENT_ID, traceFlags: 0, isRemote: true, traceState },
        attributes: { n: 1 },
        droppedAttributesCount: 2,
      },
      { context: { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 } },
    ],
    droppedAttributesCount: 1,
    droppedEventsCount: 2,
    droppedLinksCount: 4_294_967_295,
  }),
  ...[0, 1, 2, 3, 4].map((kind) => toSpan({ kind, name: `kind ${kind}`, spanId: `000000000000000${kind + 1}` })),
  toSpan({ instrumentationScope: otherScope, name: '', status: { code: api.SpanStatusCode.OK }, endTime: [4_294_967_295, 999_999_999] }),
];

export const expectedSpans: ReceivedSpan[] = [
  {
    ...plainSpan,
    ...origin,
    parentSpanId: PARENT_ID,
    traceState: 'vendor=värde',
    flags: 0x301,
    attributes,
    status: { code: 'error', message: 'schief gegangen' },
    events: [
      {
        name: 'exception',
        timeUnixNano: 1_700_000_000_500_000_000n,
        attributes: { 'exception.type': 'TypeError' },
        droppedAttributesCount: 3,
      },
      { name: 'bare', timeUnixNano: 0n, attributes: {}, droppedAttributesCount: 0 },
    ],
    links: [
      {
        traceId: LINKED_TRACE_ID,
        spanId: PARENT_ID,
        traceState: 'vendor=värde',
        attributes: { n: 1 },
        droppedAttributesCount: 2,
        flags: 0x300,
      },
      { traceId: '', spanId: '', attributes: {}, droppedAttributesCount: 0, flags: 0x100 },
    ],
    droppedAttributesCount: 1,
    droppedEventsCount: 2,
    droppedLinksCount: 4_294_967_295,
  },
  ...(['internal', 'server', 'client', 'producer', 'consumer'] as const).map((kind, index) => ({
    ...plainSpan,
    ...origin,
    kind,
    name: `kind ${index}`,
    spanId: `000000000000000${index + 1}`,
  })),
  { ...plainSpan, ...otherOrigin, name: '', status: { code: 'ok', message: '' }, endTimeUnixNano: 4_294_967_295_999_999_999n },
];

export const logs: ReadableLogRecord[] = [
  {
    hrTime: [1_700_000_000, 1],
    hrTimeObserved: [1_700_000_000, 2],
    severityNumber: api.SeverityNumber.ERROR3,
    severityText: 'error',
    body: 'Karte abgelehnt 💳',
    eventName: 'payment.declined',
    attributes: { ...attributes, deepValue },
    droppedAttributesCount: 7,
    spanContext: { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 },
    resource,
    instrumentationScope,
  },
  { hrTime: [0, 0], hrTimeObserved: [0, 0], body: deepValue, attributes: {}, droppedAttributesCount: 0, resource, instrumentationScope },
  { hrTime: [0, 0], hrTimeObserved: [0, 0], attributes: {}, droppedAttributesCount: 0, resource, instrumentationScope: otherScope },
] as unknown as ReadableLogRecord[];

const plainLog = {
  timeUnixNano: 0n,
  observedTimeUnixNano: 0n,
  severityNumber: 0,
  severityText: '',
  body: null,
  eventName: '',
  attributes: {},
  droppedAttributesCount: 0,
  flags: 0,
};

export const expectedLogs: ReceivedLog[] = [
  {
    ...origin,
    timeUnixNano: 1_700_000_000_000_000_001n,
    observedTimeUnixNano: 1_700_000_000_000_000_002n,
    severityNumber: 19,
    severityText: 'error',
    body: 'Karte abgelehnt 💳',
    eventName: 'payment.declined',
    attributes: { ...attributes, deepValue },
    droppedAttributesCount: 7,
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    flags: 1,
  },
  { ...plainLog, ...origin, body: deepValue },
  { ...plainLog, ...otherOrigin },
];

const times = { startTime: [1_700_000_000, 0] as [number, number], endTime: [1_700_000_060, 7] as [number, number] };
const receivedTimes = { startTimeUnixNano: 1_700_000_000_000_000_000n, timeUnixNano: 1_700_000_060_000_000_007n, flags: 0, exemplars: [] };
const { INT, DOUBLE } = api.ValueType;
const { CUMULATIVE, DELTA } = AggregationTemporality;

const descriptor = (name: string, valueType: number) => ({ name, description: `about ${name}`, unit: 's', valueType, advice: {} });

export const metrics = {
  resource,
  scopeMetrics: [
    {
      scope: instrumentationScope,
      metrics: [
        {
          descriptor: descriptor('sum.int', INT),
          dataPointType: DataPointType.SUM,
          aggregationTemporality: CUMULATIVE,
          isMonotonic: true,
          dataPoints: [
            { ...times, attributes, value: Number.MAX_SAFE_INTEGER },
            { ...times, attributes: { b: 'ä' }, value: -5 },
          ],
        },
        {
          descriptor: descriptor('sum.double', DOUBLE),
          dataPointType: DataPointType.SUM,
          aggregationTemporality: DELTA,
          isMonotonic: false,
          dataPoints: [{ ...times, attributes: {}, value: -1.25 }],
        },
        {
          descriptor: descriptor('gauge', DOUBLE),
          dataPointType: DataPointType.GAUGE,
          aggregationTemporality: CUMULATIVE,
          dataPoints: [{ ...times, attributes: {}, value: 36.6 }],
        },
        {
          descriptor: descriptor('histogram', DOUBLE),
          dataPointType: DataPointType.HISTOGRAM,
          aggregationTemporality: DELTA,
          dataPoints: [
            {
              ...times,
              attributes: { route: '/ü' },
              value: {
                buckets: { boundaries: [0.005, 0.5, 10], counts: [1, 0, 4_294_967_296, 2] },
                count: 4_294_967_299,
                sum: 12.5,
                min: -1,
                max: 99,
              },
            },
            { ...times, attributes: {}, value: { buckets: { boundaries: [], counts: [3] }, count: 3 } },
          ],
        },
        {
          descriptor: descriptor('exponential', DOUBLE),
          dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
          aggregationTemporality: CUMULATIVE,
          dataPoints: [
            {
              ...times,
              attributes: { a: 1 },
              value: {
                count: 300,
                sum: -4.5,
                min: -8,
                max: 16,
                scale: -3,
                zeroCount: 2,
                positive: { offset: -7, bucketCounts: [1, 0, 200] },
                negative: { offset: 2147483647, bucketCounts: [] },
              },
            },
          ],
        },
      ],
    },
    { scope: otherScope, metrics: [] },
  ],
} as unknown as ResourceMetrics;

const named = (name: string) => ({ ...origin, name, description: `about ${name}`, unit: 's' });

export const expectedMetrics: ReceivedMetric[] = [
  {
    ...named('sum.int'),
    type: 'sum',
    monotonic: true,
    temporality: 'cumulative',
    points: [
      { ...receivedTimes, attributes, value: Number.MAX_SAFE_INTEGER },
      { ...receivedTimes, attributes: { b: 'ä' }, value: -5 },
    ],
  },
  {
    ...named('sum.double'),
    type: 'sum',
    monotonic: false,
    temporality: 'delta',
    points: [{ ...receivedTimes, attributes: {}, value: -1.25 }],
  },
  { ...named('gauge'), type: 'gauge', points: [{ ...receivedTimes, attributes: {}, value: 36.6 }] },
  {
    ...named('histogram'),
    type: 'histogram',
    temporality: 'delta',
    points: [
      {
        ...receivedTimes,
        attributes: { route: '/ü' },
        count: 4_294_967_299,
        sum: 12.5,
        min: -1,
        max: 99,
        bounds: [0.005, 0.5, 10],
        bucketCounts: [1, 0, 4_294_967_296, 2],
      },
      { ...receivedTimes, attributes: {}, count: 3, bounds: [], bucketCounts: [3] },
    ],
  },
  {
    ...named('exponential'),
    type: 'exponentialHistogram',
    temporality: 'cumulative',
    points: [
      {
        ...receivedTimes,
        attributes: { a: 1 },
        count: 300,
        sum: -4.5,
        min: -8,
        max: 16,
        scale: -3,
        zeroCount: 2,
        zeroThreshold: 0,
        positive: { offset: -7, bucketCounts: [1, 0, 200] },
        negative: { offset: 2147483647, bucketCounts: [] },
      },
    ],
  },
];
