/** What checks of servers have in common. */

/** What is nice to know and not worth failing for: `undefined` where it cannot be read. */
export async function detailsOf<T>(read: () => T | PromiseLike<T>): Promise<T | undefined> {
  return Promise.resolve()
    .then(read)
    .catch(() => undefined);
}

/** Run `work`; when `signal` is aborted, before or meanwhile, run `onAbort`. */
export async function withAbort<T>(signal: AbortSignal, onAbort: () => void, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) {
    onAbort();
    throw signal.reason;
  }
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Drivers answer large numbers as text. */
export function numberOr(value: unknown): number | undefined {
  const number = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}
