/** Text in which characters stand as their escapes: `%3D`, `\u003d`, `\n`, `\/`, `&quot;`. */

const ESCAPE =
  /%[0-7][\dA-Fa-f]|\\u00[0-7][\dA-Fa-f]|\\x[0-7][\dA-Fa-f]|\\[nrt/]|&#(?:\d{1,3}|x[\dA-Fa-f]{1,2});|&(?:amp|quot|apos|lt|gt);/g;
const NAMED: Readonly<Record<string, string>> = {
  '\\n': '\n',
  '\\r': '\r',
  '\\t': '\t',
  '\\/': '/',
  '&amp;': '&',
  '&quot;': '"',
  '&apos;': "'",
  '&lt;': '<',
  '&gt;': '>',
};
const RUN_END = /[\s"'`<>]/;

/**
 * `text`, in which each run without white space and quotes was redacted as what it stands for, and written as it was.
 * A run in which nothing is secret stays as it is, to the letter.
 */
export function redactEncoded(text: string, redact: (decoded: string) => string): string {
  let result = '';
  let done = 0;
  ESCAPE.lastIndex = 0;
  for (let match = ESCAPE.exec(text); match; match = ESCAPE.exec(text)) {
    let start = match.index;
    while (start > done && !RUN_END.test(text[start - 1] as string)) start--;
    let end = ESCAPE.lastIndex;
    while (end < text.length && !RUN_END.test(text[end] as string)) end++;
    result += text.slice(done, start) + redactRun(text.slice(start, end), redact);
    done = end;
    ESCAPE.lastIndex = end; // also changed by the runs inside
  }
  return result + text.slice(done);
}

function redactRun(run: string, redact: (decoded: string) => string): string {
  /** Every character that was escaped, and as what. */
  const escapes = new Map<string, string>();
  const decoded = run.replace(ESCAPE, (escape) => {
    const char = NAMED[escape] ?? String.fromCharCode(codeOf(escape));
    if (!escapes.has(char)) escapes.set(char, escape);
    return char;
  });
  const redacted = redact(decoded);
  return redacted === decoded ? run : Array.from(redacted, (char) => escapes.get(char) ?? char).join('');
}

function codeOf(escape: string): number {
  const digits = escape.replace(/^(?:%|\\u|\\x|&#)|;$/g, '');
  return escape.startsWith('&#') && !digits.startsWith('x') ? Number(digits) : Number.parseInt(digits.replace('x', ''), 16);
}
