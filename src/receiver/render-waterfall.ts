/** Draws one trace for a terminal. */
import { EXCEPTION_MESSAGE, EXCEPTION_TYPE, SERVICE_NAME } from '../names/attributes.ts';
import type { ReceivedLog, ReceivedSpan } from '../otlp/decode/model.ts';
import { fit, formatValue, toPlainText, truncate } from './terminal-text.ts';

export interface WaterfallOptions {
  /** Which trace, when there are several. @default the one of the first span */
  readonly traceId?: string;
  /** Columns of the terminal. @default 100, at least 60 */
  readonly width?: number;
  /** @default false */
  readonly color?: boolean;
  /** Spans drawn; the others are counted. @default 50 */
  readonly maxSpans?: number;
  /** Log lines drawn under one span; the others are counted. @default 5 */
  readonly maxLogs?: number;
}

interface Row {
  readonly span: ReceivedSpan;
  readonly depth: number;
}

type Paint = (style: Style, text: string) => string;
type Style = 'bold' | 'dim' | 'red' | 'yellow' | number;

const STYLES = { bold: '1', dim: '2', red: '31', yellow: '33' } as const;
const paintText: Paint = (style, text) => `\u001b[${typeof style === 'number' ? style : STYLES[style]}m${text}\u001b[0m`;
const leaveText: Paint = (_style, text) => text;

/** Colours by which services are told apart: cyan, green, magenta, blue and their bright ones; never red or yellow. */
const SERVICE_COLORS = [36, 32, 35, 34, 96, 92, 95, 94];

/**
 * One line for each span, in the order of the tree, with its service, its name, a bar for its time in the trace, its
 * duration and whether it failed; under it its errors and its log lines. Ends with a line break; empty when there is no span.
 *
 * Data is stripped of control characters and escape sequences.
 */
export function renderWaterfall(spans: readonly ReceivedSpan[], logs: readonly ReceivedLog[], options: WaterfallOptions = {}): string {
  const { traceId = spans[0]?.traceId, width = 100, color = false, maxSpans = 50, maxLogs = 5 } = options;
  const byId = new Map<string, ReceivedSpan>();
  let duplicates = 0;
  for (const span of spans) {
    if (span.traceId !== traceId) continue;
    if (byId.has(span.spanId)) duplicates++;
    else byId.set(span.spanId, span);
  }
  if (traceId === undefined || byId.size === 0) return '';

  const paint = color ? paintText : leaveText;
  const rows = toRows(byId);
  const services = [...new Set(rows.map(({ span }) => serviceOf(span)))];
  const { start, end } = boundsOf(rows);
  const logsBySpan = groupLogs(logs, traceId, byId);
  const layout = toLayout(width, services);

  const lines = [toTitle(traceId, rows, services, end - start, duplicates, paint)];
  for (const row of rows.slice(0, maxSpans)) {
    lines.push(toLine(row, start, end, layout, services, paint));
    const indent = layout.service + 1 + 2 * Math.min(row.depth + 1, MAX_DRAWN_DEPTH);
    for (const error of toErrors(row.span)) lines.push(' '.repeat(indent) + paint('red', truncate(`! ${error}`, layout.width - indent)));
    lines.push(...toLogLines(logsBySpan.get(row.span.spanId) ?? [], start, indent, layout, maxLogs, paint));
  }
  const hidden = rows.slice(maxSpans);
  if (hidden.length > 0) {
    const errors = hidden.filter(({ span }) => span.status.code === 'error').length;
    lines.push(paint('dim', `… ${count(hidden.length, 'more span')}${errors === 0 ? '' : `, ${count(errors, 'error')} among them`}`));
  }
  lines.push(...toLogLines(logsBySpan.get('') ?? [], start, layout.service + 1, layout, maxLogs, paint));
  return `${lines.join('\n')}\n`;
}

interface Layout {
  readonly width: number;
  readonly service: number;
  readonly name: number;
  readonly bar: number;
}

const MIN_WIDTH = 60;
const DURATION_WIDTH = 8;
const ERROR = ' ERROR';
/** Deeper spans are drawn at this depth. */
const MAX_DRAWN_DEPTH = 8;
const MAX_EXCEPTIONS = 3;

function toLayout(width: number, services: readonly string[]): Layout {
  const columns = Math.max(MIN_WIDTH, Math.floor(width));
  const service = Math.min(16, Math.max(...services.map((name) => name.length)));
  const rest = columns - service - DURATION_WIDTH - ERROR.length - 3;
  const name = Math.floor(rest * 0.5);
  return { width: columns, service, name, bar: rest - name };
}

/** The tree in the order in which it is drawn. Spans whose parent is not here, or is one of their own children, are roots. */
function toRows(byId: ReadonlyMap<string, ReceivedSpan>): Row[] {
  const children = new Map<string, ReceivedSpan[]>();
  const roots: ReceivedSpan[] = [];
  for (const span of byId.values()) {
    const { parentSpanId } = span;
    if (parentSpanId === undefined || !byId.has(parentSpanId)) roots.push(span);
    else {
      const siblings = children.get(parentSpanId);
      if (siblings === undefined) children.set(parentSpanId, [span]);
      else siblings.push(span);
    }
  }
  const rows: Row[] = [];
  const drawn = new Set<ReceivedSpan>();
  // With a stack of its own rather than by recursion: a trace may be deeper than the call stack.
  const draw = (from: readonly ReceivedSpan[]): void => {
    const stack: Row[] = [...from]
      .sort(byStart)
      .reverse()
      .map((span) => ({ span, depth: 0 }));
    for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
      if (drawn.has(row.span)) continue;
      drawn.add(row.span);
      rows.push(row);
      const depth = row.depth + 1;
      const next = children.get(row.span.spanId);
      if (next === undefined) continue;
      for (const span of next.sort(byStart).reverse()) stack.push({ span, depth });
    }
  };
  draw(roots);
  // Spans that are each other's parents hang on no root.
  for (const span of byId.values()) if (!drawn.has(span)) draw([span]);
  return rows;
}

function byStart(a: ReceivedSpan, b: ReceivedSpan): number {
  return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : a.startTimeUnixNano > b.startTimeUnixNano ? 1 : 0;
}

function boundsOf(rows: readonly Row[]): { start: bigint; end: bigint } {
  const [first] = rows as [Row, ...Row[]];
  let start = first.span.startTimeUnixNano;
  let end = start;
  for (const { span } of rows) {
    if (span.startTimeUnixNano < start) start = span.startTimeUnixNano;
    if (span.startTimeUnixNano > end) end = span.startTimeUnixNano;
    if (span.endTimeUnixNano > end) end = span.endTimeUnixNano;
  }
  return { start, end };
}

function serviceOf(span: ReceivedSpan): string {
  return formatValue(span.resource[SERVICE_NAME]) || 'unknown';
}

function toTitle(
  traceId: string,
  rows: readonly Row[],
  services: readonly string[],
  duration: bigint,
  duplicates: number,
  paint: Paint,
): string {
  const errors = rows.filter(({ span }) => span.status.code === 'error').length;
  const parts = [count(rows.length, 'span'), count(services.length, 'service'), formatDuration(duration)];
  const title = [paint('bold', `trace ${traceId}`), ...parts];
  if (errors > 0) title.push(paint('red', count(errors, 'error')));
  if (duplicates > 0) title.push(paint('yellow', count(duplicates, 'duplicate')));
  return title.join(' · ');
}

function toLine({ span, depth }: Row, start: bigint, end: bigint, layout: Layout, services: readonly string[], paint: Paint): string {
  const service = serviceOf(span);
  const serviceColor = SERVICE_COLORS[services.indexOf(service) % SERVICE_COLORS.length] ?? 0;
  const isError = span.status.code === 'error';
  const indent = depth === 0 ? '' : `${'  '.repeat(Math.min(depth, MAX_DRAWN_DEPTH) - 1)}└ `;
  const duration = span.endTimeUnixNano < span.startTimeUnixNano ? '?' : formatDuration(span.endTimeUnixNano - span.startTimeUnixNano);
  const line = [
    paint(serviceColor, fit(service, layout.service)),
    fit(indent + (toPlainText(span.name) || '(no name)'), layout.name),
    paint(isError ? 'red' : serviceColor, toBar(span, start, end, layout.bar)),
    duration.padStart(DURATION_WIDTH),
  ].join(' ');
  return isError ? line + paint('red', ERROR) : line;
}

function toBar(span: ReceivedSpan, start: bigint, end: bigint, columns: number): string {
  const total = Number(end - start) || 1;
  const from = (Number(span.startTimeUnixNano - start) / total) * columns;
  const to = (Number(span.endTimeUnixNano - start) / total) * columns;
  const left = Math.min(columns - 1, Math.floor(from));
  const length = Math.min(columns - left, Math.max(1, Math.round(to) - left));
  return ' '.repeat(left) + '█'.repeat(length) + ' '.repeat(columns - left - length);
}

/** What went wrong in a span: its exceptions, and the message of its status where no exception says the same. */
function toErrors({ status, events }: ReceivedSpan): string[] {
  const exceptions = events.filter(({ name }) => name === 'exception').map(({ attributes }) => attributes);
  const errors = exceptions.slice(0, MAX_EXCEPTIONS).map((attributes) => {
    const parts = [attributes[EXCEPTION_TYPE], attributes[EXCEPTION_MESSAGE]].map(formatValue);
    return parts.filter(Boolean).join(': ') || 'exception';
  });
  const isSaid = exceptions.some((attributes) => attributes[EXCEPTION_MESSAGE] === status.message);
  if (status.code === 'error' && status.message !== '' && !isSaid) errors.unshift(toPlainText(status.message));
  return errors;
}

/** Log records by the span that they belong to; under the empty id those whose span is not here. */
function groupLogs(logs: readonly ReceivedLog[], traceId: string, byId: ReadonlyMap<string, unknown>): Map<string, ReceivedLog[]> {
  const groups = new Map<string, ReceivedLog[]>();
  for (const log of logs) {
    if (log.traceId !== traceId) continue;
    const spanId = log.spanId !== undefined && byId.has(log.spanId) ? log.spanId : '';
    const group = groups.get(spanId);
    if (group === undefined) groups.set(spanId, [log]);
    else group.push(log);
  }
  return groups;
}

function toLogLines(logs: readonly ReceivedLog[], start: bigint, indent: number, layout: Layout, maxLogs: number, paint: Paint): string[] {
  const sorted = [...logs].sort((a, b) => Number(timeOf(a) - timeOf(b)));
  const lines = sorted.slice(0, maxLogs).map((log) => {
    const time = timeOf(log);
    const offset = time < start ? `-${formatDuration(start - time)}` : `+${formatDuration(time - start)}`;
    const { severityNumber } = log;
    const severity = toPlainText(log.severityText).toUpperCase() || (SEVERITIES[Math.ceil(severityNumber / 4)] ?? '');
    const style: Style = severityNumber >= 17 ? 'red' : severityNumber >= 13 ? 'yellow' : 'dim';
    const text = [severity, formatValue(log.body) || toPlainText(log.eventName)].filter(Boolean).join(' ');
    const columns = layout.width - indent - offset.length - 1;
    return `${' '.repeat(indent)}${paint('dim', offset)} ${paint(style, truncate(text, columns))}`;
  });
  if (sorted.length > maxLogs) lines.push(' '.repeat(indent) + paint('dim', `… ${count(sorted.length - maxLogs, 'more log line')}`));
  return lines;
}

const SEVERITIES = ['', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

const timeOf = (log: ReceivedLog): bigint => (log.timeUnixNano === 0n ? log.observedTimeUnixNano : log.timeUnixNano);

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** Nanoseconds with three digits and a unit. */
function formatDuration(nanoseconds: bigint): string {
  const value = Number(nanoseconds);
  if (value < 1e3) return `${value} ns`;
  if (value < 999_500) return `${digits(value / 1e3)} µs`;
  if (value < 999_500_000) return `${digits(value / 1e6)} ms`;
  if (value < 59_950_000_000) return `${digits(value / 1e9)} s`;
  const seconds = Math.round(value / 1e9);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  return `${Math.floor(seconds / 3_600)}h ${Math.floor((seconds % 3_600) / 60)}m`;
}

const digits = (value: number): string => value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
