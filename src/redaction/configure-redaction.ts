import { forgetNames } from './named-values.ts';
import { readEntries } from './own-entries.ts';
import { forgetRules } from './attribute-rule.ts';
import { setOwnPatterns } from './own-patterns.ts';
import { forgetHarmless } from './redact-attribute.ts';
import { redactionVersion } from './redaction-version.ts';
import { setOwnNames } from './secret-names.ts';

export interface RedactionOptions {
  /** Names whose values stay readable: `app.region_key`. Keys of known issuers go all the same. */
  readonly keep: readonly string[];
  /** Names whose values go (`employee_number`), and patterns of text that goes (`/EMP-\d+/`). Stronger than `keep`. */
  readonly also: readonly string[];
}

/**
 * Say once, before anything is recorded, what is redacted beside what is built in. Entries must be such that `entryFault` finds
 * nothing wrong about them. Without it, nothing is added.
 */
export function configureRedaction({ keep, also }: RedactionOptions): void {
  const { names, patterns } = readEntries(also);
  setOwnNames(keep, names);
  setOwnPatterns(patterns);
  forgetNames();
  forgetRules();
  forgetHarmless();
  redactionVersion.current++;
}
