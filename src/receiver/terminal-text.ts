/** Text from outside, made safe and measurable for a terminal. */
import { inspect, stripVTControlCharacters } from 'node:util';

/** Longer texts are cut before anything else is done with them. */
const MAX_TEXT_LENGTH = 2_000;

/**
 * Text without escape sequences, control characters and marks that turn the direction of writing. Breaks of lines and tabs
 * become spaces.
 */
export function toPlainText(text: string): string {
  return stripVTControlCharacters(text.slice(0, MAX_TEXT_LENGTH))
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}]/gu, (mark) => (mark === '\u200d' ? mark : ''))
    .toWellFormed();
}

/** A value of an attribute or body in one line of plain text. */
export function formatValue(value: unknown): string {
  if (typeof value === 'string') return toPlainText(value);
  if (value === null || value === undefined) return '';
  const text = inspect(value, { depth: 4, breakLength: Infinity, compact: true, maxStringLength: 200, maxArrayLength: 20 });
  return toPlainText(text);
}

/** Marks that stand on the character before them, and characters that take two columns. */
const ZERO_WIDTH = /^[\p{M}\u200d]/u;
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

function widthOf(character: string): number {
  if (character < '\u0300') return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Cuts plain text to `columns`, with an ellipsis where something is missing, and fills it up with spaces. */
export function fit(text: string, columns: number): string {
  return cut(text, columns, true);
}

/** Cuts plain text to `columns`, with an ellipsis where something is missing. */
export function truncate(text: string, columns: number): string {
  return cut(text, columns, false);
}

function cut(text: string, columns: number, pads: boolean): string {
  let width = 0;
  let kept = '';
  /** What is kept when the text turns out to be too long: one column is then left for the ellipsis. */
  let short = '';
  let shortWidth = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) {
      kept = columns > 0 ? `${short}…` : '';
      width = columns > 0 ? shortWidth + 1 : 0;
      break;
    }
    kept += character;
    if (width < columns) {
      short = kept;
      shortWidth = width;
    }
  }
  return pads ? kept + ' '.repeat(Math.max(0, columns - width)) : kept;
}
