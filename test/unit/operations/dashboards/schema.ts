/**
 * Grafana's schema of dashboards, read from the types that `@grafana/grafana-foundation-sdk` generates from it: which members there
 * are, which must be there, and of which kind they are. What is `any` there (options of panels) is not looked at.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

interface Member {
  readonly type: string;
  readonly isOptional: boolean;
}

const DIST = dirname(dirname(createRequire(import.meta.url).resolve('@grafana/grafana-foundation-sdk/dashboard')));
const TEXT = ['dashboard', 'common'].map((module) => readFileSync(join(DIST, module, 'types.gen.d.ts'), 'utf8')).join('\n');

const INTERFACES = new Map(
  [...TEXT.matchAll(/^export interface (\w+) \{\n(.*?)^\}/gms)].map(([, name = '', body = '']) => [
    name,
    new Map(
      [...body.matchAll(/^ {4}(\w+)(\?)?: (.*?);$(?=\n {4}\w|\n {4}\/\*|\n?$(?![\s\S]))/gms)].map(([, key = '', optional, type = '']) => [
        key,
        { type, isOptional: optional === '?' } satisfies Member as Member,
      ]),
    ),
  ]),
);
const ENUMS = new Map(
  [...TEXT.matchAll(/^export declare enum (\w+) \{\n(.*?)^\}/gms)].map(([, name = '', body = '']) => [
    name,
    new Set<unknown>([...body.matchAll(/= (".*?"|-?\d+)/g)].map(([, value = '']) => JSON.parse(value))),
  ]),
);
const PRIMITIVES: ReadonlySet<string> = new Set(['string', 'number', 'boolean']);

/** @returns where it is not as the schema wants it. */
export function checkSchema(value: unknown, type = 'Dashboard', path = type): string[] {
  const one = type.replace(/^(common|dashboard)\./, '');
  if (one === 'any' || one === 'unknown') return [];
  const alternatives = splitUnion(one);
  if (alternatives.length > 1) {
    const found = alternatives.map((each) => checkSchema(value, each, path));
    return found.some((faults) => faults.length === 0) ? [] : (found.sort((a, b) => a.length - b.length)[0] ?? []);
  }
  if (one.endsWith('[]')) return checkList(value, one.slice(0, -2).replace(/^\((.*)\)$/s, '$1'), path);
  if (PRIMITIVES.has(one)) return typeof value === one ? [] : [`${path} must be a ${one}, got ${JSON.stringify(value)}`];
  if (one === 'null') return value === null ? [] : [`${path} must be null`];
  if (one.startsWith('"')) return value === JSON.parse(one) ? [] : [`${path} must be ${one}, got ${JSON.stringify(value)}`];
  const [, enumName = one] = /^(\w+)\.\w+$/.exec(one) ?? [];
  const values = ENUMS.get(enumName);
  if (values !== undefined) return values.has(value) ? [] : [`${path} must be of ${enumName}, got ${JSON.stringify(value)}`];
  const members = INTERFACES.get(one) ?? inline(one);
  return members === undefined ? [] : checkMembers(value, members, path);
}

function checkList(value: unknown, type: string, path: string): string[] {
  if (!Array.isArray(value)) return [`${path} must be a list, got ${JSON.stringify(value)}`];
  return value.flatMap((each, i) => checkSchema(each, type, `${path}[${i}]`));
}

function checkMembers(value: unknown, members: ReadonlyMap<string, Member>, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} must be an object`];
  const own = value as Readonly<Record<string, unknown>>;
  return [
    ...Object.keys(own).flatMap((key) => (members.has(key) ? [] : [`${path}.${key} is not in the schema`])),
    ...[...members].flatMap(([key, { isOptional, type }]) =>
      own[key] === undefined ? (isOptional ? [] : [`${path}.${key} is missing`]) : checkSchema(own[key], type, `${path}.${key}`),
    ),
  ];
}

/** `{ from: string; to: string; }` */
function inline(type: string): ReadonlyMap<string, Member> | undefined {
  if (!type.startsWith('{')) return undefined;
  const members = type.slice(1, -1).matchAll(/(\w+)(\?)?: ([^;{]+);/g);
  return new Map([...members].map(([, key = '', optional, each = '']) => [key, { type: each, isOptional: optional === '?' }]));
}

/** At the outermost level only. */
function splitUnion(type: string): string[] {
  let depth = 0;
  const parts = [''];
  for (const character of type) {
    if ('({<'.includes(character)) depth++;
    if (')}>'.includes(character)) depth--;
    if (character === '|' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}
