/**
 * Readers of single values, one for each type of setting. They take what an environment variable or an option holds and
 * answer what it means, with what was wrong about it. Part of a value may be wrong and the rest of use.
 */
import { readFileSync, statSync } from 'node:fs';
import { attempt } from '../runtime/contain.ts';
import { loadPart } from '../runtime/load-part.ts';
import { INSTRUMENTATION_NAMES, shortInstrumentationName } from './instrumentation-names.ts';
import { bad, listFaults, LONGEST_TEXT, MOST_FAULTS_SHOWN, type Reading } from './reading.ts';
import { HIDDEN, isKeyMaterial, showValue } from './show-value.ts';
import type { Setting, SettingType } from './setting.ts';
import { MAX_INTEGER } from './settings.ts';

/** The text of a small regular file. Throws when it cannot be read. */
export type ReadText = (path: string) => string;

type Reader = (value: unknown, setting: Setting, readText: ReadText) => Reading;

const LARGEST_FILE = 1024 * 1024;
const LONGEST_JSON = 64 * 1024;

/** What fewer processes set is loaded when it is. */
const readers: Record<SettingType, Reader> = {
  boolean: readBoolean,
  integer: readInteger,
  number: readNumber,
  enum: readEnum,
  exporter: readExporter,
  text: readPlainText,
  list: readList,
  headers: (value) => loadPart<typeof import('./read-pairs.ts')>(import.meta.url, './read-pairs').readHeaders(value),
  attributes: (value) => loadPart<typeof import('./read-pairs.ts')>(import.meta.url, './read-pairs').readAttributes(value),
  url: (value, setting) => loadPart<typeof import('./read-url.ts')>(import.meta.url, './read-url').readUrl(value, setting),
  file: readFile,
  certificate: readPem,
  'private-key': readPem,
  'instrumentation-options': readInstrumentationOptions,
  'redaction-entries': (value, setting) =>
    loadPart<typeof import('./read-redaction.ts')>(import.meta.url, './read-redaction').readRedactionEntries(value, setting),
  'route-numbers': (value, setting) =>
    loadPart<typeof import('./read-route-numbers.ts')>(import.meta.url, './read-route-numbers').readRouteNumbers(value, setting),
  'log-levels': (value) => loadPart<typeof import('./read-log-levels.ts')>(import.meta.url, './read-log-levels').readLogLevels(value),
};

export function readValue(value: unknown, setting: Setting, readText: ReadText): Reading {
  return readers[setting.type](value, setting, readText);
}

export const readTextFile: ReadText = (path) => {
  // Asked first: reading a pipe or a device could go on for ever.
  const stats = statSync(path);
  if (!stats.isFile() || stats.size > LARGEST_FILE) throw Object.assign(new Error(), { code: 'not a file of at most 1 MiB' });
  return readFileSync(path, 'utf8');
};

function readBoolean(value: unknown): Reading {
  const text = typeof value === 'boolean' ? String(value) : typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  if (text === 'true' || text === 'false') return { value: text === 'true' };
  // The specification: everything but "true" is false.
  return { value: false, ...bad('true or false', showValue(value), 'Using false.') };
}

function readInteger(value: unknown, setting: Setting): Reading {
  const { min = 0, max = MAX_INTEGER, unit, zeroIsUnlimited } = setting;
  const must = `a whole number${unit ? ` of ${unit}` : ''} from ${min} to ${max}`;
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^[+-]?\d+$/.test(text)) return bad(must, showValue(value));
  const number = Number(text);
  if (number < min) return bad(must, showValue(value));
  if (number > max) return { value: max, ...bad(must, showValue(value), `Using ${max}.`) };
  return { value: number === 0 && zeroIsUnlimited ? MAX_INTEGER : number };
}

function readNumber(value: unknown, { min = 0, max = 1 }: Setting): Reading {
  const text = typeof value === 'number' ? String(value) : value;
  const number = typeof text === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  return number >= min && number <= max ? { value: number } : bad(`a number from ${min} to ${max}`, showValue(value));
}

function readEnum(value: unknown, { values = [], unsupported = {} }: Setting): Reading {
  const must = `one of ${values.join(', ')}`;
  if (typeof value !== 'string') return bad(must, showValue(value));
  const word = value.trim().toLowerCase();
  if (values.includes(word)) return { value: word };
  if (Object.hasOwn(unsupported, word)) {
    return { wrong: { code: 'not-supported', must: `must be ${must}`, got: `${showValue(value)} (${unsupported[word]})` } };
  }
  return bad(must, `${showValue(value)}${didYouMean(word, values)}`);
}

/** One or several; the answer is a list, empty for `none`. */
function readExporter(value: unknown, setting: Setting): Reading {
  if (typeof value === 'boolean') return { value: value ? ['otlp'] : [] };
  const words = typeof value === 'string' ? splitList(value) : Array.isArray(value) ? (value as unknown[]) : undefined;
  if (words === undefined) return readEnum(value, setting);
  if (words.length === 0) return Array.isArray(value) ? { value: [] } : {};
  const readings = words.map((word) => readEnum(word, setting));
  const exporters = new Set(readings.flatMap(({ value: exporter }) => exporter ?? []));
  const isNone = exporters.delete('none');
  const faults = readings.flatMap(({ wrong }) => wrong?.got ?? []);
  const contradicts = isNone && (exporters.size > 0 || faults.length > 0);
  if (faults.length === 0 && !contradicts) return { value: [...exporters] };
  const reading = exporters.size > 0 || isNone ? { value: [...exporters] } : {};
  return {
    ...reading,
    wrong: {
      code: contradicts ? 'contradiction' : (readings.find(({ wrong }) => wrong)?.wrong?.code ?? 'bad-value'),
      must: `must be none alone, or one or more of ${setting.values?.filter((name) => name !== 'none').join(', ')}, separated by commas`,
      got: faults.length === 0 ? showValue(words.join(',')) : listFaults(faults),
      ...('value' in reading && { now: `Using ${exporters.size === 0 ? 'none' : [...exporters].join(',')}.` }),
    },
  };
}

function readPlainText(value: unknown, { secret }: Setting): Reading {
  const isPlain = typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_TEXT && !/[\u0000-\u001f\u007f]/.test(value);
  return isPlain
    ? { value: value.trim() }
    : bad(`text of at most ${LONGEST_TEXT} characters without control characters`, secret === true ? HIDDEN : showValue(value));
}

/** So many are named in a message. */
const FEW_VALUES = 4;

function readList(value: unknown, setting: Setting): Reading {
  const { items = 'names', values, unsupported = {} } = setting;
  const named = values !== undefined && values.length <= FEW_VALUES ? ` (${values.join(', ')})` : '';
  const must = `a list of ${items}${named} separated by commas`;
  const entries = typeof value === 'string' ? splitList(value) : Array.isArray(value) ? (value as unknown[]) : undefined;
  if (entries === undefined) return bad(must, showValue(value));
  if (typeof value === 'string' && entries.length === 0) return {}; // commas alone say as little as nothing
  const good = new Set<string>();
  const faults: string[] = [];
  let none = false;
  for (const entry of entries) {
    const text =
      typeof entry !== 'string'
        ? undefined
        : items === 'instrumentations'
          ? shortInstrumentationName(entry)
          : items === 'paths'
            ? entry.trim()
            : entry.trim().toLowerCase();
    if (text === 'none') none = true;
    else if (text !== undefined && (values ? values.includes(text) : isGoodEntry(text, items))) good.add(text);
    else if (faults.length >= MOST_FAULTS_SHOWN) faults.push('');
    else if (text !== undefined && Object.hasOwn(unsupported, text)) faults.push(`${showValue(entry)} (${unsupported[text]})`);
    else faults.push(`${showValue(entry)}${text === undefined ? '' : didYouMean(text, values ?? [])}`);
  }
  if (none) {
    if (good.size === 0 && faults.length === 0) return { value: [] };
    return { value: [], ...bad(`${must}, or none alone`, showValue(value), 'Using none.') };
  }
  if (faults.length === 0) return { value: [...good] };
  const hint = items === 'paths' ? ' that begin with "/"' : items === 'hosts' ? ' without scheme and path' : '';
  if (good.size === 0) return bad(must + hint, listFaults(faults));
  return { value: [...good], ...bad(must + hint, listFaults(faults), 'The other entries are used.') };
}

function isGoodEntry(text: string, items: string): boolean {
  if (text.length > LONGEST_TEXT) return false;
  if (items === 'paths') return /^\/[^\s*?#\u0000-\u001f\u007f]*\*?$/.test(text);
  if (items === 'hosts') return /^(\*|(\*\.)?[\w-]+(\.[\w-]+)*|\[[\da-f:.]+\])$/.test(text);
  return /^[\w./-]+$/.test(text);
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function didYouMean(text: string, known: Iterable<string>): string {
  const { nearestName } = loadPart<typeof import('./nearest-name.ts')>(import.meta.url, './nearest-name');
  const nearest = nearestName(text, known);
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}

function readFile(value: unknown, _setting: Setting, readText: ReadText): Reading {
  return readContent(value, readText, 'a file that can be read', () => true);
}

function readPem(value: unknown, { type }: Setting, readText: ReadText): Reading {
  const end = type === 'certificate' ? 'CERTIFICATE-----' : 'PRIVATE KEY-----';
  return readContent(
    value,
    readText,
    `a PEM file with a ${type === 'certificate' ? 'certificate' : 'private key'}`,
    (text) => text.includes('-----BEGIN ') && text.includes(end),
  );
}

function readContent(value: unknown, readText: ReadText, must: string, isRight: (text: string) => boolean): Reading {
  if (typeof value !== 'string') return bad(must, showValue(value));
  const material = { wrong: { code: 'unreadable-file', must: `must be the path of ${must}`, got: 'its content' } } as const;
  if (/[\r\n]|-----BEGIN/.test(value)) return material;
  let why: string;
  try {
    if (isRight(readText(value))) return { value };
    why = 'it holds none';
  } catch (error) {
    why =
      typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : 'it cannot be read';
  }
  if (isKeyMaterial(value)) return material;
  return { wrong: { code: 'unreadable-file', must: `must be ${must}`, got: `${showValue(value)} (${why})` } };
}

const NOT_JSON = Symbol('not JSON');

function readInstrumentationOptions(value: unknown): Reading {
  const must = 'a JSON object of objects by name of instrumentation';
  const isText = typeof value === 'string';
  let all: unknown = value;
  if (isText) {
    if (value.length > LONGEST_JSON) return bad(must, `one of ${value.length} characters`);
    all = attempt(() => JSON.parse(value, withoutPrototype) as unknown, NOT_JSON);
    if (all === NOT_JSON) return bad(must, `${showValue(value)} (not JSON)`);
  }
  if (!isObject(all)) return bad(must, showValue(value));
  const good: [string, Readonly<Record<string, unknown>>][] = [];
  const faults: string[] = [];
  for (const [key, options] of Object.entries(all)) {
    const name = shortInstrumentationName(key);
    // A copy, frozen: an application's own object is not ours to freeze.
    if (INSTRUMENTATION_NAMES.has(name) && isObject(options)) good.push([name, Object.freeze({ ...options })]);
    else if (INSTRUMENTATION_NAMES.has(name)) faults.push(`${showValue(options)} for ${name}`);
    else faults.push(`the name ${showValue(key)}${didYouMean(name, INSTRUMENTATION_NAMES)}`);
  }
  const reading = { value: Object.freeze(Object.fromEntries(good)) };
  return faults.length === 0
    ? reading
    : { ...reading, ...bad(must, listFaults(faults), good.length === 0 ? 'It is ignored.' : 'The other entries are used.') };
}

/** Called for every value of a JSON text, inner ones first. */
function withoutPrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') return undefined;
  return typeof value === 'object' && value !== null ? Object.freeze(value) : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
