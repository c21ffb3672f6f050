import { clearTimeout, setTimeout } from './captured.ts';

/** Whether `work` was done, however it ended, within `ms`. With `hold` (the default) the process stays alive meanwhile. */
export function settlesWithin(work: Promise<unknown>, ms: number, hold = true): Promise<boolean> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => resolve(false), ms);
    if (!hold) limit.unref();
    const done = (): void => {
      clearTimeout(limit);
      resolve(true);
    };
    work.then(done, done);
  });
}
