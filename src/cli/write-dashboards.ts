/** `signalbox dashboards write`. They come with the package as they are: they hold no names of services, and no settings. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { attempt } from '../runtime/contain.ts';

export const WRITE_DASHBOARDS_HELP = `signalbox dashboards write: dashboards for Grafana, to be provisioned or imported

Options:
  --out DIR  where to, default grafana/dashboards; files there with other names are left alone
`;

const SHIPPED = fileURLToPath(new URL('../../grafana/dashboards/', import.meta.url));

/** @returns the exit code: 1 when they cannot be written, 2 when the command is wrong. */
export function writeDashboards(args: readonly string[]): number {
  const options = attempt(() => parseArgs({ args: [...args], options: { out: { type: 'string' } } }));
  if (options === undefined)
    return fail(`dashboards write takes --out, got ${args.join(' ')}. Nothing was written; see signalbox dashboards --help.`, 2);
  const { out = join('grafana', 'dashboards') } = options.values;
  const files = readdirSync(SHIPPED).filter((file) => file.endsWith('.json'));
  try {
    mkdirSync(out, { recursive: true });
    for (const file of files) writeFileSync(join(out, file), readFileSync(join(SHIPPED, file)));
  } catch (error) {
    return fail(`Dashboards cannot be written to ${out}: ${(error as Error).message}.`, 1);
  }
  process.stdout.write(`${files.length} files written to ${out}.\n`);
  return 0;
}

function fail(message: string, code: number): number {
  process.stderr.write(`signalbox: ${message}\n`);
  return code;
}
