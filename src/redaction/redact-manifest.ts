/** The data of a Secret of Kubernetes, as YAML and as JSON. Under its keys, which may be any, everything is secret. */
import { closingBracket, closingQuote } from './value-end.ts';
import { REDACTED } from './secret-shapes.ts';

export const MANIFEST_KIND = /\bkind\\?["']?\s{0,4}:\s{0,4}\\?["']?Secret\b(?![\w-])/;
const BLOCK = /(?:^|\n)([ \t]{0,32})(?:stringData|data):[ \t]{0,8}(?=\r?\n)/g;
const FIELD = /(?<![\w-])(?:stringData|data)\\{0,3}["']\s{0,4}:\s{0,4}(?=\{)/g;
/** In a line of a block: its indentation and key. */
const LINE_KEY = /^[ \t]{1,64}["']?[\w.-]{1,253}["']?:(?=[ \t]|$)/;
/** Up to a value in quotes. */
const BEFORE_VALUE = /:\s{0,4}(\\{0,3}")/g;

export function redactManifest(text: string): string {
  return MANIFEST_KIND.test(text) ? redactFields(redactBlocks(text)) : text;
}

function redactBlocks(text: string): string {
  let result = '';
  let done = 0;
  BLOCK.lastIndex = 0;
  for (let block = BLOCK.exec(text); block; block = BLOCK.exec(text)) {
    const indent = (block[1] as string).length;
    let end = BLOCK.lastIndex;
    result += text.slice(done, end);
    while (end < text.length) {
      const from = text.indexOf('\n', end) + 1;
      const next = text.indexOf('\n', from) === -1 ? text.length : text.indexOf('\n', from);
      const line = text.slice(from, next);
      if (from === 0 || (line.trim() !== '' && indentOf(line) <= indent)) break;
      result += text.slice(end, from) + redactLine(line);
      end = next;
    }
    done = BLOCK.lastIndex = end;
  }
  return result + text.slice(done);
}

function indentOf(line: string): number {
  return /^[ \t]{0,64}/.exec(line)?.[0].length ?? 0;
}

function redactLine(line: string): string {
  const content = line.trim();
  if (content === '' || content.startsWith('#')) return line;
  const key = LINE_KEY.exec(line.slice(0, 320))?.[0] ?? line.slice(0, indentOf(line));
  const value = line.slice(key.length).trim();
  if (value === '' || value === REDACTED || /^[|>][+-]?$/.test(value)) return line;
  return `${key}${key.endsWith(':') ? ' ' : ''}${REDACTED}`;
}

function redactFields(text: string): string {
  let result = '';
  let done = 0;
  FIELD.lastIndex = 0;
  for (let field = FIELD.exec(text); field; field = FIELD.exec(text)) {
    const from = FIELD.lastIndex;
    const end = closingBracket(text, from);
    result += text.slice(done, from) + redactTexts(text.slice(from, end));
    done = FIELD.lastIndex = end;
  }
  return result + text.slice(done);
}

function redactTexts(fields: string): string {
  let result = '';
  let done = 0;
  BEFORE_VALUE.lastIndex = 0;
  for (let value = BEFORE_VALUE.exec(fields); value; value = BEFORE_VALUE.exec(fields)) {
    const from = BEFORE_VALUE.lastIndex;
    result += fields.slice(done, from) + REDACTED;
    done = BEFORE_VALUE.lastIndex = closingQuote(fields, from, value[1] as string);
  }
  return result + fields.slice(done);
}
