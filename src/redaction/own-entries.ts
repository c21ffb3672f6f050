/** What people may write into `SIGNALBOX_REDACT_KEEP` and `SIGNALBOX_REDACT_ALSO`: names, and `/patterns/`. */
import { loadPart } from '../runtime/load-part.ts';
import { attempt } from '../runtime/contain.ts';
import { wordsOf } from './secret-names.ts';

const MAX_NAME_LENGTH = 256;
const PATTERN = /^\/(.+)\/([a-z]*)$/s;

/** What is between commas; those inside a pattern (`/x{1,3}/`) are its own. */
export function splitEntries(text: string): string[] {
  const entries = text.match(/\s*\/(?:[^\\/[]|\\.|\[(?:[^\\\]]|\\.)*\])+\/[a-z]*\s*(?=,|$)|[^,]+/g) ?? [];
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}

/** What is wrong about an entry, for people; `undefined` when it can be used. */
export function entryFault(entry: string, mayBePattern: boolean): string | undefined {
  if (entry.startsWith('/')) return mayBePattern ? patternFault(entry) : 'a pattern, where only names can be';
  return entry.length > MAX_NAME_LENGTH || wordsOf(entry) === '' || /[=*\u0000-\u001f\u007f]/.test(entry) ? 'not a name' : undefined;
}

function patternFault(entry: string): string | undefined {
  const [, source, flags] = PATTERN.exec(entry) ?? [];
  if (source === undefined || flags === undefined) return 'no regular expression: it must end with "/"';
  const pattern = attempt(() => new RegExp(source, flags));
  if (pattern === undefined) return 'no regular expression';
  if (attempt(() => pattern.test(''), true)) return 'it matches nothing at all, and so would everything';
  const { slownessOf } = loadPart<typeof import('./pattern-check.ts')>(import.meta.url, './pattern-check');
  const slowness = slownessOf(source, flags);
  return slowness === undefined ? undefined : `refused, for it may be slow: ${slowness}`;
}

/** The names and the patterns of entries without fault. */
export function readEntries(entries: readonly string[]): { readonly names: readonly string[]; readonly patterns: readonly RegExp[] } {
  const names: string[] = [];
  const patterns: RegExp[] = [];
  for (const entry of entries) {
    const [, source, flags = ''] = PATTERN.exec(entry) ?? [];
    if (source === undefined) names.push(entry);
    // What was redacted is matched first, and stays.
    else patterns.push(new RegExp(`REDACTED|(?:${source})`, `g${flags.replace(/[gyd]/g, '')}`));
  }
  return { names, patterns };
}
