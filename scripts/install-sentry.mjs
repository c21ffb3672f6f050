// The two versions of @sentry/node that are supported, for test/sentry: what its lockfile names, into the user's cache folder.
//
//   node scripts/install-sentry.mjs     install unless they are there, print where they lie
import { installLocked, installWhenStarted, isLockedInstalled, lockedFolder } from './install-locked.mjs';

const NAME = 'sentry';

/** @returns {string} where they lie, or would lie: an absolute path. */
export const sentryFolder = () => lockedFolder(NAME);

/** @returns {boolean} */
export const sentryInstalled = () => isLockedInstalled(NAME);

/** @returns {Promise<string>} the folder that holds `node_modules`. */
export const installSentry = () => installLocked(NAME);

await installWhenStarted(import.meta.url, NAME);
