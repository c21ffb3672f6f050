/** No line is longer than the limit: what is too long is cut until it fits, the last fields first of all. */
import type { PlainMap, PlainValue } from '../../values/plain-value.ts';
import { cleanString } from '../../values/strings.ts';
import { jsonOf } from './json-text.ts';
import type { LoggedError, LogRecord } from './record.ts';

const FIRST_SHARE = 8;
const SMALLEST = 16;

/** @param maxBytes - of the line with its end; at least 2048, which the keys that each record has need. */
export function renderWithin(record: LogRecord, render: (record: LogRecord) => string, maxBytes: number): string {
  let line = render(record);
  for (let cap = Math.floor(maxBytes / FIRST_SHARE); !fits(line, maxBytes) && cap >= SMALLEST / 4; cap = Math.floor(cap / 4))
    line = render(cutRecord(record, cap, maxBytes));
  return line;
}

function fits(line: string, maxBytes: number): boolean {
  // Most lines are short; a character has at most three bytes.
  return line.length * 3 <= maxBytes || Buffer.byteLength(line) <= maxBytes;
}

/** @param cap - longest text. */
function cutRecord(record: LogRecord, cap: number, maxBytes: number): LogRecord {
  const { error } = record;
  const isLast = cap < SMALLEST;
  return {
    ...record,
    message: cutText(record.message, cap),
    messageJson: undefined,
    fields: isLast ? {} : cutFields(record.fields, cap, maxBytes / 4),
    error: error === undefined || isLast ? undefined : cutError(error, cap, maxBytes / 4),
    isCut: true,
  };
}

function cutText(text: string, cap: number): string {
  return text.length <= cap ? text : `${cleanString(text, cap - 1)}…`;
}

function cutFields(fields: PlainMap, cap: number, room: number): PlainMap {
  const cut: Record<string, PlainValue> = {};
  let left = Math.min(room, cap * 8);
  for (const [name, value] of Object.entries(fields)) {
    const short =
      typeof value === 'object' && value !== null ? cutText(jsonOf(value), cap) : typeof value === 'string' ? cutText(value, cap) : value;
    left -= name.length + String(short).length + 4;
    if (left < 0) break;
    cut[name] = short;
  }
  return cut;
}

function cutError(error: LoggedError, cap: number, room: number): LoggedError {
  return {
    type: cutText(error.type, cap),
    message: cutText(error.message, cap),
    stack: error.stack === undefined ? undefined : cutText(error.stack, cap * 2),
    code: typeof error.code === 'string' ? cutText(error.code, cap) : error.code,
    fields: error.fields === undefined ? undefined : cutFields(error.fields, cap, room / 4),
    cause: error.cause === undefined ? undefined : { ...cutError(error.cause, Math.floor(cap / 4), room), cause: undefined },
    errors: [],
  };
}
