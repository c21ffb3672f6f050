/** What came of reading a value, and how it is said that it is wrong. */

export interface Wrong {
  readonly code: 'bad-value' | 'not-supported' | 'unreadable-file' | 'contradiction';
  /** `must be true or false` */
  readonly must: string;
  /** The value as it may be shown. */
  readonly got: string;
  /** A whole sentence about what is used now; without one, what counts is the next source or the default. */
  readonly now?: string;
}

export interface Reading {
  /** `undefined`: as if it were not set. */
  readonly value?: unknown;
  readonly wrong?: Wrong;
}

export const LONGEST_TEXT = 1024;
export const MOST_FAULTS_SHOWN = 3;

export function bad(must: string, got: string, now?: string): Reading {
  return { wrong: { code: 'bad-value', must: `must be ${must}`, got, ...(now !== undefined && { now }) } };
}

export function listFaults(faults: readonly string[]): string {
  const more = faults.length - MOST_FAULTS_SHOWN;
  return `${faults.slice(0, MOST_FAULTS_SHOWN).join(' and ')}${more > 0 ? ` and ${more} more` : ''}`;
}
