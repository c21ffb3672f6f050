/**
 * Short texts that come again and again (a method, a route, a host), as they were encoded: what of them may leave is found out once
 * rather than for each record.
 *
 * Bounded in all it holds. Where most values are new ones, as ids and paths with ids are, they are soon looked for no more.
 */

/** Longer texts seldom come again, and are dear to compare. */
const MAX_LENGTH = 128;
const MOST_KEYS = 512;
const MOST_VALUES = 64;
const MOST_BYTES = 512 * 1024;
/** Rough cost of an entry beside its bytes. */
const ENTRY_BYTES = 200;
/** How often a value must be used, on average, to be worth keeping. */
const FEWEST_USES = 4;

/** The values under one key. */
class KnownKey {
  readonly #all: KnownValues;
  readonly #values = new Map<string, Uint8Array>();
  #uses = 0;
  #areVaried = false;

  constructor(all: KnownValues) {
    this.#all = all;
  }

  /** The bytes for `value`, if they are known. */
  find(value: string): Uint8Array | undefined {
    if (this.#areVaried) return undefined;
    const found = this.#values.get(value);
    if (found !== undefined) this.#uses++;
    return found;
  }

  /** Whether `value`, which is not known, is worth to be. */
  wants(value: string): boolean {
    return !this.#areVaried && value.length <= MAX_LENGTH;
  }

  /** @param encoded - nobody else's. */
  learn(value: string, encoded: Uint8Array): void {
    if (this.#values.size === MOST_VALUES) {
      this.#areVaried = this.#uses < MOST_VALUES * FEWEST_USES;
      this.#values.clear();
      this.#uses = 0;
      if (this.#areVaried) return;
    }
    // A copy: the text may be a piece of one that is far longer.
    this.#values.set(Buffer.from(value).toString(), encoded);
    this.#all.took(value.length * 2 + encoded.length + ENTRY_BYTES);
  }
}

export class KnownValues {
  /** Texts that have no key of their own. */
  names = new KnownKey(this);
  readonly #keys = new Map<string, KnownKey>();
  #bytes = 0;

  under(key: string): KnownKey {
    return this.#keys.get(key) ?? this.#add(key);
  }

  #add(key: string): KnownKey {
    if (this.#keys.size === MOST_KEYS) this.#forget();
    const known = new KnownKey(this);
    this.#keys.set(Buffer.from(key).toString(), known);
    this.took(key.length * 2 + ENTRY_BYTES);
    return known;
  }

  /** Something was kept. When there is too much of it, all is learnt anew. */
  took(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MOST_BYTES) this.#forget();
  }

  #forget(): void {
    this.#keys.clear();
    this.names = new KnownKey(this);
    this.#bytes = 0;
  }
}
