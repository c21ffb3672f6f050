/** Globals as they were when signalbox was loaded: applications and test runners replace them, or watch them. */
export const { setTimeout, clearTimeout, setImmediate, SharedArrayBuffer } = globalThis;
export const random: () => number = Math.random;
