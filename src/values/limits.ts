/** How much of what an application passes in is kept: the one set of limits, where no setting has a smaller one. */

/** Attribute keys, and names of scopes and events, in UTF-16 units. */
export const MAX_KEY_LENGTH = 256;
export const MAX_NAME_LENGTH = 1024;
/** No string is longer, whatever the limits say. */
export const MAX_STRING_LENGTH = 1_048_576;
/** Array elements and map entries in one value, all levels together. */
export const MAX_ITEMS = 1024;
export const MAX_DEPTH = 16;
/** Characters in one value, all levels together, unless one string may be longer. */
export const MAX_NESTED_LENGTH = 65_536;
/** More properties of one object are counted and not read. */
export const MAX_PROPERTIES_READ = 1024;

/** Longest attribute value in UTF-16 units; a limit that makes no sense means none. */
export function boundedLength(limit: number): number {
  return limit > 0 ? Math.min(limit, MAX_STRING_LENGTH) : MAX_STRING_LENGTH;
}
