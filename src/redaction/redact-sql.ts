/**
 * SQL without its literals. One pass from left to right, since literals of every dialect end where they end and nowhere
 * else; where dialects disagree about that, the doubt is decided against the text.
 */

/** Words behind which a double-quoted name shows that double quotes hold names here, and not MySQL's strings. */
const NAMES_FOLLOW = /^(?:from|into|update|join|table|references|only)$/;
/** What a value stands behind, beside `=`, `<`, `>`, `!` and `~`. */
const VALUE_FOLLOWS = /^(?:like|ilike|rlike|regexp|glob)$/i;
/** What is put in front of a string: `N'…'`, `E'…'`, `X'…'`, `_utf8'…'`. */
const STRING_PREFIX = /^(?:[nebxr]|rb|br|_\w+)$/i;
const ORACLE_QUOTE = /^n?q$/i;
/** A name that someone may have chosen; text that only ended up between the same quotes looks otherwise. */
const PLAIN_NAME = /^[^'"`\\;=@\r\n]{1,128}$/;

const LISTS = /\bin ?\( ?\?(?: ?, ?\?)+ ?\)/gi;

const ORACLE_BRACKETS: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')', '<': '>' };

/**
 * Strings, numbers, dollar-quoted and hexadecimal literals become `?`, lists of them in `IN` become one, comments go, and
 * white space is one space. Names, also quoted ones, and placeholders (`$1`, `?`, `:name`, `@name`) stay. What follows a
 * literal or a comment that does not end, or whose end is in doubt (`\'`), goes too.
 *
 * Double quotes hold names when the statement shows it (`FROM "t"`, `"t"."c"`), and else strings, as in MySQL. Behind `AS`
 * stands a name in any case, in `VALUES (…)` and `IN (…)` and behind a comparison a string, unless a dot follows.
 */
export function redactSql(sql: string): string {
  let out = '';
  /** The last character of `out`, which is never read itself: that would copy it each time. */
  let last = '';
  /** The same without white space. */
  let lastSign = '';
  /** Text in double quotes and what stands before it, until it is known what the quotes mean. */
  const doubtful: string[] = [];
  let quotesHoldNames = false;
  const lists = createListTracker();
  /** The last two words, in lower case; empty when something else came after them. */
  let word = '';
  let wordBefore = '';
  let i = 0;

  const put = (text: string): void => {
    out += text;
    last = text.at(-1) ?? '';
    if (text !== ' ') lastSign = last;
  };

  while (i !== -1 && i < sql.length) {
    const char = sql[i] as string;
    const next = sql[i + 1] ?? '';

    const afterSpace = endOfSpace(sql, i, char, next, word);
    if (afterSpace !== i) {
      if (last !== ' ') put(' ');
      if (afterSpace === -1) put('?');
      i = afterSpace;
      continue;
    }

    if (isWordStart(char)) {
      const end = endOfWord(sql, i);
      const text = sql.slice(i, end);
      const literalEnd = sql[end] === "'" ? endOfPrefixedString(sql, end, text) : undefined;
      if (literalEnd !== undefined) {
        put('?');
        word = '';
        i = literalEnd;
        continue;
      }
      // `IDENTIFIED BY word` is the one password that needs no quotes.
      put(word === 'by' && wordBefore === 'identified' && !/^values$/i.test(text) ? '?' : text);
      wordBefore = word;
      word = text.toLowerCase();
      lists.word(word);
      i = end;
      continue;
    }

    const lastWord = word;
    word = '';
    if (isDigit(char)) {
      put('?');
      i = endOfNumber(sql, i);
    } else if (char === "'") {
      put('?');
      i = endOfString(sql, i, false);
    } else if (char === '"') {
      const end = endOfString(sql, i, false);
      if (
        end === -1 ||
        (lastWord === 'by' && wordBefore === 'identified') ||
        (isQuotedValue(lastSign, lastWord, lists) && sql[end] !== '.')
      )
        put('?');
      else if (lastWord === 'as' && PLAIN_NAME.test(sql.slice(i + 1, end - 1))) put(sql.slice(i, end));
      else {
        if (NAMES_FOLLOW.test(lastWord) || last === '.' || sql[end] === '.') quotesHoldNames = true;
        doubtful.push(out, sql.slice(i + 1, end - 1));
        out = '';
        last = lastSign = '"';
      }
      i = end;
    } else if (char === '`') {
      const end = endOfString(sql, i, false);
      put(end !== -1 && PLAIN_NAME.test(sql.slice(i + 1, end - 1)) ? sql.slice(i, end) : '?');
      i = end;
    } else if (char === '$') {
      const end = endOfDollar(sql, i);
      const isLiteral = end === -1 || (end > i + 1 && sql[end - 1] === '$');
      put(isLiteral ? '?' : sql.slice(i, end));
      i = end;
    } else if (char === '[' && holdsLoneQuote(sql, i)) {
      put('?');
      i = -1;
    } else if (isDigit(next) && (char === '?' || (char === ':' && !endsOperand(last)))) {
      // A numbered placeholder, unless the number is too long for one.
      const end = endOfDigits(sql, i + 1);
      put(end - i > 4 ? `${char}?` : sql.slice(i, end));
      i = end;
    } else {
      lists.bracket(char);
      put(char);
      i++;
    }
  }

  let result = '';
  for (let j = 0; j < doubtful.length; j += 2) {
    const quoted = doubtful[j + 1] as string;
    result += `${doubtful[j]}${quotesHoldNames && PLAIN_NAME.test(quoted) ? `"${quoted}"` : '?'}`;
  }
  return (result + out).replace(LISTS, (list) => `${list.slice(0, list.indexOf('('))}(?)`).trim();
}

/** Knows whether what comes next is an element of `VALUES (…)` or `IN (…)`. */
interface ListTracker {
  word(text: string): void;
  bracket(char: string): void;
  isInside(): boolean;
}

function createListTracker(): ListTracker {
  /** For each open bracket whether it holds a list of values. */
  const brackets: boolean[] = [];
  /** How many were open at `VALUES` or `IN`, until another word on the same level. */
  let level = -1;
  return {
    word(text) {
      if (/^(?:values|in)$/i.test(text)) level = brackets.length;
      else if (level === brackets.length && !/^row$/i.test(text)) level = -1;
      if (brackets.length > 0 && /^select$/i.test(text)) brackets[brackets.length - 1] = false;
    },
    bracket(char) {
      if (char === '(') brackets.push(level === brackets.length);
      else if (char === ')') brackets.pop();
    },
    isInside: () => brackets.at(-1) === true,
  };
}

/** Whether text in double quotes behind `sign`, or behind `word`, is a string wherever double quotes hold strings. */
function isQuotedValue(sign: string, word: string, lists: ListTracker): boolean {
  return /[=<>!~]/.test(sign) || VALUE_FOLLOWS.test(word) || (lists.isInside() && (sign === '(' || sign === ','));
}

/** Behind the white space or the comment at `i`; `i` when there is neither, -1 when it is in doubt where it ends. */
function endOfSpace(sql: string, i: number, char: string, next: string, word: string): number {
  if (isSpace(char)) return i + 1;
  if (char === '/' && next === '*') return endOfComment(sql, i);
  const isComment = char === '-' && next === '-';
  if (!isComment && !(char === '#' && isHashComment(next, word))) return i;
  const end = endOfLine(sql, i);
  // `--` without a space is no comment in MySQL, and `#` is one only there. A quote in it might open a string then.
  const isCertain = isComment && (isSpace(sql[i + 2] ?? ' ') || sql[i + 2] === '-');
  return isCertain || !/['"`$]|\/\*|-- /.test(sql.slice(i + 1, end)) ? end : -1;
}

/** What stands in front of a string: an operator, a bracket, a comma, another string, or one of these words. */
const VALUE_SIGN = /[=<>!~|(,+?]/;
const VALUE_WORD =
  /^(?:i?like|rlike|regexp|glob|in|values?|and|or|not|between|then|else|when|case|select|by|limit|offset|interval|date|timestamp|set|escape|password|return|returning|over|to|is|row|separator)$/i;

/**
 * `text` with `?` for the strings behind `from` that stand where a statement has values. Everything else stays: the text
 * may go on behind the statement, with a stack for example, and it is not known where.
 */
export function redactStrings(text: string, from: number): string {
  let result = text.slice(0, from);
  let done = from;
  let sign = '';
  let word = '';
  let dollarsClose = true;
  const lists = createListTracker();
  for (let i = from; i < text.length;) {
    const char = text[i] as string;
    if (isWordStart(char)) {
      const end = endOfWord(text, i);
      if (text[end] !== "'" || !STRING_PREFIX.test(text.slice(i, end))) {
        word = text.slice(i, Math.min(end, i + 16));
        sign = 'a';
        lists.word(word);
      }
      i = end;
    } else if (char === "'" || char === '"' || (char === '$' && dollarsClose)) {
      const isValue =
        char === '"' ? isQuotedValue(sign, sign === 'a' ? word : '', lists) : sign === 'a' ? VALUE_WORD.test(word) : VALUE_SIGN.test(sign);
      // `can't`
      const isApostrophe = char === "'" && sign === 'a' && i > from && isWordChar(text[i - 1] as string) && !STRING_PREFIX.test(word);
      const end = isApostrophe ? i + 1 : char === '$' ? endOfDollar(text, i) : endInText(text, i);
      if (char === '$' && end === -1) dollarsClose = false;
      const isLiteral = char !== '$' || (end > i + 1 && text[end - 1] === '$');
      if (isValue && isLiteral && !isApostrophe && !(char === '"' && text[end] === '.')) {
        result += `${text.slice(done, text[i - 1] === '\\' ? i - 1 : i)}?`;
        done = end === -1 ? Math.max(endOfLine(text, i), endOfString(text, i, true)) : end;
        sign = '?';
      } else if (!isApostrophe) sign = '"';
      i = Math.max(done, end, i + 1);
    } else {
      lists.bracket(char);
      if (!isSpace(char) && char !== '\\') sign = char;
      i++;
    }
  }
  return result + text.slice(done);
}

/** Behind the closing quote; -1 when there is none, or a backslash stands in front of it. */
function endInText(text: string, open: number): number {
  // In JSON, the string's own quotes have a backslash in front of them, and so has the one that closes it.
  const slash = text[open - 1] === '\\' ? '\\' : '';
  if (slash === '') return endOfString(text, open, false);
  const close = text.indexOf(`\\${text[open]}`, open + 1);
  return close === -1 ? -1 : close + 2;
}

/** Behind the string that `prefix` belongs to, -1 when it does not end; undefined when it is a word of its own. */
function endOfPrefixedString(sql: string, open: number, prefix: string): number | undefined {
  if (STRING_PREFIX.test(prefix)) return endOfString(sql, open, /^e$/i.test(prefix));
  return ORACLE_QUOTE.test(prefix) ? endOfOracleQuote(sql, open) : undefined;
}

/** Behind the closing quote; -1 when there is none, or when it depends on the dialect which one it is. */
function endOfString(sql: string, open: number, backslashEscapes: boolean): number {
  const quote = sql[open] as string;
  for (let i = open + 1; i < sql.length; i++) {
    const char = sql[i];
    if (char === '\\' && quote !== '`') {
      // Two backslashes are two or one, but no more than that. One before a quote ends the string, or does not.
      if (sql[i + 1] === '\\' || backslashEscapes) i++;
      else if (sql[i + 1] === quote) return -1;
    } else if (char === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i++;
    }
  }
  return -1;
}

/** `q'[…]'` */
function endOfOracleQuote(sql: string, open: number): number {
  const delimiter = sql[open + 1] ?? '';
  const close = sql.indexOf(`${ORACLE_BRACKETS[delimiter] ?? delimiter}'`, open + 2);
  return close === -1 || delimiter === '' ? -1 : close + 2;
}

/** `$1` and `$name` end with their word, `$$…$$` and `$tag$…$tag$` behind the second tag, or not at all. */
function endOfDollar(sql: string, start: number): number {
  let end = start + 1;
  while (end < sql.length && sql[end] !== '$' && isWordChar(sql[end] as string)) end++;
  if (sql[end] !== '$' || isDigit(sql[start + 1] as string)) return end;
  const tag = sql.slice(start, end + 1);
  const close = sql.indexOf(tag, end + 1);
  return close === -1 ? -1 : close + tag.length;
}

function endOfNumber(sql: string, start: number): number {
  let end = start + 1;
  for (; end < sql.length; end++) {
    const char = sql[end] as string;
    const isExponentSign = (char === '+' || char === '-') && /[eE]/.test(sql[end - 1] as string) && isDigit(sql[end + 1] ?? '');
    if (!isWordChar(char) && char !== '.' && !isExponentSign) break;
  }
  return end;
}

function endOfDigits(sql: string, start: number): number {
  let end = start;
  while (end < sql.length && isDigit(sql[end] as string)) end++;
  return end;
}

function endOfWord(sql: string, start: number): number {
  let end = start + 1;
  while (end < sql.length && isWordChar(sql[end] as string)) end++;
  return end;
}

function endOfLine(sql: string, start: number): number {
  const end = sql.indexOf('\n', start);
  return end === -1 ? sql.length : end;
}

/** Comments nest in PostgreSQL only: where a second one begins, the end is in doubt. */
function endOfComment(sql: string, start: number): number {
  const end = sql.indexOf('*/', start + 2);
  if (end === -1) return sql.length;
  return sql.slice(start + 2, end).includes('/*') ? -1 : end + 2;
}

/** Whether `[` opens a name of SQL Server's with a quote in it. Strings in an array have two quotes each. */
function holdsLoneQuote(sql: string, open: number): boolean {
  const inside = /^\[([^\]]{0,128})\]/.exec(sql.slice(open, open + 130))?.[1] ?? '';
  return inside.split("'").length % 2 === 0 || inside.split('"').length % 2 === 0;
}

/** Not PostgreSQL's `#>` and `#-`, nor the temporary tables of SQL Server. */
function isHashComment(next: string, word: string): boolean {
  return next !== '>' && next !== '-' && !NAMES_FOLLOW.test(word);
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\n' || char === '\t' || char === '\r' || char === '\f' || char === '\u00a0';
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9' && char.length === 1;
}

function isWordStart(char: string): boolean {
  return (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || char === '_' || char > '\u00a0';
}

function isWordChar(char: string): boolean {
  return isWordStart(char) || isDigit(char) || char === '$';
}

/** Whether a colon behind it comes between two values, and is not the beginning of a placeholder. */
function endsOperand(char: string): boolean {
  return char !== '' && (isWordChar(char) || '"`]?'.includes(char));
}
