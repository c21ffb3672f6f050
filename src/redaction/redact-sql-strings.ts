/** Strings in statements that stand in text: in a message, in a line of a log. */
import {
  END_IN_DOUBT,
  endOfDollar,
  endOfLine,
  endOfString,
  endOfWord,
  isSpace,
  isWordChar,
  isWordStart,
  STRING_PREFIX,
} from './sql-lexer.ts';
import { createListTracker, isQuotedValue } from './sql-values.ts';

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
      if (char === '$' && end === END_IN_DOUBT) dollarsClose = false;
      const isLiteral = char !== '$' || (end > i + 1 && text[end - 1] === '$');
      if (isValue && isLiteral && !isApostrophe && !(char === '"' && text[end] === '.')) {
        result += `${text.slice(done, text[i - 1] === '\\' ? i - 1 : i)}?`;
        done = end === END_IN_DOUBT ? Math.max(endOfLine(text, i), endOfString(text, i, true)) : end;
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
  return close === -1 ? END_IN_DOUBT : close + 2;
}
