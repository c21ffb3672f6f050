import { api } from '../../runtime/otel.ts';

/**
 * Run `fn` with entries added to the baggage: named texts that every service of the trace can read, where they may be sent. They leave
 * only to hosts in `SIGNALBOX_BAGGAGE_HOSTS`, and become attributes nowhere by themselves.
 */
export function withBaggage<T>(entries: Readonly<Record<string, string>>, fn: () => T): T {
  let baggage = api.propagation.getActiveBaggage() ?? api.propagation.createBaggage();
  for (const [name, value] of Object.entries(entries)) baggage = baggage.setEntry(name, { value: String(value) });
  return api.context.with(api.propagation.setBaggage(api.context.active(), baggage), fn);
}

/** The entry of the baggage with this name; `undefined` where there is none. */
export function getBaggage(name: string): string | undefined {
  return api.propagation.getActiveBaggage()?.getEntry(name)?.value;
}
