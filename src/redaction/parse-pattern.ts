/** The parts of a regular expression, as far as its speed depends on them. */

/** A bit for each character of ASCII, and one for all others. */
export type CharSet = bigint;

export type Node =
  | { readonly kind: 'set'; readonly set: CharSet }
  /** `\b` (word), `^` without the flag m (text), and the others: take no character, and may fail. */
  | { readonly kind: 'edge'; readonly edge: 'word' | 'text' | 'other' }
  | { readonly kind: 'look'; readonly body: Node }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'repeat'; readonly body: Node; readonly min: number; readonly max: number };

const OTHERS = 1n << 128n;
const ALL = OTHERS | ((1n << 128n) - 1n);

/** Why it is not parsed; thrown inside. */
class Unsupported extends Error {}

/** @returns the parts, or why they are not told. `source` must be a valid regular expression. */
export function parsePattern(source: string, flags: string): Node | string {
  if (/[^gimsuyd]/.test(flags)) return `its flag ${/[^gimsuyd]/.exec(flags)?.[0]} is not supported`;
  try {
    const state: State = { source, at: 0, ignoresCase: flags.includes('i'), flags };
    const node = parseChoice(state);
    return state.at < source.length ? 'its brackets do not fit' : node;
  } catch (error) {
    if (error instanceof Unsupported) return error.message;
    throw error;
  }
}

interface State {
  readonly source: string;
  readonly flags: string;
  readonly ignoresCase: boolean;
  at: number;
}

function parseChoice(state: State): Node {
  const options = [parseSequence(state)];
  while (state.source[state.at] === '|') {
    state.at++;
    options.push(parseSequence(state));
  }
  return options.length === 1 ? (options[0] as Node) : { kind: 'choice', options };
}

function parseSequence(state: State): Node {
  const items: Node[] = [];
  while (state.at < state.source.length && !'|)'.includes(state.source[state.at] as string)) items.push(parseRepeat(state));
  return items.length === 1 ? (items[0] as Node) : { kind: 'sequence', items };
}

const QUANTIFIER = /[*+?]|\{(\d+)(,(\d*))?\}/y;

function parseRepeat(state: State): Node {
  const body = parseAtom(state);
  QUANTIFIER.lastIndex = state.at;
  const found = QUANTIFIER.exec(state.source);
  if (found === null) return body;
  state.at = QUANTIFIER.lastIndex;
  if (state.source[state.at] === '?') state.at++;
  const [sign, least = '0', upTo, most] = found;
  if (sign === '*' || sign === '+') return { kind: 'repeat', body, min: sign === '+' ? 1 : 0, max: Infinity };
  if (sign === '?') return { kind: 'repeat', body, min: 0, max: 1 };
  const min = Number(least);
  return { kind: 'repeat', body, min, max: upTo === undefined ? min : most === '' ? Infinity : Number(most) };
}

function parseAtom(state: State): Node {
  const char = String.fromCodePoint(state.source.codePointAt(state.at) as number);
  state.at += char.length;
  switch (char) {
    case '(':
      return parseGroup(state);
    case '[':
      return { kind: 'set', set: parseClass(state) };
    case '.':
      return { kind: 'set', set: ALL };
    case '^':
      return { kind: 'edge', edge: state.flags.includes('m') ? 'other' : 'text' };
    case '$':
      return { kind: 'edge', edge: 'other' };
    case '\\':
      return parseEscape(state);
    default:
      return { kind: 'set', set: charSet(char, state) };
  }
}

const GROUP = /\?(?::|<?[=!]|<[^>]+>)/y;

function parseGroup(state: State): Node {
  GROUP.lastIndex = state.at;
  const mark = GROUP.exec(state.source)?.[0] ?? '';
  if (mark === '' && state.source[state.at] === '?') throw new Unsupported('it changes flags inside of it');
  state.at += mark.length;
  const body = parseChoice(state);
  state.at++; // the closing bracket
  return /[=!]$/.test(mark) ? { kind: 'look', body } : body;
}

function parseEscape(state: State): Node {
  const char = state.source[state.at] as string;
  if (char === 'b' || char === 'B') {
    state.at++;
    return { kind: 'edge', edge: char === 'b' ? 'word' : 'other' };
  }
  if (/[1-9k]/.test(char)) throw new Unsupported('it refers back to a group');
  return { kind: 'set', set: parseEscapedSet(state) };
}

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', v: '\v', f: '\f', '0': '\0' };
const CODE = /x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{([\da-fA-F]+)\}/y;

/** Behind the backslash. */
function parseEscapedSet(state: State): CharSet {
  const { source } = state;
  const char = source[state.at] as string;
  CODE.lastIndex = state.at;
  const code = CODE.exec(source);
  if (code !== null) {
    state.at = CODE.lastIndex;
    return charSet(String.fromCodePoint(Number.parseInt((code[1] ?? code[2] ?? code[3]) as string, 16)), state);
  }
  state.at++;
  if (/[dws]/i.test(char)) return setOf(new RegExp(`\\${char}`)) | (/[DWS]|s/.test(char) ? OTHERS : 0n);
  if (/p/i.test(char)) {
    state.at = source.indexOf('}', state.at) + 1;
    return ALL; // in doubt, every character
  }
  if (char === 'c') {
    state.at++;
    return ALL;
  }
  return charSet(CONTROLS[char] ?? char, state);
}

function parseClass(state: State): CharSet {
  const { source } = state;
  const isNegated = source[state.at] === '^';
  if (isNegated) state.at++;
  let set = 0n;
  while (state.at < source.length && source[state.at] !== ']') {
    const first = parseClassItem(state);
    if (source[state.at] === '-' && source[state.at + 1] !== ']' && first.char !== undefined) {
      state.at++;
      const last = parseClassItem(state);
      set |= last.char === undefined ? first.set | last.set | charSet('-', state) : rangeSet(first.char, last.char, state);
    } else set |= first.set;
  }
  state.at++;
  return isNegated ? (ALL & ~set) | OTHERS : set;
}

/** One character of a class, with its set, or a set alone (`\d`). */
function parseClassItem(state: State): { readonly set: CharSet; readonly char?: string } {
  const char = String.fromCodePoint(state.source.codePointAt(state.at) as number);
  state.at += char.length;
  if (char !== '\\') return { set: charSet(char, state), char };
  const next = state.source[state.at] as string;
  if (next === 'b') {
    state.at++;
    return { set: charSet('\b', state), char: '\b' };
  }
  const set = parseEscapedSet(state);
  return /[a-z\d]/i.test(next) ? { set } : { set, char: next };
}

function rangeSet(from: string, to: string, state: State): CharSet {
  const [first, last] = [from.codePointAt(0) as number, to.codePointAt(0) as number];
  let set = last > 127 ? OTHERS : 0n;
  for (let code = first; code <= Math.min(last, 127); code++) set |= charSet(String.fromCodePoint(code), state);
  return set;
}

function charSet(char: string, { ignoresCase }: State): CharSet {
  const bit = (each: string): CharSet => ((each.codePointAt(0) as number) < 128 ? 1n << BigInt(each.codePointAt(0) as number) : OTHERS);
  return ignoresCase ? bit(char.toLowerCase()) | bit(char.toUpperCase()) : bit(char);
}

function setOf(pattern: RegExp): CharSet {
  let set = 0n;
  for (let code = 0; code < 128; code++) if (pattern.test(String.fromCharCode(code))) set |= 1n << BigInt(code);
  return set;
}
