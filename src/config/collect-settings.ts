/** What the environment and the options say, by name; names that nobody knows are reported with the one that was probably meant. */
import type { ProblemCode } from '../names/messages.ts';
import { attempt } from '../runtime/contain.ts';
import { loadPart } from '../runtime/load-part.ts';
import type { Environment } from './early.ts';
import { CODE_ONLY_OPTIONS, settings, settingsByName } from './settings.ts';
import { showName, showValue } from './show-value.ts';

/** Loaded when a name is wrong. */
const names = (): typeof import('./nearest-name.ts') => loadPart(import.meta.url, './nearest-name');

export type Report = (code: ProblemCode, setting: string, message: string) => void;

/** Each is compared with every name there is; an environment full of strangers must not cost the start. */
const MOST_UNKNOWN = 20;

export function collectVariables(env: Environment, variables: Map<string, string>, report: Report): void {
  const unknown: string[] = [];
  for (const name of Object.keys(env)) {
    if (!/^(?:OTEL|SIGNALBOX)_/i.test(name) && !settingsByName.has(name)) continue;
    const text = env[name]?.trim();
    // The specification: empty is as if it were not set.
    if (text === undefined || text === '') continue;
    if (settingsByName.has(name)) variables.set(name, text);
    else if (!isServiceLink(name, text)) unknown.push(name);
  }
  for (const name of unknown.slice(0, MOST_UNKNOWN)) reportUnknownVariable(name, report);
  if (unknown.length > MOST_UNKNOWN)
    report(
      'unknown-setting',
      'others',
      `${unknown.length - MOST_UNKNOWN} more OTEL_* or SIGNALBOX_* variables are not known either. They are ignored.`,
    );
}

/** Kubernetes describes a service called `otel-…` or `signalbox-…` to every pod beside it, in variables with such names. */
function isServiceLink(name: string, text: string): boolean {
  if (/_SERVICE_HOST$|_SERVICE_PORT(?:_\w+)?$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?$/.test(name)) return true;
  return name.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//.test(text);
}

function reportUnknownVariable(name: string, report: Report): void {
  const { FOREIGN_PREFIXES, RENAMED } = loadPart<typeof import('./foreign-names.ts')>(import.meta.url, './foreign-names');
  const isForeign = FOREIGN_PREFIXES.some((prefix) => name.startsWith(prefix));
  const nearest =
    RENAMED.get(name) ??
    (isForeign ? undefined : names().fullerName(name, settingsByName.keys())) ??
    names().nearestName(name, settingsByName.keys(), isForeign ? 2 : 3);
  if (nearest === undefined && isForeign) return;
  reportUnknown('unknown-setting', 'setting', name, nearest, report);
}

function reportUnknown(code: ProblemCode, what: string, name: string, nearest: string | undefined, report: Report): void {
  const shown = showName(name);
  report(
    code,
    shown,
    `${shown} is not a known ${what}${nearest === undefined ? '' : `; did you mean ${nearest}?`}${nearest === undefined ? '.' : ''} It is ignored.`,
  );
}

const optionPaths: ReadonlySet<string> = new Set([...CODE_ONLY_OPTIONS, ...settings.flatMap(({ option }) => option ?? [])]);

/** Options that hold options. */
const GROUPS_OF_OPTIONS: ReadonlySet<string> = new Set(['instrumentations', 'redact', 'tailSampling']);

export function collectOptions(options: unknown, optionValues: Map<string, unknown>, report: Report, prefix = ''): void {
  if (options === undefined) return;
  const label = prefix === '' ? 'options' : prefix.slice(0, -1);
  const wasRead = attempt(() => {
    if (typeof options !== 'object' || options === null || Array.isArray(options))
      report('bad-value', label, `${label} must be an object, got ${showValue(options)}. It is ignored.`);
    else for (const key of Object.keys(options)) collectOption(options, key, optionValues, report, prefix);
    return true;
  });
  // A getter or a proxy that throws: what was read until then is used.
  if (wasRead !== true)
    report('bad-value', label, `${label} must be a plain object, got one that threw an error when it was read. The rest of it is ignored.`);
}

function collectOption(options: object, key: string, optionValues: Map<string, unknown>, report: Report, prefix: string): void {
  const path = prefix + key;
  if (!optionPaths.has(path)) return reportUnknown('unknown-option', 'option', path, names().nearestName(path, optionPaths), report);
  const value = (options as Record<string, unknown>)[key];
  if (value === undefined) return;
  if (GROUPS_OF_OPTIONS.has(path)) collectOptions(value, optionValues, report, `${path}.`);
  else optionValues.set(path, value);
}
