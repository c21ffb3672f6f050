/**
 * The OTLP messages as tables: for each field its number (protobuf), its name (JSON) and where it goes in the model. Both
 * decoders read by these tables, which is why both yield the same records.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto
 */
import type { Signal } from '../../config/config.ts';
import type {
  ExponentialBuckets,
  ExponentialHistogramPoint,
  HistogramPoint,
  NumberPoint,
  Origin,
  ReceivedEvent,
  ReceivedExemplar,
  ReceivedLink,
  ReceivedLog,
  ReceivedScope,
  ReceivedSpan,
  SummaryPoint,
} from './model.ts';
import { BadRecord } from './refusal.ts';

/**
 * How a field is written. `time` is a fixed64 that stays a bigint, `attributes` a repeated KeyValue that becomes an object,
 * `any` an AnyValue that becomes its value.
 */
export type Kind =
  | 'string'
  | 'bool'
  | 'uint32'
  | 'sint32'
  | 'uint64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed64'
  | 'time'
  | 'double'
  | 'enum'
  | 'traceId'
  | 'spanId'
  | 'attributes'
  | 'any'
  | 'message';

/** A message on its way to becoming a record. */
export type Row = Record<string, unknown>;

export interface Field {
  readonly number: number;
  /** Name in JSON. */
  readonly name: string;
  /** The same in snake_case, which some senders write. */
  readonly snakeName: string;
  readonly kind: Kind;
  /** Property of the model. */
  readonly to: string;
  readonly repeated: boolean;
  /** Of an enum: its values in the model, by number, and the prefix of its names in JSON. */
  readonly values: readonly (string | number)[];
  readonly prefix: string;
  /** Of a message. */
  readonly message: Message | undefined;
  /** Each element stands alone: a malformed one is rejected and the others stay. */
  readonly alone: boolean;
}

export interface Message {
  /** The message with its defaults; what is optional in the model is absent. */
  readonly create: () => Row;
  readonly fields: readonly Field[];
  readonly byNumber: readonly (Field | undefined)[];
  /** Turns the fields into the record. Throws `BadRecord`. */
  readonly finish: (row: Row) => Row;
}

function field(number: number, name: string, kind: Kind, more: Partial<Field> = {}): Field {
  const snakeName = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return { number, name, snakeName, kind, to: name, repeated: false, values: [], prefix: '', message: undefined, alone: false, ...more };
}

const one = (number: number, name: string, of: Message): Field => field(number, name, 'message', { message: of });
const many = (number: number, name: string, of: Message, more: Partial<Field> = {}): Field =>
  field(number, name, 'message', { message: of, repeated: true, ...more });

function message<T extends object>(create: () => T, fields: readonly Field[], finish: (row: Row) => Row = (row) => row): Message {
  const byNumber: (Field | undefined)[] = [];
  for (const each of fields) byNumber[each.number] = each;
  // Holes would turn the array into a dictionary.
  for (let number = 0; number < byNumber.length; number++) byNumber[number] ??= undefined;
  return { create: create as unknown as () => Row, fields, byNumber, finish };
}

/** Records are made without their origin, which is set when they are whole. */
type Bare<T> = Omit<T, keyof Origin>;

export const RESOURCE = message(() => ({ attributes: {} }), [field(1, 'attributes', 'attributes')]);

export const SCOPE = message(
  (): ReceivedScope => ({ name: '', version: '', attributes: {}, droppedAttributesCount: 0 }),
  [
    field(1, 'name', 'string'),
    field(2, 'version', 'string'),
    field(3, 'attributes', 'attributes'),
    field(4, 'droppedAttributesCount', 'uint32'),
  ],
);

const EVENT = message(
  (): ReceivedEvent => ({ name: '', timeUnixNano: 0n, attributes: {}, droppedAttributesCount: 0 }),
  [
    field(1, 'timeUnixNano', 'time'),
    field(2, 'name', 'string'),
    field(3, 'attributes', 'attributes'),
    field(4, 'droppedAttributesCount', 'uint32'),
  ],
);

const LINK = message(
  (): ReceivedLink => ({ traceId: '', spanId: '', attributes: {}, droppedAttributesCount: 0, flags: 0 }),
  [
    field(1, 'traceId', 'traceId'),
    field(2, 'spanId', 'spanId'),
    field(3, 'traceState', 'string'),
    field(4, 'attributes', 'attributes'),
    field(5, 'droppedAttributesCount', 'uint32'),
    field(6, 'flags', 'fixed32'),
  ],
);

const STATUS = message(
  (): ReceivedSpan['status'] => ({ code: 'unset', message: '' }),
  [field(2, 'message', 'string'), field(3, 'code', 'enum', { prefix: 'STATUS_CODE_', values: ['unset', 'ok', 'error'] })],
);

const SPAN = message(
  (): Bare<ReceivedSpan> => ({
    traceId: '',
    spanId: '',
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
  }),
  [
    field(1, 'traceId', 'traceId'),
    field(2, 'spanId', 'spanId'),
    field(3, 'traceState', 'string'),
    field(4, 'parentSpanId', 'spanId'),
    field(5, 'name', 'string'),
    field(6, 'kind', 'enum', {
      prefix: 'SPAN_KIND_',
      values: ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'],
    }),
    field(7, 'startTimeUnixNano', 'time'),
    field(8, 'endTimeUnixNano', 'time'),
    field(9, 'attributes', 'attributes'),
    field(10, 'droppedAttributesCount', 'uint32'),
    many(11, 'events', EVENT),
    field(12, 'droppedEventsCount', 'uint32'),
    many(13, 'links', LINK),
    field(14, 'droppedLinksCount', 'uint32'),
    one(15, 'status', STATUS),
    field(16, 'flags', 'fixed32'),
  ],
  (row) => {
    if (row['traceId'] === '') throw new BadRecord('traceId must be 16 bytes that are not all zero, was empty or zero');
    if (row['spanId'] === '') throw new BadRecord('spanId must be 8 bytes that are not all zero, was empty or zero');
    return row;
  },
);

const LOG = message(
  (): Bare<ReceivedLog> => ({
    timeUnixNano: 0n,
    observedTimeUnixNano: 0n,
    severityNumber: 0,
    severityText: '',
    body: null,
    eventName: '',
    attributes: {},
    droppedAttributesCount: 0,
    flags: 0,
  }),
  [
    field(1, 'timeUnixNano', 'time'),
    field(2, 'severityNumber', 'enum', { prefix: 'SEVERITY_NUMBER_', values: Array.from({ length: 25 }, (_, number) => number) }),
    field(3, 'severityText', 'string'),
    field(5, 'body', 'any'),
    field(6, 'attributes', 'attributes'),
    field(7, 'droppedAttributesCount', 'uint32'),
    field(8, 'flags', 'fixed32'),
    field(9, 'traceId', 'traceId'),
    field(10, 'spanId', 'spanId'),
    field(11, 'observedTimeUnixNano', 'time'),
    field(12, 'eventName', 'string'),
  ],
);

const EXEMPLAR = message(
  (): ReceivedExemplar => ({ timeUnixNano: 0n, filteredAttributes: {} }),
  [
    field(2, 'timeUnixNano', 'time'),
    field(3, 'asDouble', 'double', { to: 'value' }),
    field(4, 'spanId', 'spanId'),
    field(5, 'traceId', 'traceId'),
    field(6, 'asInt', 'sfixed64', { to: 'value' }),
    field(7, 'filteredAttributes', 'attributes'),
  ],
);

const NUMBER_POINT = message(
  (): NumberPoint => ({ attributes: {}, startTimeUnixNano: 0n, timeUnixNano: 0n, flags: 0, exemplars: [] }),
  [
    field(2, 'startTimeUnixNano', 'time'),
    field(3, 'timeUnixNano', 'time'),
    field(4, 'asDouble', 'double', { to: 'value' }),
    many(5, 'exemplars', EXEMPLAR),
    field(6, 'asInt', 'sfixed64', { to: 'value' }),
    field(7, 'attributes', 'attributes'),
    field(8, 'flags', 'uint32'),
  ],
);

const HISTOGRAM_POINT = message(
  (): HistogramPoint => ({
    attributes: {},
    startTimeUnixNano: 0n,
    timeUnixNano: 0n,
    flags: 0,
    count: 0,
    bounds: [],
    bucketCounts: [],
    exemplars: [],
  }),
  [
    field(2, 'startTimeUnixNano', 'time'),
    field(3, 'timeUnixNano', 'time'),
    field(4, 'count', 'fixed64'),
    field(5, 'sum', 'double'),
    field(6, 'bucketCounts', 'fixed64', { repeated: true }),
    field(7, 'explicitBounds', 'double', { repeated: true, to: 'bounds' }),
    many(8, 'exemplars', EXEMPLAR),
    field(9, 'attributes', 'attributes'),
    field(10, 'flags', 'uint32'),
    field(11, 'min', 'double'),
    field(12, 'max', 'double'),
  ],
);

const BUCKETS = message(
  (): ExponentialBuckets => ({ offset: 0, bucketCounts: [] }),
  [field(1, 'offset', 'sint32'), field(2, 'bucketCounts', 'uint64', { repeated: true })],
);

const EXPONENTIAL_HISTOGRAM_POINT = message(
  (): ExponentialHistogramPoint => ({
    attributes: {},
    startTimeUnixNano: 0n,
    timeUnixNano: 0n,
    flags: 0,
    count: 0,
    scale: 0,
    zeroCount: 0,
    zeroThreshold: 0,
    positive: { offset: 0, bucketCounts: [] },
    negative: { offset: 0, bucketCounts: [] },
    exemplars: [],
  }),
  [
    field(1, 'attributes', 'attributes'),
    field(2, 'startTimeUnixNano', 'time'),
    field(3, 'timeUnixNano', 'time'),
    field(4, 'count', 'fixed64'),
    field(5, 'sum', 'double'),
    field(6, 'scale', 'sint32'),
    field(7, 'zeroCount', 'fixed64'),
    one(8, 'positive', BUCKETS),
    one(9, 'negative', BUCKETS),
    field(10, 'flags', 'uint32'),
    many(11, 'exemplars', EXEMPLAR),
    field(12, 'min', 'double'),
    field(13, 'max', 'double'),
    field(14, 'zeroThreshold', 'double'),
  ],
);

const QUANTILE = message(() => ({ quantile: 0, value: 0 }), [field(1, 'quantile', 'double'), field(2, 'value', 'double')]);

const SUMMARY_POINT = message(
  (): SummaryPoint => ({ attributes: {}, startTimeUnixNano: 0n, timeUnixNano: 0n, flags: 0, count: 0, sum: 0, quantiles: [] }),
  [
    field(2, 'startTimeUnixNano', 'time'),
    field(3, 'timeUnixNano', 'time'),
    field(4, 'count', 'fixed64'),
    field(5, 'sum', 'double'),
    many(6, 'quantileValues', QUANTILE, { to: 'quantiles' }),
    field(7, 'attributes', 'attributes'),
    field(8, 'flags', 'uint32'),
  ],
);

const points = (of: Message): Field => many(1, 'dataPoints', of, { to: 'points', alone: true });
const temporality = field(2, 'aggregationTemporality', 'enum', {
  to: 'temporality',
  prefix: 'AGGREGATION_TEMPORALITY_',
  values: ['unspecified', 'delta', 'cumulative'],
});

const METRIC_TYPES = [
  one(
    5,
    'gauge',
    message(() => ({ points: [] }), [points(NUMBER_POINT)]),
  ),
  one(
    7,
    'sum',
    message(
      () => ({ monotonic: false, temporality: 'unspecified', points: [] }),
      [points(NUMBER_POINT), temporality, field(3, 'isMonotonic', 'bool', { to: 'monotonic' })],
    ),
  ),
  one(
    9,
    'histogram',
    message(() => ({ temporality: 'unspecified', points: [] }), [points(HISTOGRAM_POINT), temporality]),
  ),
  one(
    10,
    'exponentialHistogram',
    message(() => ({ temporality: 'unspecified', points: [] }), [points(EXPONENTIAL_HISTOGRAM_POINT), temporality]),
  ),
  one(
    11,
    'summary',
    message(() => ({ points: [] }), [points(SUMMARY_POINT)]),
  ),
];

const METRIC = message(
  () => ({ name: '', description: '', unit: '' }),
  // The points come first, so that they are counted when a text beside them is malformed.
  [...METRIC_TYPES, field(1, 'name', 'string'), field(2, 'description', 'string'), field(3, 'unit', 'string')],
  ({ name, description, unit, ...data }) => {
    for (const type of METRIC_TYPES) {
      const found = data[type.name];
      if (found !== undefined) return { name, description, unit, type: type.name, ...(found as Row) };
    }
    throw new BadRecord('a metric must be a gauge, sum, histogram, exponentialHistogram or summary, was none');
  },
);

/** The names under which each signal nests its records, and what a record of it is called. */
export interface SignalSchema {
  readonly record: Message;
  /** What a partial success counts. */
  readonly noun: string;
  /** Records count one each. Of a metric, its points are counted. */
  readonly countsRecords: boolean;
  readonly resources: string;
  readonly scopes: string;
  readonly records: string;
}

export const SCHEMAS: Readonly<Record<Signal, SignalSchema>> = {
  traces: { record: SPAN, noun: 'spans', countsRecords: true, resources: 'resourceSpans', scopes: 'scopeSpans', records: 'spans' },
  metrics: {
    record: METRIC,
    noun: 'data points',
    countsRecords: false,
    resources: 'resourceMetrics',
    scopes: 'scopeMetrics',
    records: 'metrics',
  },
  logs: { record: LOG, noun: 'log records', countsRecords: true, resources: 'resourceLogs', scopes: 'scopeLogs', records: 'logRecords' },
};

/** Nested values deeper than this make a record malformed. */
export const MAX_VALUE_DEPTH = 64;

/** Sets `key` as data even when it is `__proto__`. */
export function setKey(target: Row, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
