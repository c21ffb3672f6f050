/** What was collected, as text for the message of a failure. Pure. */
import { show } from './fit.ts';
import type { TestLog, TestMetric, TestSpan } from './records.ts';

const MOST_LINES = 60;
const INDENT = '  ';

/** Each trace as a tree, in the order in which the traces began to end. */
export function renderSpans(spans: readonly TestSpan[], open: readonly string[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = new Map<string | undefined, TestSpan[]>();
  for (const span of spans) {
    const key = span.parentSpanId !== undefined && ids.has(span.parentSpanId) ? span.parentSpanId : undefined;
    below.set(key, [...(below.get(key) ?? []), span]);
  }
  const lines: string[] = [];
  const add = (span: TestSpan, depth: number): void => {
    lines.push(`${INDENT.repeat(depth + 1)}${depth > 0 ? '└ ' : ''}${describeSpan(span)}`);
    for (const child of below.get(span.spanId) ?? []) add(child, depth + 1);
  };
  for (const root of below.get(undefined) ?? []) add(root, 0);
  if (open.length > 0) lines.push(`${INDENT}not ended: ${open.map((name) => JSON.stringify(name)).join(', ')}`);
  return bounded(lines);
}

export function describeSpan({ name, kind, status, statusMessage, attributes, events, links, durationMs }: TestSpan): string {
  return [
    JSON.stringify(name),
    kind === 'internal' ? '' : kind,
    `${durationMs.toFixed(1)} ms`,
    status === 'unset' ? '' : `${status}${statusMessage === undefined ? '' : `: ${statusMessage}`}`,
    Object.keys(attributes).length === 0 ? '' : show(attributes),
    events.length === 0 ? '' : `events: ${events.map((event) => event.name).join(', ')}`,
    links.length === 0 ? '' : `${links.length} ${links.length === 1 ? 'link' : 'links'}`,
  ]
    .filter((part) => part !== '')
    .join('  ');
}

export function renderLogs(logs: readonly TestLog[], spans: readonly TestSpan[]): string {
  return bounded(logs.map((log) => `${INDENT}${describeLog(log, spans)}`));
}

export function describeLog({ severity, body, eventName, attributes, spanId }: TestLog, spans: readonly TestSpan[]): string {
  const span = spanId === undefined ? undefined : spans.find((each) => each.spanId === spanId);
  return [
    severity ?? '',
    eventName ?? '',
    show(body),
    Object.keys(attributes).length === 0 ? '' : show(attributes),
    span === undefined ? '' : `in ${JSON.stringify(span.name)}`,
  ]
    .filter((part) => part !== '')
    .join('  ');
}

export function renderMetrics(metrics: readonly TestMetric[]): string {
  return bounded(metrics.flatMap((metric) => [`${INDENT}${describeMetric(metric)}`, ...describePoints(metric)]));
}

export function describeMetric({ name, type, unit }: TestMetric): string {
  return `${JSON.stringify(name)}  ${type}${unit === '' ? '' : `  ${unit}`}`;
}

function describePoints({ type, points }: TestMetric): string[] {
  return points.map(({ attributes, value, count, min, max }) => {
    const measured = type === 'histogram' ? `count ${count}, sum ${value}, min ${min}, max ${max}` : String(value);
    return `${INDENT}${INDENT}${show(attributes)}  ${measured}`;
  });
}

function bounded(lines: readonly string[]): string {
  if (lines.length <= MOST_LINES) return lines.join('\n');
  return [...lines.slice(0, MOST_LINES), `${INDENT}and ${lines.length - MOST_LINES} more lines`].join('\n');
}
