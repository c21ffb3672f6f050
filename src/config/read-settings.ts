/** Finds what is said about a setting, in code first and then in the environment, and collects what was wrong about it. */
import { attempt } from '../runtime/contain.ts';
import { collectOptions, collectVariables, type Report } from './collect-settings.ts';
import type { Problem } from './config.ts';
import type { Environment } from './early.ts';
import { readValue, type ReadText } from './read-value.ts';
import type { Reading } from './reading.ts';
import type { OptionPath, Setting } from './setting.ts';
import { settingsByName } from './settings.ts';

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
  readonly report: Report;
  readonly problems: Problem[];
}

/** Everything that is said, as it was written, and what came of reading it. */
interface Said {
  readonly variables: Map<string, string>;
  readonly options: Map<string, unknown>;
  /** By the label that a value stands under: each is read, and reported, once. */
  readonly found: Map<string, Found | undefined>;
  readonly report: Report;
  readonly readText: ReadText;
}

export function createSettingsReader(env: Environment, options: unknown, readText: ReadText): SettingsReader {
  const problems: Problem[] = [];
  const said: Said = { variables: new Map(), options: new Map(), found: new Map(), report: reportOnce(problems), readText };
  collectVariables(env, said.variables, said.report);
  collectOptions(options, said.options, said.report);
  return {
    find: (name) => find(said, name),
    get(name) {
      const setting = rowOf(name);
      return find(said, name)?.value ?? setting.default ?? settingsByName.get(setting.general ?? '')?.default;
    },
    layers(name) {
      const setting = rowOf(name);
      const general = generalOf(setting);
      return [general && readVariable(said, general), readVariable(said, setting), readOption(said, general ?? setting)].filter(
        (found) => found !== undefined,
      );
    },
    isSet: (name) => isSet(said, name),
    option: (path) => said.options.get(path),
    report: said.report,
    problems,
  };
}

function reportOnce(problems: Problem[]): Report {
  const reported = new Set<string>();
  return (code, setting, message) => {
    const key = `${code} ${setting}`;
    if (reported.has(key)) return;
    reported.add(key);
    problems.push({ code, setting, message });
  };
}

function rowOf(name: string): Setting {
  return settingsByName.get(name) as Setting;
}

function generalOf({ general }: Setting): Setting | undefined {
  return general === undefined ? undefined : rowOf(general);
}

function find(said: Said, name: string): Found | undefined {
  const setting = rowOf(name);
  const general = generalOf(setting);
  // Every layer is read, so that a mistake in one that does not count is not found later, on the day when it does.
  const fromOption = readOption(said, setting) ?? (general && readOption(said, general));
  const own = readVariable(said, setting);
  const ofAll = general && readVariable(said, general);
  return fromOption ?? own ?? ofAll;
}

function readOption(said: Said, setting: Setting): Found | undefined {
  const { option } = setting;
  return option !== undefined && said.options.has(option) ? read(said, setting, option, said.options.get(option)) : undefined;
}

function readVariable(said: Said, setting: Setting): Found | undefined {
  const { name } = setting;
  return said.variables.has(name) ? read(said, setting, name, said.variables.get(name)) : undefined;
}

/** A getter or a proxy of the application. */
const THREW: Reading = { wrong: { code: 'bad-value', must: 'must be a plain value', got: 'one that threw an error when it was read' } };

function read(said: Said, setting: Setting, label: string, value: unknown): Found | undefined {
  if (said.found.has(label)) return said.found.get(label);
  const { value: meant, wrong } = attempt(() => readValue(value, setting, said.readText), THREW);
  if (wrong) {
    const cure = isInQuotes(value) ? ' Drop the quotes around it.' : '';
    said.report(
      wrong.code,
      label,
      `${label} ${wrong.must}, got ${wrong.got}. ${wrong.now ?? describeFallback(said, setting, label)}${cure}`,
    );
  }
  const found = meant === undefined ? undefined : { value: meant, label, setting };
  said.found.set(label, found);
  return found;
}

/** What counts instead of a value that cannot be used. */
function describeFallback(said: Said, setting: Setting, label: string): string {
  if (label !== setting.name && said.variables.has(setting.name)) return `Using ${setting.name}.`;
  const general = generalOf(setting);
  if (general && isSet(said, general.name)) return `Using ${said.options.has(general.option ?? '') ? general.option : general.name}.`;
  const value = setting.default ?? general?.default;
  if (value !== undefined) return `Using ${formatDefault(value)}.`;
  const otherwise = setting.otherwise ?? general?.otherwise;
  return otherwise === undefined ? 'It is ignored.' : `Using the default: ${otherwise}.`;
}

function isSet(said: Said, name: string): boolean {
  const { option, general } = rowOf(name);
  return said.variables.has(name) || (option !== undefined && said.options.has(option)) || (general !== undefined && isSet(said, general));
}

/** As a file of variables is read that takes quotes for a part of the value. */
function isInQuotes(value: unknown): boolean {
  return typeof value === 'string' && /^(["']).*\1$/s.test(value);
}

export function formatDefault(value: NonNullable<Setting['default']>): string {
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(',');
  return value === Infinity ? 'no limit' : String(value);
}

/** `{ key: value }`, or nothing when there is no value: a field that is not there is left out. */
export function optional<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}
