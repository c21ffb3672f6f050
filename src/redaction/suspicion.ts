/** One cheap look at a text, so that ordinary ones cost no more than that. */

/** Bits of what `suspicionsOf` saw. None of them means that nothing in the text would be changed. */
export const MAYBE_KEY = 1;
export const MAYBE_CARD = 2;
export const MAYBE_ADDRESS = 4;
/** A separator as between name and value. */
export const MAYBE_NAMED = 8;
export const MAYBE_BEARER = 16;
/** Two dashes: a private key's frame, or a flag of a command line. */
export const MAYBE_DASHES = 32;

const OTHER = 0;
const LETTER = 1;
const DIGIT = 2;
/** Joins groups of digits. */
const JOINT = 3;
const SEPARATOR = 4;
const AT = 5;

const KINDS = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z]/.test(char)) KINDS[code] = LETTER;
  else if (/\d/.test(char)) KINDS[code] = DIGIT;
  else if (char === ' ' || char === '-' || char === '+') KINDS[code] = JOINT;
  else if (/[=:>]/.test(char)) KINDS[code] = SEPARATOR;
  else if (/[@%]/.test(char)) KINDS[code] = AT;
}

/** The first two letters of every pattern in `secret-shapes.ts`. */
const KEY_STARTS = 'ey AK AS AB AC AI ya GO gh gi gl sk rk wh xo xa np py dc SG ke xk hf sh do da SK sq EA hv AG';
/** The shortest of those patterns. */
const KEY_LENGTH = 11;
const starts = new Uint8Array(128 * 128);
for (const start of KEY_STARTS.split(' ')) starts[(start.charCodeAt(0) << 7) | start.charCodeAt(1)] = MAYBE_KEY;
for (const start of ['be', 'bE', 'Be', 'BE', 'ba', 'bA', 'Ba', 'BA']) {
  starts[(start.charCodeAt(0) << 7) | start.charCodeAt(1)] = MAYBE_BEARER;
}

export function suspicionsOf(text: string): number {
  let found = 0;
  let digits = 0;
  let previous = OTHER;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    let kind = code < 128 ? (KINDS[code] as number) : OTHER;
    switch (kind) {
      case LETTER:
        if (previous !== LETTER && previous !== DIGIT) found |= wordAt(text, i, code);
        digits = 0;
        break;
      case DIGIT:
        if (++digits === 13) found |= MAYBE_CARD;
        break;
      case JOINT:
        if (previous !== DIGIT) digits = 0;
        if (code === 0x2d && text.charCodeAt(i + 1) === 0x2d) found |= MAYBE_DASHES;
        break;
      case SEPARATOR:
        found |= MAYBE_NAMED;
        digits = 0;
        break;
      case AT:
        found |= MAYBE_ADDRESS;
        if (previous === DIGIT && isEncodedJoint(text, i)) {
          i += 2;
          kind = JOINT;
        } else digits = 0;
        break;
      default:
        digits = 0;
    }
    previous = kind;
  }
  return found;
}

/** `%20`, `%2B` and `%2D` between groups of digits. */
function isEncodedJoint(text: string, i: number): boolean {
  return text[i] === '%' && text[i + 1] === '2' && '0BDbd'.includes(text[i + 2] ?? ' ');
}

function wordAt(text: string, i: number, code: number): number {
  const start = starts[(code << 7) | (text.charCodeAt(i + 1) & 127)] as number;
  if (start === 0) return 0;
  const third = text.charCodeAt(i + 2) | 0x20;
  if (start === MAYBE_BEARER) return third === 0x61 || third === 0x73 ? MAYBE_BEARER : 0; // bea… and bas…
  for (let j = i + 2; j < i + KEY_LENGTH; j++) {
    const next = text.charCodeAt(j);
    const kind = next < 128 ? (KINDS[next] as number) : OTHER;
    if (kind !== LETTER && kind !== DIGIT && next !== 0x2d && next !== 0x2e && next !== 0x5f) return 0; // - . _
  }
  return MAYBE_KEY;
}
