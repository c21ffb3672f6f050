// Where what the tests need beside the project is kept. Plain Node 20 or newer, as nothing of the project is installed for it.
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * @param {string} name - of what is kept: `servers`.
 * @returns {string} an absolute path. The XDG rule: a relative XDG_CACHE_HOME counts as not set.
 */
export function cacheFolder(name) {
  const xdg = process.env.XDG_CACHE_HOME;
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'signalbox', name);
}
