/** Longer names are not compared: nobody mistypes them, and comparing costs the product of both lengths. */
const LONGEST_COMPARED = 80;

/**
 * The name in `known` that `name` most likely stands for, or `undefined` when none is close.
 *
 * @param most - edits (one letter added, left out, changed, or two neighbours swapped) that are still close;
 *   a third of the length when not given.
 */
export function nearestName(name: string, known: Iterable<string>, most?: number): string | undefined {
  if (name.length > LONGEST_COMPARED) return undefined;
  let best: string | undefined;
  let fewest = (most ?? Math.max(1, Math.floor(name.length / 3))) + 1;
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
