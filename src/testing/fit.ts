/** Whether a value is what a test expects, and what is different where it is not. */
import { inspect, isDeepStrictEqual } from 'node:util';

/** A value; a pattern for a text; a function that says whether it fits; or a matcher of vitest or jest: `expect.any(Number)`. */
export type Expected = unknown;

export function fits(expected: Expected, actual: unknown): boolean {
  if (expected instanceof RegExp) return typeof actual === 'string' && expected.test(actual);
  if (typeof expected === 'function') return (expected as (value: unknown) => unknown)(actual) === true;
  const { asymmetricMatch } = (expected ?? {}) as { asymmetricMatch?: (value: unknown) => boolean };
  if (typeof asymmetricMatch === 'function') return asymmetricMatch.call(expected, actual);
  return isDeepStrictEqual(expected, actual);
}

/** One line a difference; none where all that is expected is there. What is not expected may be anything. */
export function differences(what: string, expected: Expected, actual: unknown): string[] {
  return fits(expected, actual) ? [] : [`${what}: expected ${show(expected)}, got ${show(actual)}`];
}

export function attributeDifferences(
  what: string,
  expected: Readonly<Record<string, Expected>> | undefined,
  actual: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(expected ?? {}).flatMap(([name, value]) => differences(`${what}[${show(name)}]`, value, actual[name]));
}

export function show(value: unknown): string {
  if (typeof value === 'function') return value.name === '' ? 'a value that the function accepts' : value.name;
  const text = inspect(value, { depth: 4, compact: true, breakLength: Infinity, maxStringLength: 200, maxArrayLength: 20 });
  // Texts as they would be written in JSON, for those of one kind stand beside each other.
  return typeof value === 'string' ? JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value) : text;
}
