/**
 * Whether a regular expression that somebody configured may be slow: JavaScript tries every way to match, and a text can be
 * made so that there are very many. Decided from the pattern alone, and against it where in doubt, for a pattern that runs too
 * long cannot be stopped.
 *
 * What passes takes, for each character of a text, a number of steps that does not grow with the text.
 */
import { parsePattern, type CharSet, type Node } from './parse-pattern.ts';

/** Ways to match that are tried at one place of a text. */
const MAX_WAYS = 256;
/** A repetition that may go on for longer is as one without an end. */
const MAX_REPEATS = 1000;
/** A group that may differ from turn to turn is looked at turn by turn. */
const MAX_UNROLLED = 20;
const MAX_LENGTH = 512;

/** What must come behind a part: the characters it may begin with; `isOptional` when the pattern ends here if it does not. */
interface Follow {
  readonly set: CharSet;
  readonly isOptional: boolean;
}

/** What a part may begin with, whether it can match nothing, and whether it does so wherever it stands (`x?`, but not `$`). */
interface First {
  readonly set: CharSet;
  readonly isOptional: boolean;
  readonly isCertain: boolean;
}

const NOTHING_FOLLOWS: Follow = { set: 0n, isOptional: true };

/** A sentence of why not, without its full stop; `undefined` when the pattern may run. */
export function slownessOf(source: string, flags: string): string | undefined {
  if (source.length > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} characters`;
  const parsed = parsePattern(source, flags);
  if (typeof parsed === 'string') return parsed;
  const ways = { count: 1 };
  const fault = faultIn(parsed, NOTHING_FOLLOWS, [], ways);
  if (fault !== undefined) return fault;
  return ways.count > MAX_WAYS ? 'it can match in too many ways' : undefined;
}

/**
 * @param before - sets of the characters that must have come, in this order, before `node`; `edge` where a word or the text begins.
 */
function faultIn(node: Node, follow: Follow, before: readonly Before[], ways: { count: number }): string | undefined {
  switch (node.kind) {
    case 'set':
    case 'edge':
      return undefined;
    case 'look':
      if (!isBounded(node.body)) return 'it repeats without an end inside of (?=…), (?!…), (?<=…) or (?<!…)';
      return faultIn(node.body, NOTHING_FOLLOWS, [], ways);
    case 'choice': {
      if (!isDisjoint(node.options)) ways.count *= node.options.length;
      return node.options.map((option) => faultIn(option, follow, before, ways)).find((fault) => fault !== undefined);
    }
    case 'sequence':
      return faultInSequence(node.items, follow, before, ways);
    case 'repeat':
      return faultInRepeat(node, follow, before, ways);
  }
}

function faultInSequence(items: readonly Node[], follow: Follow, before: readonly Before[], ways: { count: number }): string | undefined {
  const passed = [...before];
  for (const [i, item] of items.entries()) {
    const fault = faultIn(item, followOf(items.slice(i + 1), follow), passed, ways);
    if (fault !== undefined) return fault;
    if (item.kind === 'edge') passed.push({ edge: item.edge });
    else if (!firstOf(item).isOptional) passed.push({ set: allOf(item) });
  }
  return undefined;
}

type Before = { readonly set: CharSet; readonly edge?: undefined } | { readonly edge: 'word' | 'text' | 'other'; readonly set?: undefined };

function faultInRepeat(
  node: Extract<Node, { kind: 'repeat' }>,
  follow: Follow,
  before: readonly Before[],
  ways: { count: number },
): string | undefined {
  const { body, min, max } = node;
  if (max > 1 && max <= MAX_UNROLLED && !isFixed(body)) return faultInSequence(unroll(node), follow, before, ways);
  if (max > 1 && !isFixed(body)) return 'it repeats a group that repeats or has alternatives itself';
  const fault = faultIn(body, follow, before, ways);
  if (fault !== undefined || min === max) return fault;
  const set = allOf(body);
  if (follow.isOptional) return undefined; // it takes all it can, and is done
  const isAmbiguous = (set & follow.set) !== 0n;
  if (max <= MAX_REPEATS) {
    if (isAmbiguous) ways.count *= max - min + 1;
    return undefined;
  }
  if (isAmbiguous) return 'what follows a repetition may be a part of it';
  return startsOnce(set, before)
    ? undefined
    : 'its beginning may be a part of a repetition; bound that, as in {1,64}, or begin with what it cannot hold';
}

/** Whether a run of `set` can be entered at one place only: behind a character that is not in it, or where a word begins. */
function startsOnce(set: CharSet, before: readonly Before[]): boolean {
  if (before.some((part) => (part.set !== undefined ? (part.set & set) === 0n : part.edge === 'text'))) return true;
  return before.at(-1)?.edge === 'word' && (set & ~WORD_SET) === 0n;
}

const WORD_SET = (parsePattern('\\w', '') as Extract<Node, { kind: 'set' }>).set;

/** Whether the first character tells which option it is. */
function isDisjoint(options: readonly Node[]): boolean {
  const firsts = options.map((option) => firstOf(option).set);
  return !firsts.some((set, i) => firsts.some((other, j) => i < j && (set & other) !== 0n));
}

function isBounded(node: Node): boolean {
  switch (node.kind) {
    case 'choice':
      return node.options.every(isBounded);
    case 'sequence':
      return node.items.every(isBounded);
    case 'repeat':
      return node.max <= MAX_REPEATS && isBounded(node.body);
    case 'look':
      return isBounded(node.body);
    default:
      return true;
  }
}

/** One way through any text. */
function isFixed(node: Node): boolean {
  switch (node.kind) {
    case 'set':
    case 'edge':
      return true;
    case 'sequence':
      return node.items.every(isFixed);
    case 'choice':
      return node.options.every((option) => isFixed(option) && !firstOf(option).isOptional) && isDisjoint(node.options);
    case 'repeat':
      return node.min === node.max && node.max <= MAX_REPEATS && isFixed(node.body);
    default:
      return false;
  }
}

/** A short repetition as what it stands for, one after the other. */
function unroll({ body, min, max }: Extract<Node, { kind: 'repeat' }>): Node[] {
  return Array.from({ length: max }, (_, i) => (i < min ? body : { kind: 'repeat', body, min: 0, max: 1 }));
}

function followOf(items: readonly Node[], follow: Follow): Follow {
  const { set, isOptional, isCertain } = firstOfAll(items);
  return isOptional ? { set: set | follow.set, isOptional: follow.isOptional && isCertain } : { set, isOptional };
}

function firstOfAll(items: readonly Node[]): First {
  let set = 0n;
  let isCertain = true;
  for (const item of items) {
    const first = firstOf(item);
    set |= first.set;
    isCertain &&= first.isCertain;
    if (!first.isOptional) return { set, isOptional: false, isCertain };
  }
  return { set, isOptional: true, isCertain };
}

function firstOf(node: Node): First {
  switch (node.kind) {
    case 'set':
      return { set: node.set, isOptional: false, isCertain: false };
    case 'edge':
    case 'look':
      return { set: 0n, isOptional: true, isCertain: false }; // takes nothing, and may fail
    case 'choice': {
      const firsts = node.options.map(firstOf);
      return {
        set: firsts.reduce((set, first) => set | first.set, 0n),
        isOptional: firsts.some((first) => first.isOptional),
        isCertain: firsts.some((first) => first.isCertain),
      };
    }
    case 'sequence':
      return firstOfAll(node.items);
    case 'repeat': {
      const first = firstOf(node.body);
      return { set: first.set, isOptional: first.isOptional || node.min === 0, isCertain: first.isCertain || node.min === 0 };
    }
  }
}

/** Every character that can be in it. */
function allOf(node: Node): CharSet {
  switch (node.kind) {
    case 'set':
      return node.set;
    case 'edge':
    case 'look':
      return 0n;
    case 'choice':
      return node.options.reduce((set, option) => set | allOf(option), 0n);
    case 'sequence':
      return node.items.reduce((set, item) => set | allOf(item), 0n);
    case 'repeat':
      return allOf(node.body);
  }
}
