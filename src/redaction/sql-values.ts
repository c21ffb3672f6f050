/** Where a statement of SQL has values. */

/** What a value stands behind, beside `=`, `<`, `>`, `!` and `~`. */
const VALUE_FOLLOWS = /^(?:like|ilike|rlike|regexp|glob)$/i;

/** Knows whether what comes next is an element of `VALUES (…)` or `IN (…)`. */
export interface ListTracker {
  word(text: string): void;
  bracket(char: string): void;
  isInside(): boolean;
}

export function createListTracker(): ListTracker {
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
export function isQuotedValue(sign: string, word: string, lists: ListTracker): boolean {
  return /[=<>!~]/.test(sign) || VALUE_FOLLOWS.test(word) || (lists.isInside() && (sign === '(' || sign === ','));
}
