/** How much of what an application passes in is kept: the one set of limits, where no setting has a smaller one. */

/**
 * Bytes of one encoded record, and characters of one value. A request holds at least one record, and must stay below the
 * 4 MiB that gRPC servers accept in one message by default.
 */
export const MAX_RECORD_BYTES = 3.5 * 1024 * 1024;
/** No string is longer, whatever the settings say; one value holds so many characters, all levels together. */
export const MAX_STRING_LENGTH = 3.5 * 1024 * 1024;
/** The same of a value with levels when a setting makes strings shorter. */
export const MAX_NESTED_LENGTH = 65_536;
/** Attribute keys, and names of scopes and events, in UTF-16 units. */
export const MAX_KEY_LENGTH = 256;
export const MAX_NAME_LENGTH = 1024;
/** Array elements and map entries in one value, all levels together. */
export const MAX_ITEMS = 1024;
/** Levels of arrays and maps in one value, and errors that are the cause of one another. */
export const MAX_DEPTH = 16;
/** More properties of one object are counted and not read. */
export const MAX_PROPERTIES_READ = 1024;

/** Longest attribute value in UTF-16 units; a limit that makes no sense means none. */
export function boundedLength(limit: number): number {
  return limit > 0 ? Math.min(limit, MAX_STRING_LENGTH) : MAX_STRING_LENGTH;
}
