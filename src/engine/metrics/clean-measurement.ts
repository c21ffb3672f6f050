/** What an application measures: numbers, and the attributes that tell series apart. */
import type { Attributes } from '@opentelemetry/api';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { attempt } from '../../runtime/contain.ts';
import { addAttributes, type AttributeBag } from '../../values/attributes.ts';
import { MAX_KEY_LENGTH } from '../../values/limits.ts';
import { cleanString } from '../../values/strings.ts';
import type { InstrumentSpec } from './instrument-spec.ts';

const MAX_ATTRIBUTES = 128;
const MAX_VALUE_LENGTH = 1024;

/**
 * The amount, or `undefined` for what is none, which is said: NaN, infinities and texts, and where a sum may not fall what is
 * below 0. A BigInt counts as a number.
 */
export function amountOf({ spec }: { readonly spec: InstrumentSpec }, value: unknown, reporter: Reporter): number | undefined {
  const amount = cleanAmount(value);
  if (amount !== undefined && !(spec.isMonotonic && amount < 0)) return amount;
  const wanted = spec.isMonotonic ? 'a number from 0 on' : 'a finite number';
  const got = typeof value === 'number' ? String(value) : `a value of type ${value === null ? 'null' : typeof value}`;
  reporter.say(
    'metrics.measurement',
    `What is recorded by the metric ${JSON.stringify(spec.name)} must be ${wanted}, got ${got}. It is ignored.`,
    spec.name,
  );
  return undefined;
}

/** A finite number; one NaN would spoil a sum for ever. */
function cleanAmount(value: unknown): number | undefined {
  const amount = typeof value === 'bigint' ? Number(value) : value;
  return typeof amount === 'number' && Number.isFinite(amount) ? amount : undefined;
}

/** A copy that can be hashed and exported. */
export function cleanMetricAttributes(attributes: unknown): Attributes {
  return copyOfPlain(attributes) ?? walked(attributes);
}

/** The same where all values are short texts, numbers and booleans; `undefined` for anything else. */
export function copyOfPlain(attributes: unknown): Attributes | undefined {
  return attempt(() => readPlain(attributes));
}

/** The same. @throws what a getter or a proxy throws. */
export function readPlain(attributes: unknown): Attributes | undefined {
  if (typeof attributes !== 'object' || attributes === null) return {};
  const copy = Object.getPrototypeOf(attributes) === Object.prototype ? { ...(attributes as Attributes) } : undefined;
  return copy !== undefined && isPlain(copy) ? copy : undefined;
}

function walked(attributes: unknown): Attributes {
  const bag: AttributeBag = { attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
  addAttributes(bag, attributes, MAX_ATTRIBUTES, MAX_VALUE_LENGTH);
  for (const key of Object.keys(bag.attributes)) bag.attributes[key] = asSeriesValue(bag.attributes[key]);
  return bag.attributes;
}

function isPlain(attributes: Attributes): boolean {
  let count = 0;
  for (const key in attributes) {
    const value = attributes[key];
    const isShort =
      typeof value === 'string'
        ? value.length <= MAX_VALUE_LENGTH && value.isWellFormed()
        : typeof value === 'number' || typeof value === 'boolean';
    if (!isShort || ++count > MAX_ATTRIBUTES || key === '' || key.length > MAX_KEY_LENGTH || !key.isWellFormed()) return false;
  }
  return true;
}

/** What tells series apart: a scalar, or a list of scalars. `value` is clean. */
function asSeriesValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || (Array.isArray(value) && value.every(isScalar))) return value;
  const json = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
  return cleanString(json, MAX_VALUE_LENGTH);
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
