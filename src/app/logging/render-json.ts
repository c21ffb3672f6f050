/** One record as one line of JSON, with the keys that Loki's and the Collector's parsers expect. */
import type { SpanContext } from '@opentelemetry/api';
import { jsonOf, quote } from './json-text.ts';
import { errorMap } from './logged-error.ts';
import type { LogRecord } from './record.ts';
import { flat } from './remembered.ts';
import type { Service } from './service.ts';

const RESERVED = new Set(['timestamp', 'level', 'logger', 'message', 'service.name', 'error', 'truncated']);
const IDS = new Set(['trace_id', 'span_id', 'trace_flags']);

let lastMs = NaN;
let lastIso = '';

/** Many records of a busy process have the same. */
export function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastIso = new Date(ms).toISOString();
  }
  return lastIso;
}

/** Lines of one millisecond, level and logger begin alike. */
let lastHead = '';
let lastHeadMs = NaN;
let lastLevel = '';
let lastLogger = '';

function headOf(timeMs: number, level: string, logger: string): string {
  if (timeMs !== lastHeadMs || level !== lastLevel || logger !== lastLogger) {
    lastHead = flat(`{"timestamp":"${isoTime(timeMs)}","level":"${level}","logger":${quote(logger)},"message":`);
    lastHeadMs = timeMs;
    lastLevel = level;
    lastLogger = logger;
  }
  return lastHead;
}

/** Lines of one operation have the same ids. */
let lastIds = '';
let lastSpan: SpanContext | undefined;
let lastService: Service | undefined;

function idsOf(span: SpanContext, service: Service): string {
  if (span !== lastSpan || service !== lastService) {
    const { traceId, spanId, traceFlags } = span;
    lastIds = flat(`,"trace_id":"${traceId}","span_id":"${spanId}","trace_flags":"${flagsOf(traceFlags)}"${service.json}`);
    lastSpan = span;
    lastService = service;
  }
  return lastIds;
}

/** `,"name":` for names of fields, by whether the record has ids. */
const withIds = new Map<string, string>();
const withoutIds = new Map<string, string>();
const MOST_NAMES = 1000;

function nameOf(name: string, hasIds: boolean): string {
  const known = hasIds ? withIds : withoutIds;
  let json = known.get(name);
  if (json === undefined) {
    const isTaken = RESERVED.has(name) || (hasIds && IDS.has(name));
    json = flat(`,${quote(isTaken ? `fields.${name}` : name)}:`);
    if (known.size >= MOST_NAMES) known.clear();
    known.set(name, json);
  }
  return json;
}

export function renderJson(record: LogRecord, service: Service): string {
  const { timeMs, level, logger, message, messageJson, span, fields, error, isCut } = record;
  let line = headOf(timeMs, level, logger) + (messageJson ?? quote(message)) + (span === undefined ? service.json : idsOf(span, service));
  for (const name in fields) line += nameOf(name, span !== undefined) + jsonOf(fields[name]!);
  if (error !== undefined) line += `,"error":${jsonOf(errorMap(error))}`;
  return line + (isCut ? ',"truncated":true}\n' : '}\n');
}

export function flagsOf(flags: number): string {
  return flags === 1 ? '01' : (flags & 0xff).toString(16).padStart(2, '0');
}
