/** Finds what is said about a setting, in code first and then in the environment, and collects what was wrong about it. */
import type { ProblemCode } from '../names/messages.ts';
import type { Problem } from './config.ts';
import type { Environment } from './early.ts';
import { fullerName, nearestName } from './nearest-name.ts';
import { readValue, type Reading, type ReadText } from './read-value.ts';
import { CODE_ONLY_OPTIONS, FOREIGN_PREFIXES, RENAMED, settings, settingsByName, type OptionPath, type Setting } from './settings.ts';
import { showName, showValue } from './show-value.ts';

export interface Found {
  readonly value: unknown;
  /** What the user wrote it under: the name of a variable or of an option. */
  readonly label: string;
  /** The setting that it belongs to: the one asked for, or its general one. */
  readonly setting: Setting;
}

export interface SettingsReader {
  /** What is said: by an option, by the setting itself, by its general one, in this order. `undefined` when nothing usable is. */
  find(name: string): Found | undefined;
  /** The same, or the default. */
  get(name: string): unknown;
  /** Everything that is said, the weakest first: general one, setting itself, option. For settings whose parts add up. */
  layers(name: string): readonly Found[];
  /** Whether a variable or an option says anything, usable or not. */
  isSet(name: string): boolean;
  option(path: OptionPath): unknown;
  /** Once for each setting and code: settings for all signals are looked at once for each signal. */
  report(code: ProblemCode, setting: string, message: string): void;
  readonly problems: Problem[];
}

/** Each is compared with every name there is; an environment full of strangers must not cost the start. */
const MOST_UNKNOWN = 20;

export function createSettingsReader(env: Environment, options: unknown, readText: ReadText): SettingsReader {
  const problems: Problem[] = [];
  const reported = new Set<string>();
  const taken = new Map<string, Found | undefined>();
  const variables = new Map<string, string>();
  const optionValues = new Map<string, unknown>();

  function report(code: ProblemCode, setting: string, message: string): void {
    const key = `${code} ${setting}`;
    if (reported.has(key)) return;
    reported.add(key);
    problems.push({ code, setting, message });
  }

  function take(setting: Setting, label: string, value: unknown): Found | undefined {
    if (taken.has(label)) return taken.get(label);
    let reading: Reading;
    try {
      reading = readValue(value, setting, readText);
    } catch {
      // A getter or a proxy of the application that throws.
      reading = { wrong: { code: 'bad-value', must: 'must be a plain value', got: 'one that threw an error when it was read' } };
    }
    const { wrong } = reading;
    if (wrong) {
      const cure = isInQuotes(value) ? ' Drop the quotes around it.' : '';
      report(wrong.code, label, `${label} ${wrong.must}, got ${wrong.got}. ${wrong.now ?? describeFallback(setting, label)}${cure}`);
    }
    const found = reading.value === undefined ? undefined : { value: reading.value, label, setting };
    taken.set(label, found);
    return found;
  }

  function describeFallback(setting: Setting, label: string): string {
    if (label !== setting.name && variables.has(setting.name)) return `Using ${setting.name}.`;
    const general = settingsByName.get(setting.general ?? '');
    if (general && isSet(general.name)) return `Using ${optionValues.has(general.option ?? '') ? general.option : general.name}.`;
    const value = setting.default ?? general?.default;
    if (value !== undefined) return `Using ${formatDefault(value)}.`;
    const otherwise = setting.otherwise ?? general?.otherwise;
    return otherwise === undefined ? 'It is ignored.' : `Using the default: ${otherwise}.`;
  }

  const row = (name: string): Setting => settingsByName.get(name) as Setting;

  function takeOption(setting: Setting): Found | undefined {
    return setting.option !== undefined && optionValues.has(setting.option)
      ? take(setting, setting.option, optionValues.get(setting.option))
      : undefined;
  }

  function takeVariable(setting: Setting): Found | undefined {
    return variables.has(setting.name) ? take(setting, setting.name, variables.get(setting.name)) : undefined;
  }

  function find(name: string): Found | undefined {
    const setting = row(name);
    const general = setting.general === undefined ? undefined : row(setting.general);
    // Every layer is read, so that a mistake in one that does not count is not found later, on the day when it does.
    const fromOption = takeOption(setting) ?? (general && takeOption(general));
    const own = takeVariable(setting);
    const ofAll = general && takeVariable(general);
    return fromOption ?? own ?? ofAll;
  }

  function isSet(name: string): boolean {
    const { option, general } = row(name);
    return variables.has(name) || (option !== undefined && optionValues.has(option)) || (general !== undefined && isSet(general));
  }

  collectVariables(env, variables, report);
  collectOptions(options, optionValues, report);

  return {
    find,
    get(name) {
      const setting = row(name);
      return find(name)?.value ?? setting.default ?? settingsByName.get(setting.general ?? '')?.default;
    },
    layers(name) {
      const setting = row(name);
      const general = setting.general === undefined ? undefined : row(setting.general);
      return [general && takeVariable(general), takeVariable(setting), takeOption(general ?? setting)].filter(
        (found) => found !== undefined,
      );
    },
    isSet,
    option: (path) => optionValues.get(path),
    report,
    problems,
  };
}

/** As a file of variables is read that takes quotes for a part of the value. */
function isInQuotes(value: unknown): boolean {
  return typeof value === 'string' && /^(["']).*\1$/s.test(value);
}

export function formatDefault(value: NonNullable<Setting['default']>): string {
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(',');
  return value === Infinity ? 'no limit' : String(value);
}

type Report = SettingsReader['report'];

function collectVariables(env: Environment, variables: Map<string, string>, report: Report): void {
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
  const isForeign = FOREIGN_PREFIXES.some((prefix) => name.startsWith(prefix));
  const nearest =
    RENAMED.get(name) ??
    (isForeign ? undefined : fullerName(name, settingsByName.keys())) ??
    nearestName(name, settingsByName.keys(), isForeign ? 2 : 3);
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

function collectOptions(options: unknown, optionValues: Map<string, unknown>, report: Report, prefix = ''): void {
  if (options === undefined) return;
  const label = prefix === '' ? 'options' : prefix.slice(0, -1);
  try {
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      report('bad-value', label, `${label} must be an object, got ${showValue(options)}. It is ignored.`);
      return;
    }
    for (const key of Object.keys(options)) {
      const path = prefix + key;
      if (!optionPaths.has(path)) {
        reportUnknown('unknown-option', 'option', path, nearestName(path, optionPaths), report);
        continue;
      }
      const value = (options as Record<string, unknown>)[key];
      if (value === undefined) continue;
      if (path === 'instrumentations') collectOptions(value, optionValues, report, 'instrumentations.');
      else optionValues.set(path, value);
    }
  } catch {
    // A getter or a proxy that throws: what was read until then is used.
    report(
      'bad-value',
      label,
      `${label} must be a plain object, got one that threw an error when it was read. What is left of it is ignored.`,
    );
  }
}
