/** Bags of attributes: spans, events, links, log records, scopes. */
import type { Attributes } from '@opentelemetry/api';
import { types } from 'node:util';
import { attempt } from '../runtime/contain.ts';
import { itemsDropped } from './dropped-items.ts';
import { MAX_KEY_LENGTH, MAX_PROPERTIES_READ } from './limits.ts';
import { setProperty, toPlain, type CutOff } from './plain-value.ts';
import { read } from './read-properties.ts';
import { cleanString } from './strings.ts';

const { keys, hasOwn, getPrototypeOf } = Object;
const { isArray } = Array;
const { isView } = ArrayBuffer;

/** Something that carries attributes, and how many it has and lost. */
export interface AttributeBag {
  attributes: Attributes;
  attributeCount: number;
  droppedAttributesCount: number;
  /** Characters that were cut off for want of room, by key; see `CutOff`. */
  cutOff?: Map<string, number>;
}

const cutOff: CutOff = { characters: 0, items: 0 };
const UNREADABLE = Symbol();

/** Add one attribute, or count it as dropped. An `undefined` value is no attribute. */
export function addAttribute(bag: AttributeBag, key: unknown, value: unknown, maxCount: number, maxLength: number): void {
  if (value === undefined) return;
  if (typeof key !== 'string' || key.length === 0) {
    bag.droppedAttributesCount++;
    return;
  }
  const name = cleanString(key, MAX_KEY_LENGTH);
  const isNew = !hasOwn(bag.attributes, name);
  cutOff.characters = cutOff.items = 0;
  const clean = isNew && bag.attributeCount >= maxCount ? undefined : toPlain(value, maxLength, cutOff);
  if (clean === undefined) {
    bag.droppedAttributesCount++;
    return;
  }
  if (isNew) bag.attributeCount++;
  setProperty<unknown>(bag.attributes, name, clean);
  if (cutOff.items > 0) itemsDropped(name, cutOff.items);
  if (cutOff.characters > 0 || bag.cutOff !== undefined) keepCutOff(bag, name);
}

function keepCutOff(bag: AttributeBag, name: string): void {
  bag.cutOff ??= new Map();
  bag.cutOff.set(name, cutOff.characters);
}

/**
 * The names of the own properties of an object of attributes. Lists and bytes are none: the names alone of ten million
 * elements would take seconds.
 *
 * @throws what a proxy throws.
 */
function attributeNames(source: object): string[] | undefined {
  const prototype: unknown = getPrototypeOf(source);
  if (prototype !== Object.prototype && prototype !== null && (isArray(source) || isView(source) || types.isBoxedPrimitive(source)))
    return undefined;
  return keys(source);
}

/** Add every own enumerable property of `source`; what is no object has none. */
export function addAttributes(bag: AttributeBag, source: unknown, maxCount: number, maxLength: number): void {
  if (typeof source !== 'object' || source === null) return;
  const names = attempt(() => attributeNames(source));
  if (names === undefined) {
    bag.droppedAttributesCount++;
    return;
  }
  const count = Math.min(names.length, MAX_PROPERTIES_READ);
  for (let i = 0; i < count; i++) {
    const name = names[i] as string;
    const value = read(source, name, UNREADABLE);
    if (value === UNREADABLE) bag.droppedAttributesCount++;
    else addAttribute(bag, name, value, maxCount, maxLength);
  }
  bag.droppedAttributesCount += names.length - count;
}
