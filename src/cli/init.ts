/** `signalbox init`: the stack, its rules and its dashboards in somebody's own repository, for their services and objectives. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildRuleFiles } from '../operations/build-rules.ts';
import { buildAlertmanagerFiles } from '../operations/notifications/build-alertmanager.ts';
import type { OperationsSettings } from '../operations/settings.ts';
import { attempt } from '../runtime/contain.ts';
import { findSettings, readOperationsSettings } from './operations-settings.ts';
import { dashboardsWith } from './write-dashboards.ts';
import { inFolder, isOurs, writeFiles, type Files } from './written-files.ts';

export const INIT_HELP = `signalbox init: the stack in your own repository: Collector, Jaeger, Prometheus, Alertmanager, Loki and Grafana for
docker compose, with alert rules, objectives and dashboards for your services

Options:
  --out DIR  where to, default here. Settings are signalbox.config.{json,js,mjs,ts} there; without one, a
             signalbox.config.json for the service of package.json is written
  --force    write files of the stack anew that were changed; otherwise they are kept, and named

Rules, routes and dashboards are made from the settings, and written anew each time.
`;

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
/** What the package has as it is written: files, and folders with all that is in them. */
const STACK = [
  'docker-compose.yml',
  '.env.example',
  'otel-collector/config.yaml',
  'jaeger',
  'loki',
  'prometheus/prometheus.yml',
  'prometheus/targets',
  'grafana/provisioning',
];
const RULES = join('prometheus', 'rules');

/** @returns the exit code: 1 when the settings are wrong or files cannot be written, 2 when the command is wrong. */
export async function init(args: readonly string[]): Promise<number> {
  const options = attempt(() => parseArgs({ args: [...args], options: { out: { type: 'string' }, force: { type: 'boolean' } } }));
  if (options === undefined)
    return fail(`init takes --out and --force, got ${args.join(' ')}. Nothing was written; see signalbox init --help.`, 2);
  const { force = false, out = '.' } = options.values;
  const config = findSettings(out);
  const first = config === undefined ? firstSettings(out) : undefined;
  const read = first === undefined ? await readOperationsSettings({ file: config }) : { settings: first };
  if ('faults' in read) return fail(`${read.faults.join('\nsignalbox: ')}\nsignalbox: Nothing was written.`, 1);
  try {
    const files = inFolder(out, new Map([...shippedFiles(), ...madeFiles(read.settings)]));
    const own = first === undefined ? files : new Map([...files, [join(out, 'signalbox.config.json'), toJson(first)] as const]);
    const kept = force ? [] : [...own].filter(([path, text]) => isSomebodys(path, text)).map(([path]) => path);
    const written: Files = new Map([...own].filter(([path, text]) => !kept.includes(path) && contentOf(path) !== text));
    removeOldRules(join(out, RULES), files);
    writeFiles(written);
    process.stdout.write(report(out, written.size, kept, first));
    return 0;
  } catch (error) {
    return fail(`The files cannot be written to ${out}: ${(error as Error).message}.`, 1);
  }
}

function firstSettings(folder: string): OperationsSettings {
  const objectives = [
    { name: 'availability', type: 'availability', objective: 99.9 },
    { name: 'latency', type: 'latency', objective: 95, thresholdSeconds: 0.5 },
  ] as const;
  return { services: { [serviceName(folder)]: { objectives } } };
}

/** As the application calls itself without OTEL_SERVICE_NAME: by its package.json. */
function serviceName(folder: string): string {
  const name = attempt(() => (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }).name);
  return typeof name === 'string' && name !== '' ? name : basename(resolve(folder));
}

function shippedFiles(): Files {
  const paths = STACK.flatMap((path) => {
    const below = attempt(() => readdirSync(join(PACKAGE, path), { recursive: true, withFileTypes: true }));
    return below?.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)) ?? [join(PACKAGE, path)];
  });
  return new Map(paths.map((path) => [path.slice(PACKAGE.length), readFileSync(path, 'utf8')]));
}

function madeFiles(settings: OperationsSettings): Files {
  return new Map([
    ...inFolder(RULES, buildRuleFiles(settings)),
    ...inFolder('alertmanager', buildAlertmanagerFiles(settings)),
    // Of what Alertmanager reads beside them.
    [join('alertmanager', '.gitignore'), 'secrets/\n'],
    ...inFolder(join('grafana', 'dashboards'), dashboardsWith(settings)),
  ]);
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const contentOf = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);

/** There, and neither as it would be written nor one of those that say that they are not to be edited. */
function isSomebodys(path: string, text: string): boolean {
  const content = contentOf(path);
  return content !== undefined && content !== text && !isOurs(path) && !path.includes(join('grafana', 'dashboards'));
}

/** Of a setting that is gone. */
function removeOldRules(folder: string, files: Files): void {
  for (const file of attempt(() => readdirSync(folder), []))
    if (file.endsWith('.yml') && !files.has(join(folder, file)) && isOurs(join(folder, file))) rmSync(join(folder, file));
}

function report(out: string, written: number, kept: readonly string[], first: OperationsSettings | undefined): string {
  const where = out === '.' ? 'here' : `to ${out}`;
  return [
    written > 0 ? `Written ${where}: ${written} ${written === 1 ? 'file' : 'files'}.` : 'Nothing had to be written.',
    ...(kept.length === 0 ? [] : [`Kept, for they were changed: ${kept.join(', ')}. signalbox init --force writes them anew.`]),
    ...(first === undefined
      ? []
      : [
          `signalbox.config.json has objectives for the service ${JSON.stringify(Object.keys(first.services ?? {})[0])}: make them yours, say in it who is told of alerts, and run signalbox init again.`,
          'Then: cp .env.example .env, set GRAFANA_ADMIN_PASSWORD in it, keep it out of the repository, and docker compose up -d.',
        ]),
    '',
  ].join('\n');
}

function fail(message: string, code: number): number {
  process.stderr.write(`signalbox: ${message}\n`);
  return code;
}
