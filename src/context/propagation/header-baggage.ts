/** Baggage in headers of its own, one for each member, as Jaeger's and OpenTracing's formats have it. */
import type { Context, TextMapGetter, TextMapSetter } from '@opentelemetry/api';
import { api } from '../../runtime/otel.ts';
import { createHostFilter, destinationOf } from './destination.ts';

/** As of W3C's baggage. */
const MAX_MEMBERS = 180;
const MAX_LENGTH = 8192;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VISIBLE_ASCII = /^[\x20-\x7e]*$/;

export interface HeaderBaggage {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void;
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context;
}

/**
 * @param prefix - of the headers' names, in lower case.
 * @param hosts - see `createHostFilter`; with none, baggage comes in and never goes out.
 * @param encode - of values; what comes out must be ASCII, or the member is left out. `decode` is its reverse.
 */
export function createHeaderBaggage(
  prefix: string,
  hosts: readonly string[],
  encode: (value: string) => string | undefined,
  decode: (value: string) => string,
): HeaderBaggage {
  const maySendTo = createHostFilter(hosts);
  return {
    inject(context, carrier, setter) {
      const baggage = hosts.length === 0 ? undefined : api.propagation.getBaggage(context);
      if (!baggage || !maySendTo(destinationOf(context))) return;
      let room = MAX_LENGTH;
      for (const [key, { value }] of baggage.getAllEntries().slice(0, MAX_MEMBERS)) {
        const text = encode(value);
        if (text === undefined || !TOKEN.test(key) || !VISIBLE_ASCII.test(text) || key.length + text.length > room) continue;
        room -= key.length + text.length;
        setter.set(carrier, `${prefix}${key}`, text);
      }
    },

    extract(context, carrier, getter) {
      const names = getter.keys(carrier).filter((name) => name.toLowerCase().startsWith(prefix) && name.length > prefix.length);
      if (names.length === 0) return context;
      let baggage = api.propagation.getBaggage(context) ?? api.propagation.createBaggage();
      let room = MAX_LENGTH;
      for (const name of names.slice(0, MAX_MEMBERS)) {
        const value = firstValue(getter, carrier, name);
        if (value === undefined || name.length + value.length > room) continue;
        room -= name.length + value.length;
        baggage = baggage.setEntry(name.slice(prefix.length), { value: decode(value) });
      }
      return api.propagation.setBaggage(context, baggage);
    },
  };
}

/** The one value of a header, or the first of several. */
export function firstValue(getter: TextMapGetter, carrier: unknown, name: string): string | undefined {
  const value: unknown = getter.get(carrier, name);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}
