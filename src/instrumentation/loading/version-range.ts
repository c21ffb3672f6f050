/** Whether a release is one of those that an instrumentation knows: what of npm's ranges our own instrumentations need. */

/** `>=1.2.0 <3 || 5.0.1`; a part that is left out is 0. */
const COMPARATORS = /^\s*(?:[<>]?=?\s*\d+(?:\.\d+){0,2}(?:\s+|\s*\|\|\s*|$))+$/;
const COMPARATOR = /([<>]?=?)\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?/g;
const RELEASE = /^v?(\d+)\.(\d+)\.(\d+)(?:\+[\w.-]*)?$/;

type Parts = readonly [major: number, minor: number, patch: number];

/** Whether `satisfies` can read `range`: no carets, tildes, wildcards or pre-releases. */
export function isOfComparators(range: string): boolean {
  // A lone `2` means any release of that major.
  return COMPARATORS.test(range) && !/(?:^|\s|\|)\d+(?:\.\d+)?(?=\s|\||$)/.test(range.replace(/([<>=])\s+/g, '$1'));
}

/** As npm has it: a pre-release satisfies none of these ranges. */
export function satisfies(version: string, range: string): boolean {
  const release = RELEASE.exec(version);
  if (release === null) return false;
  const parts = partsOf(release.slice(1));
  return range
    .split('||')
    .some((all) =>
      [...all.matchAll(COMPARATOR)].every(([, operator, ...limit]) => holds(operator as string, compare(parts, partsOf(limit)))),
    );
}

function partsOf([major, minor, patch]: readonly (string | undefined)[]): Parts {
  return [Number(major), Number(minor ?? 0), Number(patch ?? 0)];
}

function compare(a: Parts, b: Parts): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function holds(operator: string, order: number): boolean {
  switch (operator) {
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    default:
      return order === 0;
  }
}
