/** Reads `SIGNALBOX_REDACT_KEEP` and `SIGNALBOX_REDACT_ALSO`: names, and regular expressions between slashes. */
import { entryFault, splitEntries } from '../redaction/own-entries.ts';
import type { Reading } from './reading.ts';
import type { Setting } from './setting.ts';
import { showValue } from './show-value.ts';

const MOST_FAULTS_SHOWN = 3;

/** An entry that cannot be used falls alone. */
export function readRedactionEntries(value: unknown, { items }: Setting): Reading {
  const mayBePattern = items === 'names and patterns';
  const must = mayBePattern ? 'must be a list of names and /patterns/ separated by commas' : 'must be a list of names separated by commas';
  const entries = typeof value === 'string' ? splitEntries(value) : Array.isArray(value) ? (value as unknown[]) : undefined;
  if (entries === undefined) return { wrong: { code: 'bad-value', must, got: showValue(value) } };
  const good: string[] = [];
  const faults: string[] = [];
  for (const entry of entries) {
    const text = entry instanceof RegExp ? String(entry) : typeof entry === 'string' ? entry.trim() : undefined;
    const fault = text === undefined ? 'not text' : entryFault(text, mayBePattern);
    if (fault === undefined) good.push(text as string);
    else faults.push(`${showValue(text ?? entry)} (${fault})`);
  }
  if (faults.length === 0) return { value: good };
  const more = faults.length - MOST_FAULTS_SHOWN;
  const got = `${faults.slice(0, MOST_FAULTS_SHOWN).join(' and ')}${more > 0 ? ` and ${more} more` : ''}`;
  const now = good.length === 0 ? 'It is ignored.' : 'The other entries are used.';
  return { value: good, wrong: { code: 'bad-value', must, got, now } };
}
