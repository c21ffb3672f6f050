/** W3C Baggage: read from everybody, within bounds; sent only to the hosts that were named. */
import type { BaggageEntry, TextMapPropagator } from '@opentelemetry/api';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { createHostFilter, destinationOf } from './destination.ts';
import { isTracingSuppressed } from '../context-keys.ts';
import { trimOws } from './trace-state.ts';

const BAGGAGE = 'baggage';
/** W3C asks for 64 at least; the first version of its text, and the other SDKs, take 180. */
const MAX_MEMBERS = 180;
/** Of the whole header, in characters, which are bytes: a header is ASCII. */
const MAX_LENGTH = 8192;
const MAX_MEMBER_LENGTH = 4096;

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What may stand after the first semicolon. Anything else would break the list, or make `http.request` throw. */
const PROPERTIES = /^[\x20-\x2b\x2d-\x7e\t]+$/;

/**
 * May throw what getters, setters and carriers throw: `createPropagator` stands before it.
 *
 * @param hosts - see `createHostFilter`; with none, baggage comes in and never goes out.
 * @see https://www.w3.org/TR/baggage/
 */
export function createBaggagePropagator(hosts: readonly string[]): TextMapPropagator {
  const maySendTo = createHostFilter(hosts);
  return {
    inject(context, carrier, setter) {
      if (hosts.length === 0 || isTracingSuppressed(context)) return;
      const baggage = api.propagation.getBaggage(context);
      if (!baggage || !maySendTo(destinationOf(context))) return;
      const header = serialize(baggage.getAllEntries());
      if (header !== '') setter.set(carrier, BAGGAGE, header);
    },

    extract(context, carrier, getter) {
      const header: unknown = getter.get(carrier, BAGGAGE);
      const entries = parse(Array.isArray(header) ? header.slice(0, MAX_MEMBERS) : [header]);
      return entries ? api.propagation.setBaggage(context, api.propagation.createBaggage(entries)) : context;
    },

    fields: () => [BAGGAGE],
  };
}

/** Members that are malformed or beyond the bounds are left out; the last of several with one key counts. */
function parse(headers: readonly unknown[]): Record<string, BaggageEntry> | undefined {
  // Without a prototype, so that a member named `__proto__` is a member.
  const entries: Record<string, BaggageEntry> = Object.create(null);
  let count = 0;
  let room = MAX_LENGTH;
  for (const header of headers) {
    if (typeof header !== 'string') continue;
    let start = 0;
    while (start < header.length && room > 0 && count < MAX_MEMBERS) {
      const comma = header.indexOf(',', start);
      const end = comma === -1 ? header.length : comma;
      const length = end - start;
      if (length <= room && length <= MAX_MEMBER_LENGTH && addMember(entries, header.slice(start, end))) count++;
      room -= length + 1;
      start = end + 1;
    }
  }
  return count === 0 ? undefined : entries;
}

function addMember(entries: Record<string, BaggageEntry>, member: string): boolean {
  const semicolon = member.indexOf(';');
  const pair = semicolon === -1 ? member : member.slice(0, semicolon);
  const equals = pair.indexOf('=');
  const key = trimOws(pair.slice(0, Math.max(equals, 0)));
  if (!TOKEN.test(key)) return false;
  const value = decode(trimOws(pair.slice(equals + 1)));
  const properties = semicolon === -1 ? '' : trimOws(member.slice(semicolon + 1));
  entries[decode(key)] = properties ? { value, metadata: api.baggageEntryMetadataFromString(properties) } : { value };
  return true;
}

/** Percent-decoded; what is not UTF-8 becomes U+FFFD, as W3C asks. */
function decode(text: string): string {
  if (!text.includes('%')) return text;
  return attempt(() => decodeURIComponent(text)) ?? decodeBytes(text);
}

function decodeBytes(text: string): string {
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** What does not fit is left out; so is an entry that cannot be written. */
function serialize(entries: readonly [string, BaggageEntry][]): string {
  const members: string[] = [];
  let length = -1;
  for (const [key, entry] of entries) {
    const member = memberOf(key, entry);
    if (member === undefined || member.length > MAX_MEMBER_LENGTH || length + 1 + member.length > MAX_LENGTH) continue;
    length += 1 + member.length;
    if (members.push(member) === MAX_MEMBERS) break;
  }
  return members.join(',');
}

/** `undefined` for half a surrogate pair, for no entry at all, and for metadata that throws. */
function memberOf(key: string, entry: BaggageEntry): string | undefined {
  if (key === '') return undefined;
  return attempt(() => {
    const { value, metadata } = entry;
    const name = encodeURIComponent(key).replace(/[()]/g, (char) => (char === '(' ? '%28' : '%29'));
    const properties = metadata === undefined ? '' : String(metadata);
    return `${name}=${encodeURIComponent(value)}${PROPERTIES.test(properties) ? `;${properties}` : ''}`;
  });
}
