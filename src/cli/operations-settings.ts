/** `signalbox.config` as the commands read it: the file, objectives in Sloth's format beside it, and what is wrong in them. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkSettings } from '../operations/check-settings.ts';
import type { OperationsSettings, ServiceSettings } from '../operations/settings.ts';
import { readSloth } from '../operations/slo/read-sloth.ts';

const CONFIG_FILES = ['json', 'js', 'mjs', 'ts'].map((ending) => `signalbox.config.${ending}`);

export interface ReadSettings {
  readonly settings: OperationsSettings;
  /** `undefined` where there is none. */
  readonly file: string | undefined;
}

/** The file with the settings in a folder; `undefined` when there is none. */
export function findSettings(folder: string): string | undefined {
  return CONFIG_FILES.map((file) => join(folder, file)).find((file) => existsSync(file));
}

/** @returns the faults, each a sentence, in place of settings that are wrong. */
export async function readOperationsSettings({
  file,
  sloth = [],
}: {
  /** None are no settings. */
  readonly file: string | undefined;
  readonly sloth?: readonly string[] | undefined;
}): Promise<ReadSettings | { readonly faults: readonly string[] }> {
  try {
    const own = file === undefined ? {} : await readConfig(file);
    const faults = checkSettings(own);
    if (faults.length > 0) return { faults };
    const settings = addSloth(own as OperationsSettings, sloth);
    const all = sloth.length === 0 ? [] : checkSettings(settings);
    return all.length > 0 ? { faults: all } : { settings, file };
  } catch (error) {
    return { faults: [(error as Error).message] };
  }
}

/** @throws {Error} that says which file, when it cannot be read. */
async function readConfig(file: string): Promise<unknown> {
  try {
    if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8')) as unknown;
    return ((await import(pathToFileURL(resolve(file)).href)) as { default: unknown }).default;
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function addSloth(settings: OperationsSettings, files: readonly string[]): OperationsSettings {
  const services: Record<string, ServiceSettings> = { ...settings.services };
  for (const file of files) {
    try {
      const { objectives, service } = readSloth(readFileSync(file, 'utf8'));
      const known = services[service];
      services[service] = { ...known, objectives: [...(known?.objectives ?? []), ...objectives] };
    } catch (error) {
      throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
    }
  }
  return files.length === 0 ? settings : { ...settings, services };
}
