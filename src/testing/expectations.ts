/** What a test may expect of telemetry. Pure: from what was collected to what is different. */
import { attributeDifferences, differences, fits, type Expected } from './fit.ts';
import type { TestLog, TestMetric, TestMetricPoint, TestSpan } from './records.ts';

type Text = string | RegExp | ((text: string) => boolean);

export interface ExpectedSpan {
  readonly name?: Text;
  readonly kind?: TestSpan['kind'];
  /** Those that are named; others may be there. `undefined` expects that one is not there. */
  readonly attributes?: Readonly<Record<string, Expected>>;
  /** Name of the parent span, or what is expected of it; `null` expects the root of a trace. */
  readonly parent?: Text | ExpectedSpan | null;
  readonly status?: TestSpan['status'];
  readonly statusMessage?: Text;
  /** Names of events, or what is expected of them, in any order; others may be there. */
  readonly events?: readonly (Text | { readonly name?: Text; readonly attributes?: Readonly<Record<string, Expected>> })[];
  /** How many links there are, or the names of the linked spans. */
  readonly links?: number | readonly Text[];
  readonly scope?: Text;
  /** How many spans fit. @default at least one */
  readonly count?: number;
}

export interface ExpectedLog {
  readonly body?: Expected;
  /** `'ERROR'`, in any case. */
  readonly severity?: string;
  readonly eventName?: Text;
  readonly attributes?: Readonly<Record<string, Expected>>;
  /** Name of the span in which it was written, or what is expected of it; `null` expects none. */
  readonly span?: Text | ExpectedSpan | null;
  readonly scope?: Text;
  /** How many records fit. @default at least one */
  readonly count?: number;
}

export interface ExpectedMetric {
  readonly name: Text;
  readonly type?: TestMetric['type'];
  readonly unit?: string;
  /** Of one point: those that are named; others may be there. */
  readonly attributes?: Readonly<Record<string, Expected>>;
  /** A counter's sum, a gauge's last value, a histogram's sum, of the points that have the attributes together. */
  readonly value?: number | ((value: number) => boolean);
  /** How many measurements those points have. */
  readonly count?: number;
}

/** What a record lacks to be the expected one. */
export type Compare<Record> = (record: Record) => string[];

export function compareSpan(expected: ExpectedSpan, all: readonly TestSpan[]): Compare<TestSpan> {
  const { name, kind, attributes, parent, status, statusMessage, events = [], links, scope } = expected;
  return (span) => [
    ...(name === undefined ? [] : differences('name', name, span.name)),
    ...(kind === undefined ? [] : differences('kind', kind, span.kind)),
    ...attributeDifferences('attributes', attributes, span.attributes),
    ...(parent === undefined ? [] : compareRelated('parent', parent, span.parentSpanId, all)),
    ...(status === undefined ? [] : differences('status', status, span.status)),
    ...(statusMessage === undefined ? [] : differences('statusMessage', statusMessage, span.statusMessage)),
    ...events.flatMap((event) => compareEvents(event, span.events)),
    ...(links === undefined ? [] : compareLinks(links, span.links, all)),
    ...(scope === undefined ? [] : differences('scope', scope, span.scope)),
  ];
}

export function compareLog(expected: ExpectedLog, spans: readonly TestSpan[]): Compare<TestLog> {
  const { body, severity, eventName, attributes, span, scope } = expected;
  return (log) => [
    ...('body' in expected ? differences('body', body, log.body) : []),
    ...(severity === undefined ? [] : differences('severity', severity.toUpperCase(), log.severity?.toUpperCase())),
    ...(eventName === undefined ? [] : differences('eventName', eventName, log.eventName)),
    ...attributeDifferences('attributes', attributes, log.attributes),
    ...(span === undefined ? [] : compareRelated('span', span, log.spanId, spans)),
    ...(scope === undefined ? [] : differences('scope', scope, log.scope)),
  ];
}

export function compareMetric({ name, type, unit, attributes, value, count }: ExpectedMetric): Compare<TestMetric> {
  return (metric) => {
    const wrong = [
      ...differences('name', name, metric.name),
      ...(type === undefined ? [] : differences('type', type, metric.type)),
      ...(unit === undefined ? [] : differences('unit', unit, metric.unit)),
    ];
    const points = metric.points.filter((point) => attributeDifferences('', attributes, point.attributes).length === 0);
    if (points.length === 0) return [...wrong, ...closestAttributes(attributes, metric.points)];
    return [
      ...wrong,
      ...(value === undefined ? [] : differences('value', value, metric.type === 'gauge' ? points.at(-1)?.value : sum(points, 'value'))),
      ...(count === undefined ? [] : differences('count', count, sum(points, 'count'))),
    ];
  };
}

function closestAttributes(attributes: ExpectedMetric['attributes'], points: readonly TestMetricPoint[]): string[] {
  const [closest] = points
    .map((point) => attributeDifferences('attributes', attributes, point.attributes))
    .sort((a, b) => a.length - b.length);
  return closest ?? ['it has no value'];
}

function compareRelated(
  what: string,
  expected: Text | ExpectedSpan | null,
  spanId: string | undefined,
  all: readonly TestSpan[],
): string[] {
  const span = spanId === undefined ? undefined : all.find((each) => each.spanId === spanId);
  if (expected === null) return spanId === undefined ? [] : [`${what}: expected none, got ${nameOf(spanId, span)}`];
  if (spanId === undefined) return [`${what}: expected one, got none`];
  if (span === undefined) return [`${what}: expected one that was collected, got ${nameOf(spanId, span)}`];
  if (typeof expected !== 'object' || expected instanceof RegExp) return differences(what, expected, span.name);
  return compareSpan(expected, all)(span).map((difference) => `${what}.${difference}`);
}

const nameOf = (spanId: string, span: TestSpan | undefined): string =>
  span === undefined ? `span ${spanId}, which has not ended or is not of this test` : JSON.stringify(span.name);

function compareEvents(expected: NonNullable<ExpectedSpan['events']>[number], events: TestSpan['events']): string[] {
  const { name, attributes } =
    typeof expected === 'object' && !(expected instanceof RegExp) ? expected : { name: expected, attributes: undefined };
  const compared = events.map((event) => [
    ...(name === undefined ? [] : differences('name', name, event.name)),
    ...attributeDifferences('attributes', attributes, event.attributes),
  ]);
  if (compared.some((wrong) => wrong.length === 0)) return [];
  const [closest] = compared.sort((a, b) => a.length - b.length);
  const label = `event ${typeof name === 'string' ? JSON.stringify(name) : String(name ?? '')}`;
  if (closest === undefined || !events.some((event) => name === undefined || fits(name, event.name)))
    return [`${label}: expected it, got ${events.length === 0 ? 'none' : events.map((event) => JSON.stringify(event.name)).join(', ')}`];
  return closest.map((difference) => `${label} ${difference}`);
}

function compareLinks(expected: number | readonly Text[], links: TestSpan['links'], all: readonly TestSpan[]): string[] {
  if (typeof expected === 'number') return differences('links', expected, links.length);
  const names = links.map(({ spanId }) => all.find((span) => span.spanId === spanId)?.name ?? `span ${spanId}`);
  return expected.flatMap((text) =>
    names.some((name) => fits(text, name))
      ? []
      : [`links: expected one to ${String(text)}, got ${names.length === 0 ? 'none' : names.join(', ')}`],
  );
}

const sum = (points: readonly TestMetricPoint[], key: 'value' | 'count'): number => points.reduce((total, point) => total + point[key], 0);
