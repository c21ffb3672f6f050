/** Globals as they were when signalbox was loaded: applications and test runners replace them, or watch them. */
export const { setTimeout, clearTimeout, setImmediate, queueMicrotask, SharedArrayBuffer } = globalThis;
/** Of one clock for all threads of the process. */
export const monotonicNanos: () => bigint = process.hrtime.bigint;
export const random: () => number = Math.random;
