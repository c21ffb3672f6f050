/** Globals as they were when signalbox was loaded: applications and test runners replace them, or watch them. */
export const { setTimeout, clearTimeout, setImmediate, queueMicrotask, SharedArrayBuffer } = globalThis;
/** Not there in Node.js before 20.16. */
export const getBuiltinModule: typeof process.getBuiltinModule = process.getBuiltinModule;
/** Of one clock for all threads of the process. */
export const monotonicNanos: () => bigint = process.hrtime.bigint;
export const random: () => number = Math.random;
