/** The state of decoding protobuf, and what all of it is made of: fields, confined to their bytes, within a budget of memory. */
import { describe, malformed, tooLarge } from './refusal.ts';
import type { Tally } from './tally.ts';
import { DELIMITED, readDelimited, readTag, type Wire } from './wire.ts';

/** Roughly what a decoded message and a decoded value take; two bytes on the wire can become a whole object. */
export const MESSAGE_BYTES = 160;
export const VALUE_BYTES = 16;

export interface Decoding extends Wire {
  readonly tally: Tally;
  bytesLeft: number;
}

export function forEachField(decoding: Decoding, read: (number: number, type: number) => void): void {
  while (decoding.pos < decoding.end) {
    const tag = readTag(decoding);
    read(tag >>> 3, tag & 7);
  }
}

/** Runs `read` with the wire confined to the length-delimited field at hand, and leaves the wire behind it. */
export function within<T>(decoding: Decoding, type: number, what: string, read: () => T): T {
  if (type !== DELIMITED) throw wrongType(what, DELIMITED, type);
  const start = readDelimited(decoding);
  const outerEnd = decoding.end;
  const innerEnd = decoding.pos;
  decoding.pos = start;
  decoding.end = innerEnd;
  try {
    return read();
  } finally {
    decoding.pos = innerEnd;
    decoding.end = outerEnd;
  }
}

export function spend(decoding: Decoding, bytes: number): void {
  decoding.bytesLeft -= bytes;
  if (decoding.bytesLeft < 0) throw tooLarge('The decoded records must fit into maxDecodedBytes, did not.');
}

export function wrongType(what: string, expected: number, actual: number) {
  return malformed(`The wire type of ${what} must be ${expected}, was ${describe(actual)}.`);
}
