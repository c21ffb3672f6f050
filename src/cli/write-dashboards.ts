/** `signalbox dashboards write`. They come with the package, and hold no names of services: thresholds and links are the settings'. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { applySettings, type ShippedDashboard } from '../operations/dashboards/apply-settings.ts';
import { DASHBOARDS } from '../operations/dashboards/dashboard-table.ts';
import type { OperationsSettings } from '../operations/settings.ts';
import { attempt } from '../runtime/contain.ts';
import { findSettings, readOperationsSettings } from './operations-settings.ts';

export const WRITE_DASHBOARDS_HELP = `signalbox dashboards write: dashboards for Grafana, to be provisioned or imported

Options:
  --out DIR      where to, default grafana/dashboards; files there with other names are left alone
  --config FILE  settings, whose thresholds and runbooks are drawn, default signalbox.config.{json,js,mjs,ts} here,
                 if there is one
`;

const SHIPPED = fileURLToPath(new URL('../../grafana/dashboards/', import.meta.url));

/** @returns the exit code: 1 when the settings are wrong or nothing can be written, 2 when the command is wrong. */
export async function writeDashboards(args: readonly string[]): Promise<number> {
  const options = attempt(() => parseArgs({ args: [...args], options: { out: { type: 'string' }, config: { type: 'string' } } }));
  if (options === undefined)
    return fail(
      `dashboards write takes --out and --config, got ${args.join(' ')}. Nothing was written; see signalbox dashboards --help.`,
      2,
    );
  const { config, out = join('grafana', 'dashboards') } = options.values;
  const read = await readOperationsSettings({ file: config ?? findSettings('.') });
  if ('faults' in read) return fail(`${read.faults.join('\nsignalbox: ')}\nsignalbox: Nothing was written.`, 1);
  const files = dashboardsWith(read.settings);
  try {
    mkdirSync(out, { recursive: true });
    for (const [file, text] of files) writeFileSync(join(out, file), text);
  } catch (error) {
    return fail(`Dashboards cannot be written to ${out}: ${(error as Error).message}.`, 1);
  }
  process.stdout.write(`${files.size} files written to ${out}${read.file === undefined ? '' : `, with the settings of ${read.file}`}.\n`);
  return 0;
}

/** By the names of their files. */
export function dashboardsWith(settings: OperationsSettings): ReadonlyMap<string, string> {
  return new Map(
    DASHBOARDS.map((board) => {
      const file = `signalbox-${board.name}.json`;
      const shipped = JSON.parse(readFileSync(join(SHIPPED, file), 'utf8')) as ShippedDashboard;
      applySettings(shipped, board, settings);
      return [file, `${JSON.stringify(shipped, null, 2)}\n`];
    }),
  );
}

function fail(message: string, code: number): number {
  process.stderr.write(`signalbox: ${message}\n`);
  return code;
}
