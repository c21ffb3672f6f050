/** The messages that a receiver answers with: `Export…ServiceResponse` and `google.rpc.Status`, in both encodings. */
import type { Signal } from '../config/config.ts';
import type { PartialSuccess } from './exchange.ts';

export type Encoding = 'protobuf' | 'json';

const REJECTED_FIELDS: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
};

/** `partial` must be absent when everything was accepted, as the specification asks. */
export function encodeSuccess(signal: Signal, partial: PartialSuccess | undefined, encoding: Encoding): Buffer {
  if (encoding === 'json') {
    if (partial === undefined) return Buffer.from('{}');
    // A 64-bit integer is a string in protobuf's JSON.
    const fields = { [REJECTED_FIELDS[signal]]: String(partial.rejected), errorMessage: partial.message };
    return Buffer.from(JSON.stringify({ partialSuccess: fields }));
  }
  if (partial === undefined) return Buffer.alloc(0);
  return bytesField(1, Buffer.concat([varintField(1, partial.rejected), bytesField(2, Buffer.from(partial.message))]));
}

export function encodeStatus(code: number, message: string, encoding: Encoding, retryAfterMs?: number): Buffer {
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }));
  const parts = [varintField(1, code), bytesField(2, Buffer.from(message))];
  if (retryAfterMs !== undefined) {
    const delay = [varintField(1, Math.floor(retryAfterMs / 1e3)), varintField(2, Math.round((retryAfterMs % 1e3) * 1e6))];
    const retryInfo = bytesField(1, Buffer.concat(delay));
    const typeUrl = bytesField(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo'));
    parts.push(bytesField(3, Buffer.concat([typeUrl, bytesField(2, retryInfo)])));
  }
  return Buffer.concat(parts);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}

const varintField = (number: number, value: number): Buffer => Buffer.from([number << 3, ...varint(value)]);
const bytesField = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
