/** Longer names are not compared: nobody mistypes them, and comparing costs the product of both lengths. */
const LONGEST_COMPARED = 80;

/**
 * The name in `known` that `name` most likely stands for, or `undefined` when none is close.
 *
 * @param most - edits (one letter added, left out, changed, or two neighbours swapped) that are still close;
 *   a third of the length, but no more than three, when not given.
 */
export function nearestName(name: string, known: Iterable<string>, most?: number): string | undefined {
  if (name.length > LONGEST_COMPARED) return undefined;
  let best: string | undefined;
  let fewest = (most ?? Math.min(3, Math.max(1, Math.floor(name.length / 3)))) + 1;
  const wanted = name.toUpperCase();
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= fewest) continue;
    const edits = countEdits(wanted, candidate.toUpperCase());
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

/**
 * The name in `known` that says all words of `name` (`OTEL_BSP_MAX_BATCH_SIZE`) in their order and the fewest others, the first
 * of equals; a word may be cut short (`CERT`), and the first may be missing.
 */
export function fullerName(name: string, known: Iterable<string>): string | undefined {
  const [first = '', ...words] = name.toUpperCase().split('_');
  if (words.length === 0 || name.length > LONGEST_COMPARED) return undefined;
  let best: string | undefined;
  let fewest = Infinity;
  for (const candidate of known) {
    const there = candidate.split('_');
    const isOther = there[0] !== first;
    if (!holdsInOrder(there, words)) continue;
    const others = there.length - words.length + (isOther ? 1 : 0);
    if (others >= fewest) continue;
    fewest = others;
    best = candidate;
  }
  return best;
}

function holdsInOrder(all: readonly string[], words: readonly string[]): boolean {
  let found = 0;
  for (const word of all) {
    const wanted = words[found];
    if (wanted !== undefined && (word === wanted || (wanted.length >= 4 && word.startsWith(wanted)))) found++;
  }
  return found === words.length;
}

/** Damerau and Levenshtein's distance, in its variant that edits no part twice. */
function countEdits(a: string, b: string): number {
  const width = b.length + 1;
  let beforeLast = new Uint16Array(width);
  let last = Uint16Array.from({ length: width }, (_, column) => column);
  let current = new Uint16Array(width);
  for (let row = 1; row <= a.length; row++) {
    current[0] = row;
    for (let column = 1; column < width; column++) {
      const same = a[row - 1] === b[column - 1];
      let edits = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        edits = Math.min(edits, beforeLast[column - 2]! + 1);
      }
      current[column] = edits;
    }
    [beforeLast, last, current] = [last, current, beforeLast];
  }
  return last[b.length]!;
}
