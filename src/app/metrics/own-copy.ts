/** Copies of what callers pass and may change afterwards; of anything, in bounded time. */
import { optionsOf } from '../../values/options.ts';
import type { Attributes } from '@opentelemetry/api';
import { attempt } from '../../runtime/contain.ts';
import { addAttributes, type AttributeBag } from '../../values/attributes.ts';

const MAX_ATTRIBUTES = 128;
const MAX_VALUE_LENGTH = 1024;

/** Frozen; what throws when it is read, and what is no object, has no attributes. */
export function ownAttributes(attributes: unknown): Attributes | undefined {
  if (typeof attributes !== 'object' || attributes === null) return undefined;
  if (isPlain(attributes) && isSmall(attributes)) return attempt(() => Object.freeze({ ...(attributes as Attributes) }));
  const bag: AttributeBag = { attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
  addAttributes(bag, attributes, MAX_ATTRIBUTES, MAX_VALUE_LENGTH);
  return Object.freeze(bag.attributes);
}

/** The options of a caller who may not have TypeScript: none for what is no plain object, or throws when it is read. */
export function ownOptions<Options extends object>(options: Options | undefined): Partial<Options> {
  if (typeof options !== 'object' || options === null || !isPlain(options) || !isSmall(options)) return {};
  return optionsOf(options);
}

function isPlain(value: object): boolean {
  const prototype = attempt((): unknown => Object.getPrototypeOf(value));
  return prototype === Object.prototype || prototype === null;
}

function isSmall(value: object): boolean {
  let count = 0;
  return attempt(() => {
    for (const _key in value) if (++count > MAX_ATTRIBUTES) return false;
    return true;
  }, false);
}
