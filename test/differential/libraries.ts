/** Where the libraries of test/libraries lie; a program that loads one is given it under its own name. */
import { placeIn, placeWith, type Place } from './kit.ts';

// Plain JavaScript without a declaration, hence the type here.
const { installPackages } = (await import(new URL('../../scripts/install-packages.mjs', import.meta.url).href)) as {
  installPackages(name: string): Promise<string>;
};

export const installLibraries = (): Promise<string> => installPackages('libraries');

/** @param packages - by name, what each is installed as. */
export async function placeWithLibraries(packages: Readonly<Record<string, string>>): Promise<Place> {
  return placeWith(packages, [], await installLibraries());
}

/**
 * All of them, and one major of pino under its own name.
 *
 * @param linked - those of the project's own beside them.
 */
export async function placeWithPino(major: 5 | 6 | 7 | 8 | 9, linked: readonly string[] = []): Promise<Place> {
  return placeIn(await installLibraries(), linked, { pino: `pino${major}` });
}
