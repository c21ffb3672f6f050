/**
 * Finds what belongs to attributes by walking them: no sorting, no text made of them, nothing allocated.
 *
 * A path is the names and values in the order in which an object has them. Objects with equal attributes in another order
 * have paths of their own, which lead to the same end. What is not found is worked out elsewhere and learned; the paths may
 * be forgotten at any time.
 */
import type { Attributes } from '@opentelemetry/api';

const { prototype: objectPrototype, getPrototypeOf } = Object;

class Branch<End> {
  end: End | undefined = undefined;
  /** Name of the next attribute; where others follow as well, they are in `others`. */
  key: string | undefined = undefined;
  values: Map<unknown, Branch<End>> | undefined = undefined;
  others: Map<string, Map<unknown, Branch<End>>> | undefined = undefined;
}

export class AttributePaths<End> {
  readonly #most: number;
  #root = new Branch<End>();
  #branches = 0;

  /** @param most - branches that are kept: more come of attributes that never come again. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @throws what a getter or a proxy throws. */
  find(attributes: Attributes): End | undefined {
    let branch = this.#root;
    for (const key in attributes) {
      const values = branch.key === key ? branch.values : branch.others?.get(key);
      const next = values?.get(attributes[key]);
      if (next === undefined) return undefined;
      branch = next;
    }
    return branch.end;
  }

  /** @param attributes - of texts, numbers and booleans. */
  learn(attributes: Attributes, end: End): void {
    if (this.#branches > this.#most) this.forget();
    let branch = this.#root;
    for (const key in attributes) branch = this.#follow(branch, key, attributes[key]);
    branch.end = end;
  }

  forget(): void {
    this.#root = new Branch();
    this.#branches = 0;
  }

  #follow(branch: Branch<End>, key: string, value: unknown): Branch<End> {
    branch.key ??= key;
    let values = branch.key === key ? branch.values : branch.others?.get(key);
    if (values === undefined) {
      values = new Map();
      if (branch.key === key) branch.values = values;
      else (branch.others ??= new Map()).set(key, values);
    }
    let next = values.get(value);
    if (next === undefined) {
      values.set(value, (next = new Branch()));
      this.#branches++;
    }
    return next;
  }
}

/** Whether a path can be walked: of a class, an array or a proxy it says nothing. @throws what a proxy throws. */
export function hasPath(attributes: unknown): attributes is Attributes {
  return typeof attributes === 'object' && attributes !== null && getPrototypeOf(attributes) === objectPrototype;
}

/** Whether `attributes` has exactly these names and values, in this order. @throws what a getter throws. */
export function isSamePath(attributes: Attributes, keys: readonly string[], values: readonly unknown[]): boolean {
  let at = 0;
  for (const key in attributes) {
    if (key !== keys[at] || attributes[key] !== values[at]) return false;
    at++;
  }
  return at === keys.length;
}
