/** Records that the encoder tests feed to signalbox and to the official serializers alike. */
import type { Attributes, HrTime, Link, SpanContext } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import type { Encoder, Redact, Scope, ScopeGroup } from '../../../../src/otlp/types.ts';
import { require } from '../../../../src/runtime/otel.ts';
import { encodeMetricData } from './write-metric-data.ts';

const { resourceFromAttributes } = require('@opentelemetry/resources') as typeof import('@opentelemetry/resources');

export const keep: Redact = (_key, value) => value;

export const resource = resourceFromAttributes({
  'service.name': 'shop',
  'process.pid': 4242,
  'host.ratio': 0.25,
  list: ['a', 'b'],
});
export const resourceWithSchema = resourceFromAttributes({ 'service.name': 'shop' }, { schemaUrl: 'https://example.com/resource' });

/** A generator of numbers in [0, 1) that is the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Random = () => number;

const int = (random: Random, below: number): number => Math.floor(random() * below);
const pick = <T>(random: Random, values: readonly T[]): T => values[int(random, values.length)]!;
const list = <T>(random: Random, most: number, make: () => T): T[] => Array.from({ length: int(random, most + 1) }, make);
const hexId = (random: Random, bytes: number): string =>
  Array.from({ length: bytes }, () => int(random, 256).toString(16).padStart(2, '0')).join('');

const TEXTS = [
  '',
  'a',
  'GET /users/:id',
  'ключ',
  '日本語',
  '🚦 signal',
  'a\u0000b',
  'line\nbreak "quoted" \\',
  'é'.repeat(60),
  'x'.repeat(127),
  'x'.repeat(128),
  'ü'.repeat(127),
  'long '.repeat(4000),
];
const NUMBERS = [
  0,
  1,
  -1,
  127,
  128,
  255,
  256,
  16384,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32 - 1,
  2 ** 32,
  2 ** 35,
  2 ** 53 - 1,
  -(2 ** 53) + 1,
  0.1,
  -0.5,
  1e300,
  5e-324,
];

export function randomTime(random: Random): HrTime {
  return pick<HrTime>(random, [
    [0, 0],
    [1_763_600_000, 0],
    [1_763_600_000 + int(random, 1e6), int(random, 1e9)],
    [4_294_967_296, 999_999_999],
    [18_446_744_072, 999_999_999],
    [65_536, 1],
    [65_535, 999_999_999],
  ]);
}

/** Metrics are measured in milliseconds. */
function randomMilliseconds(random: Random): HrTime {
  const [seconds, nanos] = randomTime(random);
  return [seconds, Math.floor(nanos / 1e6) * 1e6];
}

function randomValue(random: Random): unknown {
  switch (int(random, 6)) {
    case 0:
      return pick(random, TEXTS);
    case 1:
      return pick(random, NUMBERS);
    case 2:
      return random() < 0.5;
    case 3:
      return list(random, 5, () => pick(random, TEXTS));
    case 4:
      return list(random, 40, () => pick(random, NUMBERS));
    default:
      return list(random, 3, () => random() < 0.5);
  }
}

/** What only logs may hold: bytes, maps and anything inside anything. */
function randomAnyValue(random: Random, depth: number): unknown {
  if (depth === 0 || random() < 0.5)
    return pick(random, [randomValue(random), null, new Uint8Array(list(random, 200, () => int(random, 256)))]);
  return random() < 0.5
    ? list(random, 4, () => randomAnyValue(random, depth - 1))
    : Object.fromEntries(list(random, 4, () => [pick(random, TEXTS), randomAnyValue(random, depth - 1)]));
}

function randomAttributes(random: Random, most = 14): Attributes {
  return Object.fromEntries(
    list(random, most, () => [
      pick(random, ['http.request.method', 'url.path', 'ключ', `key.${int(random, 500)}`, pick(random, TEXTS)]),
      randomValue(random),
    ]),
  ) as Attributes;
}

function randomContext(random: Random): SpanContext {
  const state = pick(random, [undefined, 'vendor=1,other=two', '']);
  return {
    traceId: hexId(random, 16),
    spanId: hexId(random, 8),
    traceFlags: pick(random, [0, 1, 3, 255]),
    ...pick(random, [{}, { isRemote: true }, { isRemote: false }]),
    ...(state === undefined ? {} : { traceState: { serialize: () => state } as SpanContext['traceState'] & object }),
  };
}

export function randomScope(random: Random): Scope {
  return {
    name: pick(random, ['http', '', '@scope/имя']),
    ...pick(random, [{}, { version: '1.2.3' }, { version: '' }]),
    ...pick(random, [{}, { attributes: { team: 'a', n: 3 }, droppedAttributesCount: 2 }]),
  };
}

export function randomSpan(random: Random, scope: Scope): ReadableSpan {
  const context = randomContext(random);
  return {
    name: pick(random, TEXTS),
    kind: int(random, 5),
    spanContext: () => context,
    ...pick(random, [{}, { parentSpanContext: randomContext(random) }]),
    startTime: randomTime(random),
    endTime: randomTime(random),
    duration: [0, 1],
    ended: true,
    status: pick(random, [{ code: 0 }, { code: 1 }, { code: 2, message: pick(random, TEXTS) }]),
    attributes: randomAttributes(random),
    links: list<Link>(random, 3, () => ({
      context: randomContext(random),
      attributes: randomAttributes(random, 3),
      droppedAttributesCount: int(random, 300),
    })),
    events: list<TimedEvent>(random, 3, () => ({
      time: randomTime(random),
      name: pick(random, TEXTS),
      ...pick(random, [{}, { attributes: randomAttributes(random, 3), droppedAttributesCount: int(random, 300) }]),
    })),
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: int(random, 3),
    droppedEventsCount: int(random, 1000),
    droppedLinksCount: int(random, 3),
  };
}

export function randomLog(random: Random, scope: Scope): ReadableLogRecord {
  return {
    hrTime: randomTime(random),
    hrTimeObserved: randomTime(random),
    ...pick(random, [{}, { spanContext: randomContext(random) }]),
    ...pick(random, [{}, { severityNumber: 9, severityText: 'INFO' }, { severityNumber: 0 }]),
    ...pick(random, [{}, { body: randomAnyValue(random, 4) as string }, { body: pick(random, TEXTS) }]),
    ...pick(random, [{}, { eventName: 'order.paid' }]),
    resource,
    instrumentationScope: scope,
    attributes: Object.fromEntries(list(random, 5, () => [pick(random, TEXTS), randomAnyValue(random, 3)])) as Attributes,
    droppedAttributesCount: int(random, 200),
  };
}

export function randomMetric(random: Random): MetricData {
  const valueType = int(random, 2);
  const descriptor = {
    name: pick(random, ['http.server.request.duration', 'имя']),
    description: pick(random, TEXTS),
    unit: pick(random, ['s', 'By', '']),
    valueType,
  };
  const point = <T>(value: T) => ({
    startTime: randomMilliseconds(random),
    endTime: randomMilliseconds(random),
    attributes: randomAttributes(random, 4),
    value,
  });
  const number = () => (valueType === 0 ? pick(random, NUMBERS.filter(Number.isSafeInteger)) : pick(random, NUMBERS));
  const extremes = () => pick(random, [{}, { sum: 1.5, min: -2.25, max: 1e9 }, { sum: 0, min: 0, max: 0 }]);
  const counts = (most: number) => list(random, most, () => int(random, 2 ** 32) * pick(random, [1, 1000]));
  const head = { descriptor, aggregationTemporality: int(random, 2) };
  switch (int(random, 4)) {
    case 0: {
      const boundaries = list(random, 20, () => random() * 1000).sort((a, b) => a - b);
      return {
        ...head,
        dataPointType: 0,
        dataPoints: list(random, 3, () =>
          point({
            buckets: { boundaries, counts: [...counts(1), ...boundaries.map(() => int(random, 100))] },
            count: int(random, 2 ** 40),
            ...extremes(),
          }),
        ),
      } as unknown as MetricData;
    }
    case 1: {
      const buckets = () => ({ offset: int(random, 200) - 100, bucketCounts: counts(160) });
      return {
        ...head,
        dataPointType: 1,
        dataPoints: list(random, 3, () =>
          point({
            count: int(random, 2 ** 40),
            scale: int(random, 30) - 10,
            zeroCount: int(random, 5),
            positive: buckets(),
            negative: buckets(),
            ...extremes(),
          }),
        ),
      } as unknown as MetricData;
    }
    case 2:
      return { ...head, dataPointType: 2, dataPoints: list(random, 3, () => point(number())) } as unknown as MetricData;
    default:
      return {
        ...head,
        dataPointType: 3,
        isMonotonic: random() < 0.5,
        dataPoints: list(random, 3, () => point(number())),
      } as unknown as MetricData;
  }
}

/** One request of spans or logs, grouped by the identity of their scope as the official serializers group them. */
export function requestOf(
  encoder: Encoder,
  records: readonly ReadableSpan[] | readonly ReadableLogRecord[],
  redact: Redact = keep,
): Uint8Array {
  const groups = new Map<Scope, Uint8Array[]>();
  for (const record of records) {
    const group = groups.get(record.instrumentationScope) ?? [];
    groups.set(record.instrumentationScope, group);
    group.push('hrTime' in record ? encoder.encodeLog(record, redact) : encoder.encodeSpan(record, redact));
  }
  const signal = records[0] !== undefined && 'hrTime' in records[0] ? 'logs' : 'traces';
  return encoder.assemble(signal, encoder.encodeResource(records[0]!.resource, redact), groupsOf(encoder, groups));
}

export function metricsRequestOf(encoder: Encoder, { resource, scopeMetrics }: ResourceMetrics): Uint8Array {
  const groups = scopeMetrics.map(({ scope, metrics }) => ({
    scope: encoder.encodeScope(scope, keep),
    records: metrics.map((metric) => encodeMetricData(encoder, metric, keep)),
  }));
  return encoder.assemble('metrics', encoder.encodeResource(resource, keep), groups);
}

function groupsOf(encoder: Encoder, groups: Map<Scope, Uint8Array[]>): ScopeGroup[] {
  return Array.from(groups, ([scope, records]) => ({ scope: encoder.encodeScope(scope, keep), records }));
}
