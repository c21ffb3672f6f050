/** Settings that hold pairs: headers and resource attributes. */
import { attempt } from '../runtime/contain.ts';
import { bad, listFaults, type Reading } from './reading.ts';
import { isReservedHeader } from './reserved-headers.ts';
import { HIDDEN, showValue } from './show-value.ts';

/** Servers refuse requests whose headers take more than 8 to 16 KiB. */
const LONGEST_HEADER = 8192;

export function readHeaders(value: unknown): Reading {
  return readPairs(value, 'name=value pairs separated by commas', headerFault, (name) => name.toLowerCase(), false);
}

export function readAttributes(value: unknown): Reading {
  return readPairs(value, 'key=value pairs separated by commas', attributeFault, (key) => key, true);
}

/**
 * Pairs from text, percent-decoded, or from an object, as they are. A bad pair falls alone and is named by its place:
 * even the part before the equals sign can be a secret that was written in the wrong place.
 */
function readPairs(
  value: unknown,
  what: string,
  faultOf: (name: string, text: string) => string | undefined,
  nameOf: (name: string) => string,
  showsNames: boolean,
): Reading {
  const good = new Map<string, string>();
  const faults: string[] = [];
  const take = (place: string, name: unknown, text: unknown): void => {
    const fault = typeof name !== 'string' || typeof text !== 'string' ? 'is not text' : faultOf(name, text);
    if (fault === undefined) good.set(nameOf(name as string), text as string);
    else faults.push(`${place} ${fault}`);
  };
  if (typeof value === 'string') {
    let lastName = '';
    value.split(',').forEach((pair, index) => {
      if (pair.trim() === '') return;
      const equals = pair.indexOf('=');
      const rawName = pair.slice(0, Math.max(equals, 0)).trim();
      const shownName = showsNames ? (rawName === '' ? keyBeforeColon(pair) : rawName) : '';
      const place = `pair ${index + 1}${shownName === '' ? '' : ` (${showValue(shownName)})`}`;
      if (equals < 0) return void faults.push(`${place} has no "="${showsNames ? whyNoEquals(shownName, lastName) : ''}`);
      lastName = rawName;
      const name = decode(rawName);
      const text = decode(pair.slice(equals + 1).trim());
      if (name === undefined || text === undefined)
        return void faults.push(`${place} has a "%" that begins no percent-encoded character (a percent sign is %25)`);
      take(place, name, text);
    });
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    Object.entries(value).forEach(([name, text], index) => take(`entry ${index + 1}`, name, text));
  } else {
    return bad(what, typeof value === 'number' || typeof value === 'bigint' ? HIDDEN : showValue(value));
  }
  const reading = { value: Object.fromEntries(good) };
  if (faults.length === 0) return reading;
  return {
    ...reading,
    ...bad(what, `a value in which ${listFaults(faults)}`, good.size === 0 ? 'It is ignored.' : 'The other pairs are used.'),
  };
}

/** `team` of `team: shop`: a key that was written with the wrong sign. Nothing else of a pair without a sign is shown. */
function keyBeforeColon(pair: string): string {
  return /^\s*([A-Za-z][\w.-]{0,63})\s*:/.exec(pair)?.[1] ?? '';
}

function whyNoEquals(name: string, nameBefore: string): string {
  if (name !== '') return ' but ":"';
  return nameBefore === '' ? '' : ` (a comma inside the value of ${showValue(nameBefore)} is written %2C)`;
}

function decode(text: string): string | undefined {
  return text.includes('%') ? attempt(() => decodeURIComponent(text)) : text;
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
function headerFault(name: string, text: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~\dA-Za-z-]+$/.test(name)) return 'has a name that HTTP does not allow';
  if (name.length + text.length > LONGEST_HEADER) return `is longer than ${LONGEST_HEADER} characters`;
  if (isReservedHeader(name)) return 'names a header that signalbox sets itself';
  if (!/^[\t\u0020-\u007e]*$/.test(text)) return 'has a line break or another character that HTTP does not allow';
  return undefined;
}

function attributeFault(key: string): string | undefined {
  if (key.trim() === '') return 'has no key';
  return key === '__proto__' ? 'has a key that is not allowed' : undefined;
}
