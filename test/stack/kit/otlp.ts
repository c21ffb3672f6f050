/** OTLP/JSON as a client without any library would send it: what the stack does with it is then the stack's doing. */
import { randomBytes } from 'node:crypto';

export type AttributeValue = string | number | boolean | readonly AttributeValue[] | Attributes;
export interface Attributes {
  readonly [key: string]: AttributeValue;
}

export interface TestSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client';
  readonly startTimeMs: number;
  readonly durationMs: number;
  readonly error?: string;
  readonly traceState?: string;
  readonly attributes?: Attributes;
  readonly events?: ReadonlyArray<{ readonly name: string; readonly attributes: Attributes }>;
}

const KINDS = { internal: 1, server: 2, client: 3 } as const;

export const newTraceId = (): string => randomBytes(16).toString('hex');
export const newSpanId = (): string => randomBytes(8).toString('hex');

const nanos = (ms: number): string => `${BigInt(Math.round(ms * 1000)) * 1000n}`;

const isList = (value: readonly AttributeValue[] | Attributes): value is readonly AttributeValue[] => Array.isArray(value);

function toValue(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (isList(value)) return { arrayValue: { values: value.map(toValue) } };
  return { kvlistValue: { values: toAttributes(value) } };
}

const toAttributes = (attributes: Attributes = {}): object[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: toValue(value) }));

const resourceOf = (service: string, attributes?: Attributes): object => ({
  attributes: toAttributes({ 'service.name': service, 'service.instance.id': `${service}-1`, ...attributes }),
});

/** The request body of `/v1/traces`. */
export function tracesRequest(service: string, spans: readonly TestSpan[], resource?: Attributes): object {
  const written = spans.map((span) => ({
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
    ...(span.traceState !== undefined && { traceState: span.traceState }),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: nanos(span.startTimeMs),
    endTimeUnixNano: nanos(span.startTimeMs + span.durationMs),
    attributes: toAttributes(span.attributes),
    events: (span.events ?? []).map(({ name, attributes }) => ({
      name,
      timeUnixNano: nanos(span.startTimeMs),
      attributes: toAttributes(attributes),
    })),
    status: span.error === undefined ? {} : { code: 2, message: span.error },
  }));
  return { resourceSpans: [{ resource: resourceOf(service, resource), scopeSpans: [{ scope: { name: 'test' }, spans: written }] }] };
}

/** The request body of `/v1/metrics` with a cumulative `http.server.request.duration` of one route. */
export function requestDurationRequest(
  service: string,
  {
    route,
    count,
    startTimeMs,
    timeMs,
    resource,
  }: { route: string; count: number; startTimeMs: number; timeMs: number; resource?: Attributes },
): object {
  const point = {
    attributes: toAttributes({ 'http.route': route, 'http.request.method': 'GET', 'http.response.status_code': 200 }),
    startTimeUnixNano: nanos(startTimeMs),
    timeUnixNano: nanos(timeMs),
    count: String(count),
    sum: count * 0.02,
    explicitBounds: [0.01, 0.1, 1],
    bucketCounts: ['0', String(count), '0', '0'],
  };
  const metric = {
    name: 'http.server.request.duration',
    unit: 's',
    histogram: { aggregationTemporality: 2, dataPoints: [point] },
  };
  return { resourceMetrics: [{ resource: resourceOf(service, resource), scopeMetrics: [{ scope: { name: 'test' }, metrics: [metric] }] }] };
}

/** The request body of `/v1/metrics` with the points of one metric, all of now: a cumulative counter, or a gauge. */
export function pointsRequest(
  service: string,
  name: string,
  type: 'sum' | 'gauge',
  points: ReadonlyArray<{ readonly value: number; readonly attributes: Attributes }>,
): object {
  const now = Date.now();
  const dataPoints = points.map(({ value, attributes }) => ({
    attributes: toAttributes(attributes),
    startTimeUnixNano: nanos(now - 60_000),
    timeUnixNano: nanos(now),
    asInt: String(value),
  }));
  const metric = { name, [type]: { dataPoints, ...(type === 'sum' && { aggregationTemporality: 2, isMonotonic: true }) } };
  return { resourceMetrics: [{ resource: resourceOf(service), scopeMetrics: [{ scope: { name: 'test' }, metrics: [metric] }] }] };
}

/** The request body of `/v1/logs`. */
export function logsRequest(service: string, bodies: readonly string[]): object {
  const logRecords = bodies.map((body) => ({
    timeUnixNano: nanos(Date.now()),
    severityNumber: 9,
    severityText: 'INFO',
    body: { stringValue: body },
  }));
  return { resourceLogs: [{ resource: resourceOf(service), scopeLogs: [{ scope: { name: 'test' }, logRecords }] }] };
}

/**
 * Send one request.
 *
 * @returns whether it was acknowledged; `false` also when nobody listens or answers in time.
 * @throws {Error} on an answer that says that sending it again is of no use.
 */
export async function sendOtlp(
  otlpHttp: string,
  signal: 'traces' | 'metrics' | 'logs',
  body: object,
  timeoutMs = 10_000,
): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch(`${otlpHttp}/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch {
    return false;
  }
  const text = await response.text();
  if (response.ok) return true;
  if ([429, 502, 503, 504].includes(response.status)) return false;
  throw new Error(`/v1/${signal}: ${response.status} ${text.slice(0, 300)}`);
}
