/** `propagation` of the API, with baggage. */
import type {
  Baggage,
  BaggageEntry,
  BaggageEntryMetadata,
  Context,
  TextMapGetter,
  TextMapPropagator,
  TextMapSetter,
} from '@opentelemetry/api';
import { context, createContextKey } from './context.ts';
import { register, registered, unregister } from './globals.ts';

const BAGGAGE = createContextKey('OpenTelemetry Baggage Key');
const METADATA = Symbol('BaggageEntryMetadata');

class BaggageImpl implements Baggage {
  readonly _entries: Map<string, BaggageEntry>;

  constructor(entries: Iterable<readonly [string, BaggageEntry]>) {
    this._entries = new Map(entries);
  }

  getEntry(key: string): BaggageEntry | undefined {
    const entry = this._entries.get(key);
    return entry === undefined ? undefined : { ...entry };
  }

  getAllEntries(): [string, BaggageEntry][] {
    return [...this._entries];
  }

  setEntry(key: string, entry: BaggageEntry): Baggage {
    return new BaggageImpl([...this._entries, [key, entry]]);
  }

  removeEntry(key: string): Baggage {
    return this.removeEntries(key);
  }

  removeEntries(...keys: string[]): Baggage {
    return new BaggageImpl([...this._entries].filter(([key]) => !keys.includes(key)));
  }

  clear(): Baggage {
    return new BaggageImpl([]);
  }
}

export function baggageEntryMetadataFromString(text: string): BaggageEntryMetadata {
  return { __TYPE__: METADATA, toString: () => text } as unknown as BaggageEntryMetadata;
}

type Headers = Record<string, unknown>;

export const defaultTextMapGetter: TextMapGetter = {
  get: (carrier, key) => (carrier === null || carrier === undefined ? undefined : ((carrier as Headers)[key] as string)),
  keys: (carrier) => (carrier === null || carrier === undefined ? [] : Object.keys(carrier as Headers)),
};

export const defaultTextMapSetter: TextMapSetter = {
  set(carrier, key, value) {
    if (carrier !== null && carrier !== undefined) (carrier as Headers)[key] = value;
  },
};

export const propagation = {
  createBaggage: (entries: Record<string, BaggageEntry> = {}): Baggage => new BaggageImpl(Object.entries(entries)),
  getBaggage: (from: Context): Baggage | undefined => (from.getValue(BAGGAGE) as Baggage | undefined) || undefined,
  getActiveBaggage: (): Baggage | undefined => propagation.getBaggage(context.active()),
  setBaggage: (into: Context, baggage: Baggage): Context => into.setValue(BAGGAGE, baggage),
  inject<Carrier>(from: Context, carrier: Carrier, setter: TextMapSetter<Carrier> = defaultTextMapSetter): void {
    registered('propagation')?.inject(from, carrier, setter);
  },
  extract<Carrier>(into: Context, carrier: Carrier, getter: TextMapGetter<Carrier> = defaultTextMapGetter): Context {
    return registered('propagation')?.extract(into, carrier, getter) ?? into;
  },
  setGlobalPropagator: (propagator: TextMapPropagator): boolean => register('propagation', propagator),
  disable: (): void => unregister('propagation'),
};
