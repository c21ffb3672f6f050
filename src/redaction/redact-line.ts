/** One line that an application's logger prints, without secrets: what was JSON stays JSON, and what is not secret stays as it was written. */
import { attempt } from '../runtime/contain.ts';
import type { PlainMap, PlainValue } from '../values/plain-value.ts';
import { redactAttribute } from './redact-attribute.ts';
import { redactText } from './redact-text.ts';
import { REDACTED } from './secret-shapes.ts';

/** A member of an object, as places in the text. */
interface Member {
  readonly name: string;
  readonly nameStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** What loggers write themselves. */
const OWN_FIELDS = new Set(['level', 'time', 'timestamp', '@timestamp', 'pid', 'hostname', 'v', 'trace_id', 'span_id', 'trace_flags']);
const MAX_OWN_LENGTH = 64;
const LINE_END = /\s*$/;

/** Never throws; a line that cannot be judged is replaced. */
export function redactLine(line: string): string {
  const [end] = LINE_END.exec(line) as RegExpExecArray;
  const text = line.slice(0, line.length - end.length);
  const parsed = /^\s*[[{"]/.test(text) ? attempt(() => ({ value: JSON.parse(text) as PlainValue })) : undefined;
  const redacted = attempt(() => (parsed === undefined ? redactText(text) : redactJson(text, parsed.value)), REDACTED);
  return redacted + end;
}

function redactJson(text: string, value: PlainValue): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return redactObject(text);
  const redacted = redactAttribute('', value) ?? REDACTED;
  const json = JSON.stringify(redacted);
  return json === JSON.stringify(value) ? text : json;
}

/** Members that stay are copied as they stand: a name may come twice, and a number may have more digits than JavaScript has. */
function redactObject(text: string): string {
  const members = membersOf(text);
  const values = members.map(({ valueStart, valueEnd }) => JSON.parse(text.slice(valueStart, valueEnd)) as PlainValue);
  let result = '';
  let copied = 0;
  for (const layer of layersOf(members)) {
    const fields: Record<string, PlainValue> = {};
    for (const at of layer) if (!isOwn(members[at]!.name, values[at]!)) fields[members[at]!.name] = values[at]!;
    const redacted = redactFields(fields);
    for (const at of layer) {
      const { name } = members[at]!;
      if (Object.hasOwn(fields, name)) values[at] = Object.hasOwn(redacted, name) ? redacted[name]! : REDACTED;
    }
  }
  for (const [at, { name, nameStart, valueStart, valueEnd }] of members.entries()) {
    const before = text.slice(valueStart, valueEnd);
    const after = JSON.stringify(values[at]);
    const isSame = after === JSON.stringify(JSON.parse(before));
    const newName = redactText(name);
    result += text.slice(copied, nameStart);
    result += newName === name ? text.slice(nameStart, valueStart) : `${JSON.stringify(newName)}:`;
    result += isSame ? before : after;
    copied = valueEnd;
  }
  return result + text.slice(copied);
}

/** By the names that they had: the redactor may rename what has a secret for its name. */
function redactFields(fields: PlainMap): PlainMap {
  const together = redactAttribute('', fields) as PlainMap | undefined;
  const redacted: Record<string, PlainValue> = {};
  for (const [name, value] of Object.entries(fields)) {
    const kept = together !== undefined && Object.hasOwn(together, name) ? together[name] : (redactAttribute(name, value) ?? REDACTED);
    redacted[name] = kept as PlainValue;
  }
  return redacted;
}

function isOwn(name: string, value: PlainValue): boolean {
  return (OWN_FIELDS.has(name) && typeof value !== 'object' && String(value).length <= MAX_OWN_LENGTH) || name === '__proto__';
}

/** Indexes of members, so that no layer has a name twice. */
function layersOf(members: readonly Member[]): number[][] {
  const layers: number[][] = [];
  const seen = new Map<string, number>();
  for (const [at, { name }] of members.entries()) {
    const layer = seen.get(name) ?? 0;
    seen.set(name, layer + 1);
    (layers[layer] ??= []).push(at);
  }
  return layers;
}

/** @param text - an object of JSON, valid. */
function membersOf(text: string): Member[] {
  const members: Member[] = [];
  let depth = 0;
  let name: { readonly name: string; readonly nameStart: number } | undefined;
  let valueStart = -1;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && name === undefined) name = { name: JSON.parse(text.slice(at, end)) as string, nameStart: at };
      at = end - 1;
    } else if (char === '{' || char === '[') depth++;
    else if (char === ':' && depth === 1) valueStart = at + 1;
    if (char === '}' || char === ']' || (char === ',' && depth === 1)) {
      if (depth === 1 && name !== undefined) {
        const value = text.slice(valueStart, at);
        members.push({ ...name, valueStart: at - value.trimStart().length, valueEnd: valueStart + value.trimEnd().length });
        name = undefined;
      }
      if (char !== ',') depth--;
    }
  }
  return members;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"' || at >= text.length) return at + 1;
  }
}
