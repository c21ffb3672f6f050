// Libraries for tests of instrumentations: what test/libraries' lockfile names, into the user's cache folder.
//
//   node scripts/install-libraries.mjs     install unless it is there, print where it lies
import { installLocked, installWhenStarted } from './install-locked.mjs';

const NAME = 'libraries';

/** @returns {Promise<string>} the folder that holds `node_modules`. */
export const installLibraries = () => installLocked(NAME);

await installWhenStarted(import.meta.url, NAME);
