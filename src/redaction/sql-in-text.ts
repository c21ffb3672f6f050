/** Statements in messages and log lines, and what drivers and databases say about values. */
import { redactStrings } from './redact-sql-strings.ts';
import { REDACTED } from './secret-shapes.ts';

/** With a name behind it, or `select` with a `from` somewhere after it. */
const STATEMENT =
  /\b(?:(?:insert\s{1,8}(?:(?:ignore|overwrite|or\s{1,8}\w{1,16})\s{1,8})?into|replace\s{1,8}into|merge\s{1,8}into|delete\s{1,8}from)\s{1,8}[\w"`[\\]|update\s{1,8}[\w."`[\]\\]{1,128}\s{1,8}(?:(?:as\s{1,8})?\w{1,64}\s{1,8})?set\s|(?:create|alter)\s{1,8}(?:user|role|login)\s{1,8}[\w"`'[\\]|call\s{1,8}[\w.]{1,128}\s{0,4}\(|exec(?:ute)?\s{1,8}[\w.]{1,128}\s|select\s)/gi;
const FROM = /\bfrom\s{1,8}["`[(\\]?[A-Za-z_]/gi;
/** What the drivers and query builders call the values that go with a statement. */
const BOUND = /\b(params|parameters|bindings?|values)(["']?\s{0,4}(?::|=(?!=))\s{0,4})(\[[^\]\r\n]*\]?|[^\r\n[][^\r\n]*)/gi;

/** Each takes what stands before a value, and what stands behind it; in between may be anything but a line break. */
const SAID: readonly (readonly [before: RegExp, behind: RegExp])[] = [
  [/Duplicate entry '/g, /' for key/], // MySQL
  [/\b(?:Truncated )?incorrect [\w ]{1,40} value: '/gi, /'(?: for |$|\s)/],
  [/\bnear '/g, /' at line \d/],
  [/\bKey \([^()\r\n]{1,256}\)=\(/g, /\) (?:already exists|is not present|is still referenced|conflicts)|\)[.;"]?\s*$/], // PostgreSQL
  [/\bFailing row contains \(/g, /\)[."]?/],
  [/\binvalid (?:input (?:syntax|value)|value) for [\w ."]{1,80}: \\?"/g, /\\?"/],
  [/\b(?:field value out of range|malformed (?:array|record|range) literal|unterminated quoted \w{1,16} at or near):? \\?"/g, /\\?"/],
  [/\bnear "(?=[^"\r\n]{0,64}[\d'])(?![A-Za-z_]{1,64}\d{0,3}")/g, /": syntax error/], // SQLite: words and names stay
  [/\bvalue "/g, /" is out of range/],
  [/\bduplicate key value is \(/gi, /\)/], // SQL Server
  [/\bConversion failed when converting [\w ]{1,60} value '/g, /' to data type/],
  [/\bdup key: \{/g, /\}/], // MongoDB
  [/\bwith args beginning with: /g, /$/], // Redis
];

/**
 * Text without the values in its statements of SQL: strings that stand where values do become `?`. Numbers stay, since it is
 * not known where a statement ends. Values that a database repeats in a message go as well.
 */
export function redactStatements(text: string): string {
  let result = text;
  const start = statementStart(result);
  if (start !== -1) {
    result = redactStrings(result, start);
    result =
      result.slice(0, start) + result.slice(start).replace(BOUND, (_, name: string, separator: string) => `${name}${separator}${REDACTED}`);
  }
  for (const [before, behind] of SAID) result = redactSaid(result, before, behind);
  return result;
}

function statementStart(text: string): number {
  STATEMENT.lastIndex = 0;
  for (let match = STATEMENT.exec(text); match; match = STATEMENT.exec(text)) {
    if (!/^select/i.test(match[0])) return match.index;
    FROM.lastIndex = STATEMENT.lastIndex;
    if (FROM.test(text)) return match.index;
    // There is no `from` behind any further one either.
    const rest = text.slice(match.index).replace(/\bselect\b/gi, '      ');
    const further = statementStart(rest);
    return further === -1 ? -1 : match.index + further;
  }
  return -1;
}

function redactSaid(text: string, before: RegExp, behind: RegExp): string {
  let result = '';
  let done = 0;
  let line = 0;
  before.lastIndex = 0;
  for (let match = before.exec(text); match; match = before.exec(text)) {
    const start = before.lastIndex;
    if (line < start) line = text.indexOf('\n', start) === -1 ? text.length : text.indexOf('\n', start);
    const value = text.slice(start, line);
    const end = start + (behind.exec(value)?.index ?? value.length);
    result += text.slice(done, start) + REDACTED;
    done = end;
    before.lastIndex = end;
  }
  return result + text.slice(done);
}
