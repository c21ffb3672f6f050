/** Where the name in front of a separator begins and ends. Each way is bounded. */

const NAME_CHARS = tableOf(/[\w.$-]/);
/** Between a name and its separator. */
const BESIDE_NAME = tableOf(/[\s"'`\\\])]/);

/** Through quotes and a little white space. */
export function wordEnd(text: string, separator: number, floor: number): number {
  let end = separator;
  while (end > floor && separator - end < 6 && isBesideName(text.charCodeAt(end - 1))) end--;
  return end;
}

export function wordStart(text: string, end: number, floor: number): number {
  let start = end;
  while (start > floor && end - start < 64 && isNameChar(text.charCodeAt(start - 1))) start--;
  return start;
}

/** White space of other scripts included, and what has no width. */
function isBesideName(code: number): boolean {
  return code < 128 ? BESIDE_NAME[code] === 1 : code === 0xa0 || code === 0x3000 || (code >= 0x2000 && code <= 0x200d) || code === 0xfeff;
}

/** Letters of other scripts included. */
function isNameChar(code: number): boolean {
  return code < 128
    ? NAME_CHARS[code] === 1
    : (code >= 0xc0 && code < 0x2000) || (code >= 0x3040 && code < 0xa000) || (code >= 0xac00 && code < 0xd7b0);
}

/** For each character of ASCII whether `chars` matches it. */
function tableOf(chars: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (chars.test(String.fromCharCode(code)) ? 1 : 0));
}
