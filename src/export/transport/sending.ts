/** What the transports have in common: sending within a time limit, letting the process end, closing. */
import type { Peer, SendResult, Transport } from '../../otlp/types.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { CLOSED, reset, type Destination } from './failure.ts';
import type { HostLookup } from './host-lookup.ts';

/** One `send`, from compression to answer. */
export interface Sending {
  /** Does not keep the process alive any more. */
  released: boolean;
  aborted: boolean;
  settle?: (result: SendResult) => void;
}

/** One protocol, as far as it is its own. */
export interface Wire<S extends Sending> {
  /** The body as it goes over the connection. May throw or reject. */
  encode(body: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /**
   * One request on one connection; undefined when a connection that was kept turned out to be gone before the server took
   * the request. May throw.
   *
   * @param limit.totalMs - what `leftMs` was at first, for messages.
   */
  attempt(sending: S, content: Uint8Array, limit: Limit): Promise<SendResult | undefined>;
  /** What an error that was thrown means. */
  failed(error: unknown): SendResult;
  /** Lets the process end although `sending`, which is `released`, is under way. */
  release(sending: S): void;
  /** Ends connections. Later requests open new ones. */
  disconnect(): void;
}

export interface Limit {
  readonly leftMs: number;
  readonly totalMs: number;
}

export interface TransportOptions {
  /** Default `MAX_CONNECTION_AGE_MS`. */
  readonly maxConnectionAgeMs?: number;
  /** Default: `createHostLookup`. */
  readonly hosts?: HostLookup;
  /** Where the endpoint was last reached: the first connection goes there and needs no DNS. */
  readonly address?: string | undefined;
  /** The setting that bounds each request, for messages; see `Destination`. */
  readonly timeoutSetting?: string | undefined;
}

/** The longest that a timer can be set to. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** A connection that lives for ever never meets a second collector, nor the new one behind the same name. */
export const MAX_CONNECTION_AGE_MS = 60_000;
export const RETRYABLE_HTTP: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** The first, and one more where a kept connection was gone. */
const MOST_ATTEMPTS = 2;

export function timerMs(ms: number): number {
  return Math.min(Math.max(1, ms), MAX_TIMEOUT_MS);
}

export function createSendingTransport<S extends Sending>(
  wire: Wire<S>,
  { destination, hosts, peer }: { destination: Destination; hosts: HostLookup; peer: Peer },
): Transport {
  const underWay = new Set<S>();

  async function sendWithin(timeoutMs: number, sending: S, body: Uint8Array): Promise<SendResult> {
    const deadlineMs = monotonicMs() + timeoutMs;
    const content = await wire.encode(body);
    for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts++) {
      if (sending.aborted) return CLOSED;
      const result = await wire.attempt(sending, content, { leftMs: deadlineMs - monotonicMs(), totalMs: timeoutMs });
      if (result !== undefined) return result;
    }
    return reset(destination);
  }

  return {
    peer,
    async send(body, timeoutMs) {
      const sending = { released: false, aborted: false } as S;
      underWay.add(sending);
      try {
        return await sendWithin(timeoutMs, sending, body);
      } catch (error) {
        return wire.failed(error);
      } finally {
        underWay.delete(sending);
      }
    },
    unref() {
      for (const sending of underWay) {
        sending.released = true;
        wire.release(sending);
      }
    },
    close() {
      for (const sending of underWay) {
        sending.aborted = true;
        sending.settle?.(CLOSED);
      }
      hosts.cancel();
      wire.disconnect();
    },
  };
}
