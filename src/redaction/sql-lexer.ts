/** Where the parts of a statement end, in all dialects at once; where they disagree, the end is in doubt. */

/** Words behind which a double-quoted name shows that double quotes hold names here, and not MySQL's strings. */
export const NAMES_FOLLOW = /^(?:from|into|update|join|table|references|only)$/;
/** What is put in front of a string: `N'…'`, `E'…'`, `X'…'`, `_utf8'…'`. */
export const STRING_PREFIX = /^(?:[nebxr]|rb|br|_\w+)$/i;
const ORACLE_QUOTE = /^n?q$/i;
const ORACLE_BRACKETS: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')', '<': '>' };

/** Of a literal or a comment whose end depends on the dialect, or that has none: what follows goes. */
export const END_IN_DOUBT = -1;

/** Behind the white space or the comment at `i`; `i` when there is neither, -1 when it is in doubt where it ends. */
export function endOfSpace(sql: string, i: number, word: string): number {
  const char = sql[i] as string;
  if (isSpace(char)) return i + 1;
  const next = sql[i + 1] ?? '';
  if (char === '/' && next === '*') return endOfComment(sql, i);
  const isComment = char === '-' && next === '-';
  if (!isComment && !(char === '#' && isHashComment(next, word))) return i;
  const end = endOfLine(sql, i);
  // `--` without a space is no comment in MySQL, and `#` is one only there. A quote in it might open a string then.
  const isCertain = isComment && (isSpace(sql[i + 2] ?? ' ') || sql[i + 2] === '-');
  return isCertain || !/['"`$]|\/\*|-- /.test(sql.slice(i + 1, end)) ? end : END_IN_DOUBT;
}

/** Behind the string that `prefix` belongs to, -1 when it does not end; undefined when it is a word of its own. */
export function endOfPrefixedString(sql: string, open: number, prefix: string): number | undefined {
  if (STRING_PREFIX.test(prefix)) return endOfString(sql, open, /^e$/i.test(prefix));
  return ORACLE_QUOTE.test(prefix) ? endOfOracleQuote(sql, open) : undefined;
}

/** Behind the closing quote; -1 when there is none, or when it depends on the dialect which one it is. */
export function endOfString(sql: string, open: number, backslashEscapes: boolean): number {
  const quote = sql[open] as string;
  for (let i = open + 1; i < sql.length; i++) {
    const char = sql[i];
    if (char === '\\' && quote !== '`') {
      // Two backslashes are two or one, but no more than that. One before a quote ends the string, or does not.
      if (sql[i + 1] === '\\' || backslashEscapes) i++;
      else if (sql[i + 1] === quote) return END_IN_DOUBT;
    } else if (char === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i++;
    }
  }
  return END_IN_DOUBT;
}

/** `q'[…]'` */
function endOfOracleQuote(sql: string, open: number): number {
  const delimiter = sql[open + 1] ?? '';
  const close = sql.indexOf(`${ORACLE_BRACKETS[delimiter] ?? delimiter}'`, open + 2);
  return close === -1 || delimiter === '' ? END_IN_DOUBT : close + 2;
}

/** `$1` and `$name` end with their word, `$$…$$` and `$tag$…$tag$` behind the second tag, or not at all. */
export function endOfDollar(sql: string, start: number): number {
  let end = start + 1;
  while (end < sql.length && sql[end] !== '$' && isWordChar(sql[end] as string)) end++;
  if (sql[end] !== '$' || isDigit(sql[start + 1] as string)) return end;
  const tag = sql.slice(start, end + 1);
  const close = sql.indexOf(tag, end + 1);
  return close === -1 ? END_IN_DOUBT : close + tag.length;
}

export function endOfNumber(sql: string, start: number): number {
  let end = start + 1;
  for (; end < sql.length; end++) {
    const char = sql[end] as string;
    const isExponentSign = (char === '+' || char === '-') && /[eE]/.test(sql[end - 1] as string) && isDigit(sql[end + 1] ?? '');
    if (!isWordChar(char) && char !== '.' && !isExponentSign) break;
  }
  return end;
}

export function endOfDigits(sql: string, start: number): number {
  let end = start;
  while (end < sql.length && isDigit(sql[end] as string)) end++;
  return end;
}

export function endOfWord(sql: string, start: number): number {
  let end = start + 1;
  while (end < sql.length && isWordChar(sql[end] as string)) end++;
  return end;
}

export function endOfLine(sql: string, start: number): number {
  const end = sql.indexOf('\n', start);
  return end === -1 ? sql.length : end;
}

/** Comments nest in PostgreSQL only: where a second one begins, the end is in doubt. */
function endOfComment(sql: string, start: number): number {
  const end = sql.indexOf('*/', start + 2);
  if (end === -1) return sql.length;
  return sql.slice(start + 2, end).includes('/*') ? END_IN_DOUBT : end + 2;
}

/** Not PostgreSQL's `#>` and `#-`, nor the temporary tables of SQL Server. */
function isHashComment(next: string, word: string): boolean {
  return next !== '>' && next !== '-' && !NAMES_FOLLOW.test(word);
}

export function isSpace(char: string): boolean {
  return char === ' ' || char === '\n' || char === '\t' || char === '\r' || char === '\f' || char === '\u00a0';
}

export function isDigit(char: string): boolean {
  return char >= '0' && char <= '9' && char.length === 1;
}

export function isWordStart(char: string): boolean {
  return (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || char === '_' || char > '\u00a0';
}

export function isWordChar(char: string): boolean {
  return isWordStart(char) || isDigit(char) || char === '$';
}
