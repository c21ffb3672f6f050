/**
 * A record that is too large for a request loses the ends of its longest values, rather than being lost: long values are
 * what makes records large, and their beginnings tell the most.
 */
import { loadPart } from '../../runtime/load-part.ts';
import type { PlainValue } from '../../values/plain-value.ts';
import type { Redact } from '../types.ts';
import type { Cut, Encode } from './cut-record.ts';
import { KnownValues } from './known-values.ts';

export interface FitOptions {
  /** Must decide alike each time: what it came to for short texts is kept. */
  readonly redact: Redact;
  /** Most bytes of a record. */
  readonly maxBytes: number;
  /** Called for each key of which a value was cut. */
  readonly onCut: (cut: Cut) => void;
}

/**
 * Encodes a record with `encode`, in at most `maxBytes`. It is larger only where even without its texts it has more, as
 * one of countless numbers has. Throws what `encode` throws.
 */
export type EncodeFitting = <R extends object>(encode: Encode<R>, record: R) => Uint8Array;

export function createEncodeFitting({ redact, maxBytes, onCut }: FitOptions): EncodeFitting {
  /** Characters that may still be searched for secrets, so that no record of gigabytes holds the application up. */
  let charactersLeft = 0;
  const redactInBounds = (key: string, value: PlainValue): PlainValue | undefined => {
    if (typeof value === 'string') charactersLeft -= value.length;
    else if (typeof value === 'object' && value !== null) charactersLeft -= charactersIn(value);
    return charactersLeft > 0 ? redact(key, value) : undefined;
  };
  const redactBounded: Redact = Object.assign(redactInBounds, { known: new KnownValues() });

  return (encode, record) => {
    const outer = charactersLeft;
    charactersLeft = maxBytes;
    try {
      const whole = encode(record, redactBounded);
      if (charactersLeft > 0 && whole.length <= maxBytes) return whole;
    } finally {
      charactersLeft = outer; // encoding may have a trace state of the application's log something
    }
    const { encodeCut } = loadPart<typeof import('./cut-record.ts')>(import.meta.url, './cut-record');
    const { bytes, cuts } = encodeCut(encode, record, redact, maxBytes);
    for (const cut of cuts) onCut(cut);
    return bytes;
  };
}

/** Characters and bytes in `value`, all levels together; what is neither counts as what it takes at least. */
function charactersIn(value: PlainValue): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 2;
  if (value instanceof Uint8Array) return value.length;
  let characters = 0;
  for (const item of Object.values<PlainValue>(value)) characters += charactersIn(item);
  return characters;
}
