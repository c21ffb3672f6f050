import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { optionsOf } from '../../values/options.ts';

/** More than W3C's 64 that everybody must pass on. */
const MOST_ENTRIES = 180;

/**
 * Run `fn` with entries added to the baggage: named texts that every service of the trace can read, where they may be sent. They leave
 * only to hosts in `SIGNALBOX_BAGGAGE_HOSTS`, and become attributes nowhere by themselves.
 */
export function withBaggage<T>(entries: Readonly<Record<string, string>>, fn: () => T): T {
  if (typeof fn !== 'function') throw new TypeError(`withBaggage() must get a function, got ${typeof fn}.`);
  const all = new Map(api.propagation.getActiveBaggage()?.getAllEntries());
  const added = typeof entries === 'object' ? Object.entries(optionsOf(entries)) : [];
  for (const [name, value] of added.slice(0, MOST_ENTRIES)) {
    const text = attempt(() => String(value));
    if (text !== undefined) all.set(name, { value: text });
  }
  const baggage = api.propagation.createBaggage(Object.fromEntries(all));
  return api.context.with(api.propagation.setBaggage(api.context.active(), baggage), fn);
}

/** The entry of the baggage with this name; `undefined` where there is none. */
export function getBaggage(name: string): string | undefined {
  return api.propagation.getActiveBaggage()?.getEntry(name)?.value;
}
