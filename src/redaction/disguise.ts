/** Characters that make a word another one for a program, and the same for a reader: without a width, or in their wide forms. */

/** Soft hyphens, joiners and marks. */
function isUnseen(code: number): boolean {
  return code === 0xad || (code >= 0x200b && code <= 0x200f) || code === 0x2060 || code === 0xfeff || code === 0x180e;
}

function isWide(code: number): boolean {
  return (code >= 0xff10 && code <= 0xff19) || (code >= 0xff21 && code <= 0xff3a) || (code >= 0xff41 && code <= 0xff5a);
}

export function isDisguise(code: number): boolean {
  return code >= 0xad && (isUnseen(code) || isWide(code));
}

function isAscii(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}

/** `text` with wide letters and digits in their own width, and without what is not seen beside ASCII: in emoji and other scripts it has a meaning. */
export function withoutDisguise(text: string): string {
  let result = '';
  let done = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!isDisguise(code)) continue;
    if (isWide(code)) {
      result += text.slice(done, i) + String.fromCharCode(code - 0xfee0);
      done = i + 1;
      continue;
    }
    let end = i + 1;
    while (end < text.length && isUnseen(text.charCodeAt(end))) end++;
    const next = text.charCodeAt(end);
    if (isAscii(text.charCodeAt(i - 1)) || isAscii(next) || isWide(next)) {
      result += text.slice(done, i);
      done = end;
    }
    i = end - 1;
  }
  return done === 0 ? text : result + text.slice(done);
}
