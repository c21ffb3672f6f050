/** Where the libraries of test/libraries lie; a program that loads one is given it under its own name. */
import { placeWith, type Place } from './kit.ts';

// Plain JavaScript without a declaration, hence the type here.
const { installPackages } = (await import(new URL('../../scripts/install-packages.mjs', import.meta.url).href)) as {
  installPackages(name: string): Promise<string>;
};

export const installLibraries = (): Promise<string> => installPackages('libraries');

/** @param packages - by name, what each is installed as. */
export async function placeWithLibraries(packages: Readonly<Record<string, string>>): Promise<Place> {
  return placeWith(packages, [], await installLibraries());
}

const alias = (name: string, installed: string, more: readonly string[]): Readonly<Record<string, string>> => ({
  [name]: installed,
  ...Object.fromEntries(more.map((each) => [each, each])),
});

/** What a major of pino needs that does not lie in its own folder. */
export const PINO_9 = alias('pino', 'pino9', [
  '@pinojs/redact',
  'atomic-sleep',
  'on-exit-leak-free',
  'pino-std-serializers',
  'process-warning',
  'quick-format-unescaped',
  'safe-stable-stringify',
  'sonic-boom',
  'split2',
]);
export const PINO_8 = alias('pino', 'pino8', [
  'abort-controller',
  'atomic-sleep',
  'buffer',
  'event-target-shim',
  'events',
  'fast-redact',
  'on-exit-leak-free',
  'process',
  'quick-format-unescaped',
  'safe-buffer',
  'safe-stable-stringify',
  'split2',
  'string_decoder',
]);
