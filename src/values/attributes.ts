/** Bags of attributes: spans, events, links, log records, scopes. */
import type { Attributes } from '@opentelemetry/api';
import { types } from 'node:util';
import { attempt } from '../runtime/contain.ts';
import { itemsDropped } from './dropped-items.ts';
import { MAX_KEY_LENGTH, MAX_PROPERTIES_READ } from './limits.ts';
import { setProperty, toPlain, type CutOff } from './plain-value.ts';
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
  if (takeOver(bag, source, maxCount, maxLength)) return;
  const names = attempt(() => attributeNames(source));
  if (names === undefined) {
    bag.droppedAttributesCount++;
    return;
  }
  const count = Math.min(names.length, MAX_PROPERTIES_READ);
  let i = 0;
  const addRest = (): true => {
    for (; i < count; i++) addAttribute(bag, names[i], (source as Attributes)[names[i] as string], maxCount, maxLength);
    return true;
  };
  // Only reading a property throws: a getter, a proxy. It is passed over, and the others are added.
  while (attempt(addRest) === undefined) {
    bag.droppedAttributesCount++;
    i++;
  }
  bag.droppedAttributesCount += names.length - count;
}

/** Its constructor makes nothing, so that the fields of a subclass go to what it is given. */
class Given {
  constructor(given: object) {
    return given as Given;
  }
}

class CleanMark extends Given {
  readonly #count: number;
  readonly #longest: number;

  constructor(attributes: Attributes, count: number, longest: number) {
    super(attributes);
    this.#count = count;
    this.#longest = longest;
  }

  /** How many attributes `source` has, when it is marked and no string is longer than `maxLength`; otherwise -1. */
  static countOf(source: object, maxLength: number): number {
    return #count in source && source.#longest <= maxLength ? source.#count : -1;
  }
}

/**
 * Attributes that a span may keep as they are rather than copy: an object that nobody else has, of `count` numbers and strings
 * that are well-formed and at most `longest` long, under keys that are none of the application's.
 */
export function ownAttributes(attributes: Attributes, count: number, longest: number): Attributes {
  new CleanMark(attributes, count, longest);
  return attributes;
}

function takeOver(bag: AttributeBag, source: object, maxCount: number, maxLength: number): boolean {
  if (bag.attributeCount !== 0) return false;
  const count = CleanMark.countOf(source, maxLength);
  if (count === -1 || count > maxCount) return false;
  bag.attributes = source as Attributes;
  bag.attributeCount = count;
  return true;
}
