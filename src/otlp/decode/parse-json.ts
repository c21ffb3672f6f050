/** Parses a body, with the digits of large integers, unless that would take too much memory. */
import { isUtf8 } from 'node:buffer';
import { INTEGER } from './json-scalars.ts';
import { malformed, tooLarge } from './refusal.ts';

/** A body nested deeper is refused before it is parsed; OTLP with values of the allowed depth stays far below. */
const MAX_JSON_DEPTH = 1_000;

/** Roughly what a parsed object or array, and a parsed value take. */
const CONTAINER_BYTES = 64;
const VALUE_BYTES = 16;

/**
 * @param maxDecodedBytes - roughly how much memory the parsed body may take.
 * @throws Refusal for what is no JSON, and for what would take more.
 */
export function parseJson(body: Uint8Array, maxDecodedBytes: number): unknown {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes)) throw malformed('The body must be UTF-8, was not.');
  checkSize(bytes, maxDecodedBytes);
  try {
    const text = bytes.toString('utf8');
    // Integers that a double cannot hold: few senders write them as numbers, and keeping their digits makes parsing slow.
    return /[:,[\s]-?\d{16}/.test(text) ? (JSON.parse(text, keepDigits) as unknown) : (JSON.parse(text) as unknown);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw malformed('The body must be JSON, could not be parsed.');
  }
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return INTEGER.test(source) ? BigInt(source) : value;
}

/** Refuses what would take too much memory before the parser sees it: one byte `[` becomes an object of some fifty. */
function checkSize(bytes: Buffer, maxDecodedBytes: number): void {
  let depth = 0;
  let decodedBytes = bytes.length;
  let inText = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (inText) {
      if (byte === 0x5c) index++;
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) inText = true;
    else if (byte === 0x2c) decodedBytes += VALUE_BYTES;
    else if (byte === 0x7b || byte === 0x5b) {
      decodedBytes += CONTAINER_BYTES;
      if (++depth > MAX_JSON_DEPTH) throw malformed(`The body must be nested at most ${MAX_JSON_DEPTH} deep, was deeper.`);
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  if (decodedBytes > maxDecodedBytes) throw tooLarge('The parsed body must fit into maxDecodedBytes, would not.');
}
