/** The patterns of `SIGNALBOX_REDACT_ALSO`: text that goes wherever it stands, whatever the key. */
import { REDACTED } from './secret-shapes.ts';

let ownPatterns: readonly RegExp[] = [];

/** Each matches `REDACTED` first, which stays. */
export function setOwnPatterns(patterns: readonly RegExp[]): void {
  ownPatterns = patterns;
}

export function hasOwnPatterns(): boolean {
  return ownPatterns.length > 0;
}

export function redactOwn(text: string): string {
  return ownPatterns.reduce((rest, pattern) => rest.replace(pattern, REDACTED), text);
}
