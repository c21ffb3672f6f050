/** Instrumentation scopes: who made a record. One object for equal scopes, so that exporters can go by identity. */
import type { Scope } from '../otlp/types.ts';
import { addAttributes, type AttributeBag } from '../values/attributes.ts';
import { identityOf } from '../values/identity.ts';
import { MAX_KEY_LENGTH, MAX_NAME_LENGTH } from '../values/limits.ts';
import type { PlainMap } from '../values/plain-value.ts';
import { readEach } from '../values/read-properties.ts';
import { cleanString } from '../values/strings.ts';

/** An application that makes up names keeps getting what it asks for, but it is not remembered. */
const MAX_REMEMBERED = 1024;
const MAX_SCOPE_ATTRIBUTES = 32;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
const OPTION_NAMES = ['schemaUrl', 'attributes'] as const;

/** Returns a function that makes one `T` for each scope, and the same one when asked for it again. */
export function createScopeCache<T>(make: (scope: Scope) => T): (name: unknown, version: unknown, options: unknown) => T {
  const made = new Map<string, T>();
  return (name, version, options) => {
    const scope = cleanScope(name, version, options);
    const key = keyOf(scope);
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(scope);
    if (made.size < MAX_REMEMBERED) made.set(key, fresh);
    return fresh;
  };
}

function cleanScope(name: unknown, version: unknown, options: unknown): Scope {
  const scope: Mutable<Scope> = { name: cleanText(name, MAX_KEY_LENGTH) ?? '' };
  const cleanVersion = cleanText(version, MAX_KEY_LENGTH);
  if (cleanVersion !== undefined) scope.version = cleanVersion;
  if (typeof options !== 'object' || options === null) return scope;
  const { schemaUrl, attributes } = readEach(options, OPTION_NAMES);
  const cleanSchemaUrl = cleanText(schemaUrl, MAX_NAME_LENGTH);
  if (cleanSchemaUrl !== undefined) scope.schemaUrl = cleanSchemaUrl;
  if (typeof attributes === 'object' && attributes !== null) {
    const bag: AttributeBag = { attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
    addAttributes(bag, attributes, MAX_SCOPE_ATTRIBUTES, MAX_NAME_LENGTH);
    scope.attributes = bag.attributes;
    scope.droppedAttributesCount = bag.droppedAttributesCount;
  }
  return scope;
}

function cleanText(value: unknown, maxLength: number): string | undefined {
  return typeof value === 'string' && value !== '' ? cleanString(value, maxLength) : undefined;
}

function keyOf({ name, version, schemaUrl, attributes }: Scope): string {
  const key = JSON.stringify([name, version, schemaUrl]);
  // They have been made plain.
  return attributes === undefined ? key : key + identityOf(attributes as PlainMap);
}
