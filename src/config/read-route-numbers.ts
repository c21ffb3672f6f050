import { bad, listFaults, LONGEST_TEXT, type Reading } from './reading.ts';
import { parseRouteNumbers } from './route-numbers.ts';
import { MAX_INTEGER } from './settings.ts';
import type { Setting } from './setting.ts';
import { showValue } from './show-value.ts';

/** One wrong entry leaves the others in force. A number alone may be given as one. */
export function readRouteNumbers(value: unknown, { min = 0, max = MAX_INTEGER, unit }: Setting): Reading {
  const must = `a number${unit === undefined ? '' : ` of ${unit}`} from ${min} to ${max}, and route=number for single routes, separated by commas`;
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > LONGEST_TEXT) return bad(must, showValue(value));
  const { faults, otherwise, rules } = parseRouteNumbers(text, min, max);
  if (faults.length === 0) return otherwise === undefined && rules.length === 0 ? {} : { value: { otherwise, rules } };
  const got = listFaults(faults.map((fault) => showValue(fault)));
  return otherwise === undefined && rules.length === 0
    ? bad(must, got)
    : { value: { otherwise, rules }, ...bad(must, got, 'The other entries are used.') };
}
