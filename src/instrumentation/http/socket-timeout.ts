import type { Socket } from 'node:net';

/** The timer of a connection's time-out, as Node.js holds it. */
interface Timer {
  /** `null` from when it fires until it is set anew. */
  readonly _idleNext?: object | null;
}

let timerKey: symbol | undefined;

/**
 * Whether a connection was silent for longer than its time-out, and nothing came since. For whoever may not listen: that would be
 * counted among the application's listeners.
 */
export function isTimingOut(socket: Socket | null | undefined): boolean {
  if (!socket || socket.destroyed || !socket.timeout) return false;
  timerKey ??= Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'timeout');
  const timer = timerKey === undefined ? undefined : (socket as unknown as Partial<Record<symbol, Timer | null>>)[timerKey];
  return timer?._idleNext === null;
}
