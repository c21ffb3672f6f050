import { createRequire } from 'node:module';

const requires = new Map<string, NodeJS.Require>();

/**
 * Load a module of ours when it is first needed. By `require`, so that it is there at once, also while the process ends.
 *
 * @param from - `import.meta.url` of the caller.
 * @param path - relative to it, without an ending: `.ts` in the sources, `.js` when built.
 */
export function loadPart<T>(from: string, path: string): T {
  let require = requires.get(from);
  if (require === undefined) requires.set(from, (require = createRequire(from)));
  return require(`${path}${from.slice(-3)}`) as T;
}
