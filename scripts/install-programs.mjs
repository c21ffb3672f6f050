// Server programs of other people, for test/programs: what its lockfile names, into the user's cache folder.
//
//   node scripts/install-programs.mjs     install unless it is there, print where it lies
import { installLocked, installWhenStarted, isLockedInstalled, lockedFolder } from './install-locked.mjs';

const NAME = 'programs';

/** @returns {string} an absolute path; it holds `node_modules` when the programs are installed. */
export const programsFolder = () => lockedFolder(NAME);

/** @returns {boolean} */
export const programsInstalled = () => isLockedInstalled(NAME);

/** @returns {Promise<string>} the folder that holds `node_modules`. */
export const installPrograms = () => installLocked(NAME);

await installWhenStarted(import.meta.url, NAME);
