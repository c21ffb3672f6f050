/** @see https://www.w3.org/TR/trace-context-2/#trace-flags */
export const SAMPLED = 0x01;
/** Level 2: the right 56 bits of the trace id are random. */
export const RANDOM = 0x02;
