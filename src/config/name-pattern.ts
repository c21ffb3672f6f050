/** Patterns of names in which `*` stands for any text: `http.*`, `/api/*`. */

/** Linear: each piece is looked for behind the one before. */
export function matchesPattern(name: string, pattern: string): boolean {
  const [first = '', ...pieces] = pattern.split('*');
  if (pieces.length === 0) return name === pattern;
  const last = pieces.pop() as string;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = name.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at + last.length <= name.length;
}

/** Of several patterns that fit, the one with the most letters says the most; one without `*` more than one with the same letters. */
export function patternWeight(pattern: string): number {
  return pattern.replaceAll('*', '').length * 2 + (pattern.includes('*') ? 0 : 1);
}
