/** What of a check may be shown: plain, short, and without secrets. Loaded with the first result that has something to show. */
import { redactAttribute, redactText } from '../../redaction/redactor.ts';
import { attempt } from '../../runtime/contain.ts';
import { exceptionFacts } from '../../values/exception-facts.ts';
import { toPlain, type PlainMap, type PlainValue } from '../../values/plain-value.ts';
import { read } from '../../values/read-properties.ts';

const LONGEST_ERROR = 500;
const LONGEST_TEXT = 1000;
const MOST_CAUSES = 2;
const UNREADABLE = 'an error that cannot be shown';

/** One line, `ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:5432`. */
export function shownError(error: unknown): string {
  return attempt(() => redactText(oneLine(textOf(error))), UNREADABLE);
}

/** `undefined` when nothing of it can be kept. */
export function shownDetails(details: unknown): Readonly<Record<string, unknown>> | undefined {
  return attempt(() => {
    const plain = toPlain(details, LONGEST_TEXT);
    if (plain === undefined) return undefined;
    const redacted = redactAttribute('health.details', plain);
    return isMap(redacted) ? (forJson(redacted) as Record<string, unknown>) : undefined;
  });
}

function textOf(error: unknown, depth = 0): string {
  const facts = exceptionFacts(error);
  if (facts === undefined) return UNREADABLE;
  // Clients that try several addresses put what happened into `errors` and say nothing themselves.
  const first = facts.message === undefined && typeof error === 'object' && error !== null ? read(error, 'errors') : undefined;
  if (Array.isArray(first) && first.length > 0 && depth < MOST_CAUSES) return textOf(first[0], depth + 1);
  const { type, message } = facts;
  if (message === undefined) return type ?? UNREADABLE;
  const text = type === undefined || type === 'Error' || message.includes(type) ? message : `${type}: ${message}`;
  // `fetch failed` says nothing without it.
  const cause = typeof error === 'object' && error !== null && depth < MOST_CAUSES ? read(error, 'cause') : undefined;
  return cause === undefined || cause === null ? text : `${text}: ${textOf(cause, depth + 1)}`;
}

function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * LONGEST_ERROR)
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
  return line.length > LONGEST_ERROR ? `${line.slice(0, LONGEST_ERROR)}…` : line;
}

function isMap(value: PlainValue | undefined): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** JSON has neither large integers nor bytes, nor numbers that are none. */
function forJson(value: PlainValue): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (Array.isArray(value)) return value.map(forJson);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, forJson(item)]));
}
