/** Keeps the newest of what a receiver took, within a bound in bytes. */
import type { ReceiverHandlers } from './exchange.ts';
import type { ReceivedLog, ReceivedMetric, ReceivedSpan } from '../otlp/decode/model.ts';
import { clearTimeout, setTimeout } from '../runtime/captured.ts';
import { attempt } from '../runtime/contain.ts';
import { createRing, type Ring } from './ring.ts';

export interface StoreOptions {
  /** Roughly how much the records may take: half for spans, a quarter each for logs and metrics. @default 64 MiB */
  readonly maxBytes?: number;
}

export interface WaitOptions {
  /** @default 10 s */
  readonly timeoutMs?: number;
  /** What is waited for, for the message of the error. */
  readonly what?: string;
}

export interface Store {
  /** To spread into the options of `startReceiver`. */
  readonly handlers: Pick<ReceiverHandlers, 'onTraces' | 'onMetrics' | 'onLogs'>;
  /** Oldest first, as are all lists of the store. */
  readonly spans: () => ReceivedSpan[];
  readonly logs: () => ReceivedLog[];
  readonly metrics: () => ReceivedMetric[];
  /** Ids of the traces that have a span or a log record here. */
  readonly traceIds: () => string[];
  readonly spansOf: (traceId: string) => ReceivedSpan[];
  readonly logsOf: (traceId: string) => ReceivedLog[];
  /** How many records were thrown out for newer ones. */
  readonly evicted: () => { readonly spans: number; readonly logs: number; readonly metrics: number };
  /** Roughly what the records take. */
  readonly bytes: () => number;
  readonly clear: () => void;
  /** Calls `listener` after each arrival, until the returned function is called. What it throws is ignored. */
  readonly subscribe: (listener: () => void) => () => void;
  /**
   * The first answer of `probe` that is not `undefined`, `null` or `false`: asked at once and after each arrival.
   *
   * @throws when the time is over, telling what was there; and whatever `probe` throws.
   */
  readonly waitFor: <T>(probe: (store: Store) => T | undefined | null | false, options?: WaitOptions) => Promise<T>;
}

const DEFAULT_MAX_BYTES = 64 * 2 ** 20;
const DEFAULT_TIMEOUT_MS = 10_000;

export function createStore({ maxBytes = DEFAULT_MAX_BYTES }: StoreOptions = {}): Store {
  const spansByTrace = new Map<string, Set<ReceivedSpan>>();
  const logsByTrace = new Map<string, Set<ReceivedLog>>();
  const spans = createRing<ReceivedSpan>(maxBytes / 2, (span) => unindex(spansByTrace, span.traceId, span));
  const logs = createRing<ReceivedLog>(maxBytes / 4, (log) => unindex(logsByTrace, log.traceId, log));
  const metrics = createRing<ReceivedMetric>(maxBytes / 4, () => {});
  const listeners = new Set<() => void>();

  const add = <T>(ring: Ring<T>, records: readonly T[], index: (record: T) => void): void => {
    for (const record of records) if (ring.add(record)) index(record);
    // A listener's fault is its own: the sender still gets the answer that its records arrived.
    for (const listener of [...listeners]) attempt(listener);
  };

  const store: Store = {
    handlers: {
      onTraces: (records) => add(spans, records, (span) => index(spansByTrace, span.traceId, span)),
      onLogs: (records) => add(logs, records, (log) => index(logsByTrace, log.traceId, log)),
      onMetrics: (records) => add(metrics, records, () => {}),
    },
    spans: spans.items,
    logs: logs.items,
    metrics: metrics.items,
    traceIds: () => [...new Set([...spansByTrace.keys(), ...logsByTrace.keys()])],
    spansOf: (traceId) => [...(spansByTrace.get(traceId) ?? [])],
    logsOf: (traceId) => [...(logsByTrace.get(traceId) ?? [])],
    evicted: () => ({ spans: spans.evicted(), logs: logs.evicted(), metrics: metrics.evicted() }),
    bytes: () => spans.bytes() + logs.bytes() + metrics.bytes(),
    clear: () => {
      for (const ring of [spans, logs, metrics]) ring.clear();
      spansByTrace.clear();
      logsByTrace.clear();
    },
    subscribe: (listener) => {
      // Wrapped, so that the same function may listen twice.
      const own = (): void => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    waitFor: (probe, options) => waitFor(store, probe, options),
  };
  return store;
}

function waitFor<T>(
  store: Store,
  probe: (store: Store) => T | undefined | null | false,
  { timeoutMs = DEFAULT_TIMEOUT_MS, what = 'what was waited for' }: WaitOptions = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
    };
    const ask = (): void => {
      try {
        const answer = probe(store);
        if (answer === undefined || answer === null || answer === false) return;
        end();
        resolve(answer);
      } catch (error) {
        end();
        reject(error);
      }
    };
    const timer = setTimeout(
      () => {
        end();
        reject(new Error(`The store must receive ${what} within ${timeoutMs} ms, did not. It has ${summarize(store)}.`));
      },
      Math.min(timeoutMs, 2 ** 31 - 1),
    );
    const unsubscribe = store.subscribe(ask);
    ask();
  });
}

function index<T>(byTrace: Map<string, Set<T>>, traceId: string | undefined, record: T): void {
  if (traceId === undefined) return;
  const records = byTrace.get(traceId);
  if (records === undefined) byTrace.set(traceId, new Set([record]));
  else records.add(record);
}

function unindex<T>(byTrace: Map<string, Set<T>>, traceId: string | undefined, record: T): void {
  const records = traceId === undefined ? undefined : byTrace.get(traceId);
  if (traceId === undefined || records === undefined) return;
  records.delete(record);
  if (records.size === 0) byTrace.delete(traceId);
}

/** What is there, so that a failed wait explains itself. */
function summarize(store: Store): string {
  const list = (count: number, noun: string, names: Iterable<string>): string => {
    const distinct = [...new Set(names)];
    const shown = distinct.slice(0, 20).map((name) => JSON.stringify(name));
    if (distinct.length > shown.length) shown.push('…');
    return `${count} ${noun}${count === 0 ? '' : ` (${shown.join(', ')})`}`;
  };
  const spans = store.spans();
  const logs = store.logs();
  const metrics = store.metrics();
  return [
    list(
      spans.length,
      'spans',
      spans.map(({ name }) => name),
    ),
    list(
      logs.length,
      'log records',
      logs.map(({ body, eventName }) => (typeof body === 'string' ? body : eventName).slice(0, 80)),
    ),
    list(
      metrics.length,
      'metrics',
      metrics.map(({ name }) => name),
    ),
  ].join(', ');
}
