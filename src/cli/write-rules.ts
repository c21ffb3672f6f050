/** `signalbox rules write`. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildRuleFiles } from '../operations/build-rules.ts';
import { buildAlertmanagerFiles } from '../operations/notifications/build-alertmanager.ts';
import { checkSettings } from '../operations/check-settings.ts';
import type { OperationsSettings, ServiceSettings } from '../operations/settings.ts';
import { readSloth } from '../operations/slo/read-sloth.ts';
import { attempt } from '../runtime/contain.ts';

export const WRITE_RULES_HELP = `signalbox rules write: alert and recording rules for Prometheus, and routes and templates for Alertmanager

Options:
  --out DIR           where the rules go, default prometheus/rules; files there that it wrote before and that
                      are no longer needed are removed, others are left alone
  --alertmanager DIR  where alertmanager.yml and templates/ go, default alertmanager when the settings have
                      notifications; otherwise they are not written
  --config FILE       settings, default signalbox.config.{json,js,mjs,ts} here, if there is one
  --sloth FILE        objectives in Sloth's format (prometheus/v1); may be given several times
`;

const CONFIG_FILES = ['json', 'js', 'mjs', 'ts'].map((ending) => `signalbox.config.${ending}`);
const WRITTEN = 'Written by `signalbox rules write`.';

/** @returns the exit code: 1 when the settings are wrong, 2 when the command is. */
export async function writeRules(args: readonly string[]): Promise<number> {
  const options = attempt(() =>
    parseArgs({
      args: [...args],
      options: {
        out: { type: 'string' },
        alertmanager: { type: 'string' },
        config: { type: 'string' },
        sloth: { type: 'string', multiple: true },
      },
    }),
  );
  if (options === undefined)
    return fail(
      `rules write takes --out, --alertmanager, --config and --sloth, got ${args.join(' ')}. Nothing was written; see signalbox rules --help.`,
      2,
    );
  const { config = CONFIG_FILES.find((file) => existsSync(file)), out = join('prometheus', 'rules'), sloth = [] } = options.values;
  let settings: OperationsSettings;
  try {
    settings = addSloth(config === undefined ? {} : await readConfig(config), sloth);
  } catch (error) {
    return fail(`${(error as Error).message} Nothing was written.`, 1);
  }
  const faults = checkSettings(settings);
  if (faults.length > 0) return fail(`${faults.join('\nsignalbox: ')}\nsignalbox: Nothing was written.`, 1);
  const { alertmanager = settings.notifications === undefined ? undefined : 'alertmanager' } = options.values;
  const rules = buildRuleFiles(settings);
  const others = alertmanager === undefined ? new Map<string, string>() : inFolder(alertmanager, buildAlertmanagerFiles(settings));
  const foreign = [...others.keys()].find((path) => existsSync(path) && !isOurs(path));
  if (foreign !== undefined)
    return fail(`${foreign} is not one that it wrote: move it away, or name another folder with --alertmanager. Nothing was written.`, 1);
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(out)) if (file.endsWith('.yml') && !rules.has(file) && isOurs(join(out, file))) rmSync(join(out, file));
  writeAll(inFolder(out, rules));
  writeAll(others);
  process.stdout.write(`${rules.size} files written to ${out}${config === undefined ? '' : `, with the settings of ${config}`}.\n`);
  if (alertmanager !== undefined) process.stdout.write(`${others.size} files written to ${alertmanager}.\n`);
  return 0;
}

function inFolder(folder: string, files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...files].map(([name, text]) => [join(folder, name), text]));
}

function writeAll(files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** @throws {Error} that says which file, when it cannot be read. */
async function readConfig(file: string): Promise<OperationsSettings> {
  try {
    if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8')) as OperationsSettings;
    const { default: settings } = (await import(pathToFileURL(resolve(file)).href)) as { default: OperationsSettings };
    return settings;
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

/** Its first line says so, as a comment of YAML or of a template. */
function isOurs(path: string): boolean {
  return readFileSync(path, 'utf8').split('\n', 1)[0]?.includes(WRITTEN) === true;
}

function fail(message: string, code: number): number {
  process.stderr.write(`signalbox: ${message}\n`);
  return code;
}
