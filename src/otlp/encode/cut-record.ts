/** The ends of the longest values of a record are cut off until it fits. Loaded for the first record that does not. */
import type { PlainMap, PlainValue } from '../../values/plain-value.ts';
import type { Redact } from '../types.ts';

/** What was cut off from the values under one key, in bytes of UTF-8. The empty key is the body of a log, or the message of a status. */
export interface Cut {
  readonly key: string;
  readonly fromBytes: number;
  readonly toBytes: number;
}

/** What was cut off already when it was recorded; see `AttributeBag`. */
interface CutBefore {
  readonly cutOff?: ReadonlyMap<string, number>;
}
/** A span or a log record. */
export type Cuttable = CutBefore & { readonly events?: readonly CutBefore[]; readonly links?: readonly CutBefore[] };
export type Encode<R> = (record: R, redact: Redact) => Uint8Array;

/** How often the bytes that texts take are guessed from what they took the time before. */
const MOST_GUESSES = 4;

/** A value on its way: as it was recorded, what of it may leave, and whether some of it was cut off. */
interface Passing {
  readonly key: string;
  readonly whole: PlainValue;
  leaving: PlainValue | undefined;
  isCut: boolean;
}

interface Fitted {
  readonly bytes: Uint8Array;
  readonly cuts: readonly Cut[];
}

/** `record` in at most `maxBytes`, and what was cut off for that. */
export function encodeCut<R extends object>(encode: Encode<R>, record: R, redact: Redact, maxBytes: number): Fitted {
  const passing: Passing[] = [];
  const withoutValues = encode(record, (key, whole) => {
    passing.push({ key, whole, leaving: whole, isCut: cutBefore(record, key) > 0 });
    return null;
  });
  const wanted = maxBytes - withoutValues.length;
  // Cut before they are redacted, to bound the work, and again afterwards, when their sizes are known.
  cutAll(passing, wanted, LONGEST_WORD);
  for (const each of passing) each.leaving = each.leaving === undefined ? undefined : redact(each.key, each.leaving);

  let room = wanted;
  for (let attempt = 1; ; attempt++) {
    cutAll(passing, room);
    let at = 0;
    const bytes = encode(record, () => passing[at++]?.leaving);
    const tooMany = bytes.length - maxBytes;
    if (tooMany <= 0 || room <= 0) return { bytes, cuts: cutsOf(record, passing) };
    // Texts take more bytes than they have: escaped in JSON, bytes in base64. Each that is cut off saves one at least.
    room = attempt < MOST_GUESSES ? Math.floor((room * wanted) / (wanted + tooMany)) : room - tooMany;
  }
}

/** Cut the longest texts of all values, so that all of them together take at most `room`; `spare` more of each that is cut, less its last word. */
function cutAll(passing: readonly Passing[], room: number, spare = 0): void {
  const level = waterLevel(
    passing.flatMap(({ leaving }) => textSizes(leaving)),
    room,
  );
  if (level === Infinity) return;
  for (const each of passing) {
    const before = bytesIn(each.leaving);
    each.leaving = each.leaving === undefined ? undefined : cutTexts(each.leaving, level + spare, spare > 0);
    each.isCut ||= bytesIn(each.leaving) < before;
  }
}

/**
 * The longest that each of `sizes` may be, so that all of them have room together: the short ones keep what they have, and
 * the long ones share the rest. Infinity when nothing needs to be cut.
 */
export function waterLevel(sizes: readonly number[], room: number): number {
  const rising = sizes.toSorted((a, b) => a - b);
  let left = Math.max(0, room);
  for (const [at, size] of rising.entries()) {
    const share = Math.floor(left / (rising.length - at));
    if (size > share) return share;
    left -= size;
  }
  return Infinity;
}

/** What was cut, each key once: the longest of its values. */
function cutsOf(record: Cuttable, passing: readonly Passing[]): Cut[] {
  const cuts = new Map<string, Cut>();
  for (const { key, whole, leaving, isCut } of passing) {
    if (!isCut) continue;
    const fromBytes = bytesIn(whole) + cutBefore(record, key);
    if (fromBytes > (cuts.get(key)?.fromBytes ?? 0)) cuts.set(key, { key, fromBytes, toBytes: bytesIn(leaving) });
  }
  return [...cuts.values()];
}

/** How much was cut off under `key` when it was recorded. */
function cutBefore(record: Cuttable, key: string): number {
  const bags = [record, ...(record.events ?? []), ...(record.links ?? [])];
  return Math.max(0, ...bags.map(({ cutOff }) => cutOff?.get(key) ?? 0));
}

/** Bytes of each text in `value`, and of each list of bytes. */
function textSizes(value: PlainValue | undefined): number[] {
  if (typeof value === 'string') return [Buffer.byteLength(value)];
  if (typeof value !== 'object' || value === null) return [];
  return value instanceof Uint8Array ? [value.length] : Object.values<PlainValue>(value).flatMap(textSizes);
}

function bytesIn(value: PlainValue | undefined): number {
  return textSizes(value).reduce((sum, size) => sum + size, 0);
}

/** `value`, with no text longer than `maxBytes`. */
function cutTexts(value: PlainValue, maxBytes: number, isWordwise: boolean): PlainValue {
  if (typeof value === 'string') {
    const text = cutText(value, maxBytes);
    return isWordwise && text !== value ? withoutLastWord(text) : text;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return value.subarray(0, maxBytes);
  if (Array.isArray(value)) return (value as readonly PlainValue[]).map((item) => cutTexts(item, maxBytes, isWordwise));
  return Object.fromEntries(Object.entries(value as PlainMap).map(([key, item]) => [key, cutTexts(item, maxBytes, isWordwise)]));
}

/** At most `maxBytes` of UTF-8, and no half of a character. */
function cutText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text);
  let end = maxBytes;
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/** A key, an address or a card number that was cut in two is not known for one any more: what may be the half of one goes too. */
const LONGEST_WORD = 256;
const LAST_WORD = /(?:\d[\d +.\u00a0-]*)?[^\s"'`,;&|<>(){}[\]]*$/;

function withoutLastWord(text: string): string {
  const tail = text.slice(-LONGEST_WORD);
  return text.slice(0, text.length - (LAST_WORD.exec(tail)?.[0].length ?? 0));
}
