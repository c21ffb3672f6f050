/** `signalbox rules write`. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildRuleFiles } from '../operations/build-rules.ts';
import { buildAlertmanagerFiles } from '../operations/notifications/build-alertmanager.ts';
import { attempt } from '../runtime/contain.ts';
import { inFolder, isOurs, writeFiles } from './written-files.ts';
import { findSettings, readOperationsSettings } from './operations-settings.ts';

export const WRITE_RULES_HELP = `signalbox rules write: alert and recording rules for Prometheus, and routes and templates for Alertmanager

Options:
  --out DIR           where the rules go, default prometheus/rules; files there that it wrote before and that
                      are no longer needed are removed, others are left alone
  --alertmanager DIR  where alertmanager.yml and templates/ go, default alertmanager when the settings have
                      notifications; otherwise they are not written
  --config FILE       settings, default signalbox.config.{json,js,mjs,ts} here, if there is one
  --sloth FILE        objectives in Sloth's format (prometheus/v1); may be given several times
`;

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
  const { out = join('prometheus', 'rules') } = options.values;
  const read = await readOperationsSettings({ file: options.values.config ?? findSettings('.'), sloth: options.values.sloth });
  if ('faults' in read) return fail(`${read.faults.join('\nsignalbox: ')}\nsignalbox: Nothing was written.`, 1);
  const { file: config, settings } = read;
  const { alertmanager = settings.notifications === undefined ? undefined : 'alertmanager' } = options.values;
  const rules = buildRuleFiles(settings);
  const others = alertmanager === undefined ? new Map<string, string>() : inFolder(alertmanager, buildAlertmanagerFiles(settings));
  const foreign = [...others.keys()].find((path) => existsSync(path) && !isOurs(path));
  if (foreign !== undefined)
    return fail(`${foreign} is not one that it wrote: move it away, or name another folder with --alertmanager. Nothing was written.`, 1);
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(out)) if (file.endsWith('.yml') && !rules.has(file) && isOurs(join(out, file))) rmSync(join(out, file));
  writeFiles(inFolder(out, rules));
  writeFiles(others);
  process.stdout.write(`${rules.size} files written to ${out}${config === undefined ? '' : `, with the settings of ${config}`}.\n`);
  if (alertmanager !== undefined) process.stdout.write(`${others.size} files written to ${alertmanager}.\n`);
  return 0;
}

function fail(message: string, code: number): number {
  process.stderr.write(`signalbox: ${message}\n`);
  return code;
}
