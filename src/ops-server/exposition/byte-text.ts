/** Text of many lines as bytes, in one buffer that is used again: several times faster than strings that are added up. */

const FIRST_SIZE = 64 * 1024;
const LINE_BREAK = 10;
/** The longest number, ` ` and a line break. */
const MOST_OF_NUMBER = 32;

export interface ByteText {
  readonly length: number;
  add(text: string): void;
  addBytes(bytes: Uint8Array): void;
  /** Digits, with a line break unless more follows. */
  addNumber(text: string, thenBreak: boolean): void;
  /** A copy. */
  slice(start: number, end: number): Buffer;
  /** Forget what is behind the first `bytes`. */
  cutTo(bytes: number): void;
}

export function createByteText(): ByteText {
  let buffer = Buffer.allocUnsafe(FIRST_SIZE);
  let length = 0;

  function reserve(bytes: number): void {
    if (length + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, length + bytes));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
  }

  return {
    get length() {
      return length;
    },
    add(text) {
      // No UTF-16 unit needs more than three bytes.
      reserve(text.length * 3);
      length += buffer.write(text, length);
    },
    addBytes(bytes) {
      reserve(bytes.length);
      buffer.set(bytes, length);
      length += bytes.length;
    },
    addNumber(text, thenBreak) {
      reserve(MOST_OF_NUMBER);
      for (let i = 0; i < text.length; i++) buffer[length++] = text.charCodeAt(i);
      if (thenBreak) buffer[length++] = LINE_BREAK;
    },
    slice: (start, end) => Buffer.from(buffer.subarray(start, end)),
    cutTo(bytes) {
      length = bytes;
    },
  };
}
