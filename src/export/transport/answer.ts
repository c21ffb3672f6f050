/** What OTLP servers say, in whichever protocol. Nothing here throws: an answer that makes no sense says nothing. */
import type { OtlpConfig } from '../../config/config.ts';
import { attempt } from '../../runtime/contain.ts';
import { bytesAt, numberAt, readFields } from '../../otlp/encode/protobuf-reader.ts';
import type { SendResult } from '../../otlp/types.ts';
import { loadPart } from '../../runtime/load-part.ts';

/** OTLP 1.11: a client should not read more of an answer. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const MAX_QUOTE_LENGTH = 200;
const SHORTEST_SECRET = 8;

const decoder = new TextDecoder();

/** The answer to a request that was accepted: `ExportXServiceResponse`, alike for all signals. */
export function accepted(body: Uint8Array, isJson: boolean, otlp: OtlpConfig): SendResult {
  const { rejected, text } = isJson ? partialSuccessOfJson(body) : partialSuccessOf(body);
  const message = quote(text, otlp);
  return {
    kind: 'accepted',
    rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    ...(message === '' ? {} : { message }),
  };
}

interface PartialSuccess {
  readonly rejected: number;
  readonly text: string;
}

/** 1 partial_success { 1 rejected_x, 2 error_message } */
function partialSuccessOf(body: Uint8Array): PartialSuccess {
  const partial = readFields(bytesAt(readFields(body), 1) ?? new Uint8Array());
  return { rejected: numberAt(partial, 1), text: decoder.decode(bytesAt(partial, 2)) };
}

function partialSuccessOfJson(body: Uint8Array): PartialSuccess {
  const partial = fieldOf(parseJson(body), 'partialSuccess');
  const rejected = fieldOf(partial, 'rejectedSpans') ?? fieldOf(partial, 'rejectedDataPoints') ?? fieldOf(partial, 'rejectedLogRecords');
  return { rejected: Number(rejected ?? 0), text: String(fieldOf(partial, 'errorMessage') ?? '') };
}

/** What a server says about an error: `google.rpc.Status`, or whatever text came instead. */
export function errorText(body: Uint8Array, contentType: string, otlp: OtlpConfig): string {
  if (contentType.includes('protobuf')) return quote(decoder.decode(bytesAt(readFields(body), 2)), otlp);
  if (contentType.includes('json')) {
    const message = fieldOf(parseJson(body), 'message');
    if (typeof message === 'string') return quote(message, otlp);
  }
  return contentType.includes('html') ? '' : quote(decoder.decode(body.subarray(0, 4 * MAX_QUOTE_LENGTH)), otlp);
}

/** `google.rpc.Status` { 3 details { 1 type_url, 2 value: RetryInfo { 1 retry_delay { 1 seconds, 2 nanos } } } }; undefined without a RetryInfo. */
export function retryInfoMs(status: Uint8Array): number | undefined {
  let delayMs: number | undefined;
  readFields(status, (field, value) => {
    if (field !== 3) return;
    const detail = readFields(value);
    if (!decoder.decode(bytesAt(detail, 1)).endsWith('/google.rpc.RetryInfo')) return;
    const delay = readFields(bytesAt(readFields(bytesAt(detail, 2) ?? new Uint8Array()), 1) ?? new Uint8Array());
    delayMs = numberAt(delay, 1) * 1000 + numberAt(delay, 2) / 1e6;
  });
  return delayMs;
}

/** `Retry-After` in seconds or as a date; undefined for what is neither, and for what is not in the future. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return positive(Number(text) * 1000);
  return /^[A-Za-z]+,? .* GMT$/.test(text) ? positive(Date.parse(text) - nowMs) : undefined;
}

export function positive(ms: number | undefined): number | undefined {
  return ms !== undefined && ms > 0 && Number.isFinite(ms) ? ms : undefined;
}

/** One line of what a server said, without the secrets that we sent there. */
export function quote(text: string, otlp: OtlpConfig): string {
  let line = text
    .slice(0, 4 * MAX_QUOTE_LENGTH)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  if (line === '') return '';
  for (const value of Object.values(otlp.headers)) {
    for (const secret of secretsOf(value)) line = line.replaceAll(secret, '[REDACTED]');
  }
  // A collector that is content says nothing, and the worker of the last export has no time to load tables for it.
  const { redactText } = loadPart<typeof import('../../redaction/redact-text.ts')>(import.meta.url, '../../redaction/redact-text');
  line = redactText(line);
  return line.length > MAX_QUOTE_LENGTH ? `${line.slice(0, MAX_QUOTE_LENGTH)}…` : line;
}

/** A header's value and its parts, the longest first: a server may repeat the token without `Bearer`, or what `Basic` stands for. */
function secretsOf(value: string): string[] {
  const basic = /^basic\s+(\S+)/i.exec(value)?.[1];
  const decoded = basic === undefined ? '' : Buffer.from(basic, 'base64').toString();
  const password = decoded.slice(decoded.indexOf(':') + 1);
  return [value, ...value.split(/[\s:=]+/), decoded, password]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
}

function parseJson(body: Uint8Array): unknown {
  return attempt(() => JSON.parse(decoder.decode(body)) as unknown);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
