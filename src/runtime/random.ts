/**
 * Randomness of the operating system. `node:crypto` takes a while to load, and many processes need none of it: it is loaded for the
 * first id, or before the application gets it. For frameworks replace its functions to learn whether a page depends on chance, and
 * an id of a span is none of their business.
 */
import type { randomFillSync } from 'node:crypto';
import { getBuiltinModule } from './captured.ts';

let fill: typeof randomFillSync | undefined;

/** To be called before the application can replace anything in `node:crypto`. */
export function captureRandom(): void {
  fill ??= getBuiltinModule('node:crypto').randomFillSync;
}

export function fillRandomly(bytes: Uint8Array): void {
  captureRandom();
  (fill as typeof randomFillSync)(bytes);
}
