/**
 * SQL without its literals. One pass from left to right, since literals of every dialect end where they end and nowhere
 * else; where dialects disagree about that, the doubt is decided against the text.
 */
import {
  END_IN_DOUBT,
  endOfDigits,
  endOfDollar,
  endOfNumber,
  endOfPrefixedString,
  endOfSpace,
  endOfString,
  endOfWord,
  isDigit,
  isWordChar,
  isWordStart,
  NAMES_FOLLOW,
} from './sql-lexer.ts';
import { createListTracker, isQuotedValue } from './sql-values.ts';

/** A name that someone may have chosen; text that only ended up between the same quotes looks otherwise. */
const PLAIN_NAME = /^[^'"`\\;=@\r\n]{1,128}$/;

const LISTS = /\bin ?\([ ,?]+\)/gi;

/**
 * Strings, numbers, dollar-quoted and hexadecimal literals become `?`, lists of them in `IN` become one, comments go, and
 * white space is one space. Names, also quoted ones, and placeholders (`$1`, `?`, `:name`, `@name`) stay. What follows a
 * literal or a comment that does not end, or whose end is in doubt (`\'`), goes too.
 *
 * Double quotes hold names when the statement shows it (`FROM "t"`, `"t"."c"`), and else strings, as in MySQL. Behind `AS`
 * stands a name in any case, in `VALUES (…)` and `IN (…)` and behind a comparison a string, unless a dot follows.
 */
export function redactSql(sql: string): string {
  const scan = new Scan(sql);
  let i = 0;
  while (i !== END_IN_DOUBT && i < sql.length) {
    const afterSpace = endOfSpace(sql, i, scan.word);
    if (afterSpace !== i) {
      if (scan.last !== ' ') scan.put(' ');
      if (afterSpace === END_IN_DOUBT) scan.put('?');
      i = afterSpace;
    } else {
      const char = sql[i] as string;
      i = isWordStart(char) ? takeWord(scan, i) : takeSign(scan, i, char);
    }
  }
  return scan.result();
}

/** A statement on its way through `redactSql`. */
class Scan {
  readonly sql: string;
  readonly lists = createListTracker();
  /** The last character that was written, which is never read from `out` itself: that would copy it each time. */
  last = '';
  /** The same without white space. */
  lastSign = '';
  /** The last two words, in lower case; the last is empty when something else came after it. */
  word = '';
  wordBefore = '';
  private out = '';
  /** Text in double quotes and what stands before it, until it is known what the quotes mean. */
  private readonly doubtful: string[] = [];
  private quotesHoldNames = false;

  constructor(sql: string) {
    this.sql = sql;
  }

  put(text: string): void {
    this.out += text;
    this.last = text.at(-1) ?? '';
    if (text !== ' ') this.lastSign = this.last;
  }

  /** @param showsNames - whether this one can only be a name, so that the others are names too. */
  putDoubtful(quoted: string, showsNames: boolean): void {
    if (showsNames) this.quotesHoldNames = true;
    this.doubtful.push(this.out, quoted);
    this.out = '';
    this.last = this.lastSign = '"';
  }

  /** `IDENTIFIED BY`: what follows is a password, also without quotes. */
  isBehindIdentifiedBy(word: string): boolean {
    return word === 'by' && this.wordBefore === 'identified';
  }

  result(): string {
    let result = '';
    for (let j = 0; j < this.doubtful.length; j += 2) {
      const quoted = this.doubtful[j + 1] as string;
      result += `${this.doubtful[j]}${this.quotesHoldNames && PLAIN_NAME.test(quoted) ? `"${quoted}"` : '?'}`;
    }
    return (result + this.out).replace(LISTS, (list) => (/\? ?,/.test(list) ? `${list.slice(0, list.indexOf('('))}(?)` : list)).trim();
  }
}

/** A word, with the string that it may be the prefix of. Returns where to go on, as all of these do. */
function takeWord(scan: Scan, i: number): number {
  const { sql, word } = scan;
  const end = endOfWord(sql, i);
  const text = sql.slice(i, end);
  const literalEnd = sql[end] === "'" ? endOfPrefixedString(sql, end, text) : undefined;
  if (literalEnd !== undefined) {
    scan.put('?');
    scan.word = '';
    return literalEnd;
  }
  scan.put(scan.isBehindIdentifiedBy(word) && !/^values$/i.test(text) ? '?' : text);
  scan.wordBefore = word;
  scan.word = text.toLowerCase();
  scan.lists.word(scan.word);
  return end;
}

/** What begins with anything but a letter or white space. */
function takeSign(scan: Scan, i: number, char: string): number {
  const { sql, word } = scan;
  scan.word = '';
  switch (char) {
    case "'":
      scan.put('?');
      return endOfString(sql, i, false);
    case '"':
      return takeDoubleQuoted(scan, i, word);
    case '`': {
      const end = endOfString(sql, i, false);
      scan.put(end !== END_IN_DOUBT && PLAIN_NAME.test(sql.slice(i + 1, end - 1)) ? sql.slice(i, end) : '?');
      return end;
    }
    case '$': {
      const end = endOfDollar(sql, i);
      const isLiteral = end === END_IN_DOUBT || (end > i + 1 && sql[end - 1] === '$');
      scan.put(isLiteral ? '?' : sql.slice(i, end));
      return end;
    }
    default:
      return isDigit(char) ? takeNumber(scan, i) : takeOther(scan, i, char);
  }
}

function takeDoubleQuoted(scan: Scan, i: number, word: string): number {
  const { sql, last, lastSign, lists } = scan;
  const end = endOfString(sql, i, false);
  const isBeforeDot = sql[end] === '.';
  const quoted = sql.slice(i + 1, end - 1);
  if (end === END_IN_DOUBT || scan.isBehindIdentifiedBy(word) || (isQuotedValue(lastSign, word, lists) && !isBeforeDot)) scan.put('?');
  else if (word === 'as' && PLAIN_NAME.test(quoted)) scan.put(sql.slice(i, end));
  else scan.putDoubtful(quoted, NAMES_FOLLOW.test(word) || last === '.' || isBeforeDot);
  return end;
}

function takeNumber(scan: Scan, i: number): number {
  scan.put('?');
  return endOfNumber(scan.sql, i);
}

function takeOther(scan: Scan, i: number, char: string): number {
  const { sql, last } = scan;
  if (char === '[' && holdsLoneQuote(sql, i)) {
    scan.put('?');
    return END_IN_DOUBT;
  }
  if (isDigit(sql[i + 1] ?? '') && (char === '?' || (char === ':' && !endsOperand(last)))) {
    // A numbered placeholder, unless the number is too long for one.
    const end = endOfDigits(sql, i + 1);
    scan.put(end - i > 4 ? `${char}?` : sql.slice(i, end));
    return end;
  }
  scan.lists.bracket(char);
  scan.put(char);
  return i + 1;
}

/** Whether `[` opens a name of SQL Server's with a quote in it. Strings in an array have two quotes each. */
function holdsLoneQuote(sql: string, open: number): boolean {
  const inside = /^\[([^\]]{0,128})\]/.exec(sql.slice(open, open + 130))?.[1] ?? '';
  return inside.split("'").length % 2 === 0 || inside.split('"').length % 2 === 0;
}

/** Whether a colon behind it comes between two values, and is not the beginning of a placeholder. */
function endsOperand(char: string): boolean {
  return char !== '' && (isWordChar(char) || '"`]?'.includes(char));
}
