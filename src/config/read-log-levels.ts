import { LEVELS } from '../names/log-levels.ts';
import { parseLevels } from './log-levels.ts';
import { bad, listFaults, LONGEST_TEXT, type Reading } from './reading.ts';
import { showValue } from './show-value.ts';

const MUST = `${LEVELS.join(', ')} or none, and name=level for single loggers, separated by commas`;

/** One wrong entry leaves the others in force. */
export function readLogLevels(value: unknown): Reading {
  if (typeof value !== 'string' || value.length > LONGEST_TEXT) return bad(MUST, showValue(value));
  const parsed = parseLevels(value);
  const { faults, otherwise, rules } = parsed;
  if (faults.length === 0) return { value: parsed };
  const got = listFaults(faults.map((fault) => showValue(fault)));
  return otherwise === undefined && rules.length === 0
    ? bad(MUST, got)
    : { value: parsed, ...bad(MUST, got, 'The other entries are used.') };
}
