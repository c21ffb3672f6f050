/** One record as one line of JSON, with the keys that Loki's and the Collector's parsers expect. */
import { jsonOf, quote } from './json-text.ts';
import { errorMap } from './logged-error.ts';
import type { LogRecord } from './record.ts';
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

export function renderJson({ timeMs, level, logger, message, span, fields, error, isCut }: LogRecord, service: Service): string {
  let line = `{"timestamp":"${isoTime(timeMs)}","level":"${level}","logger":${quote(logger)},"message":${quote(message)}`;
  if (span !== undefined) line += `,"trace_id":"${span.traceId}","span_id":"${span.spanId}","trace_flags":"${flagsOf(span.traceFlags)}"`;
  line += service.json;
  for (const name in fields) {
    const isTaken = RESERVED.has(name) || (span !== undefined && IDS.has(name));
    line += `,${quote(isTaken ? `fields.${name}` : name)}:${jsonOf(fields[name]!)}`;
  }
  if (error !== undefined) line += `,"error":${jsonOf(errorMap(error))}`;
  return `${line}${isCut ? ',"truncated":true' : ''}}\n`;
}

export function flagsOf(flags: number): string {
  return flags === 1 ? '01' : (flags & 0xff).toString(16).padStart(2, '0');
}
