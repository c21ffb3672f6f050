/** One export request, from its headers to its answer, the same for HTTP and gRPC. */
import type { Protocol, Signal } from '../config/config.ts';
import type { Compression } from './body.ts';
import { decodeJson } from '../otlp/decode/decode-json.ts';
import { decodeProtobuf } from '../otlp/decode/decode-protobuf.ts';
import type { Decoded, ReceivedLog, ReceivedMetric, ReceivedSpan } from '../otlp/decode/model.ts';
import { Gone, Refusal } from '../otlp/decode/refusal.ts';
import { clearTimeout, setTimeout } from '../runtime/captured.ts';

/** Known when the headers are there. */
export interface RequestMeta {
  readonly signal: Signal;
  readonly protocol: Protocol;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Known when the body is read. */
export interface DeliveryMeta extends RequestMeta {
  readonly compression: Compression;
  /** Size of the body as it came; without the 5 bytes of framing for gRPC. */
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  /** Malformed spans, log records or data points that were left out, and why. */
  readonly rejected: number;
  readonly rejectedMessage: string;
}

export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/** What to do with a request instead of simply accepting it: for tests of senders. */
export type Answer =
  | {
      /** Hand the records on, then wait `delayMs`, then answer success. */
      readonly action: 'accept';
      readonly delayMs?: number;
      /** Say this instead of what the records came to. */
      readonly partialSuccess?: PartialSuccess;
      /** Send these bytes as the answer's message. */
      readonly body?: Uint8Array;
    }
  | {
      /** Read the body, wait `delayMs`, drop the records and answer with an error. */
      readonly action: 'refuse';
      /** @default 503 */
      readonly httpStatus?: number;
      /** @default 14, UNAVAILABLE */
      readonly grpcStatus?: number;
      readonly message?: string;
      readonly delayMs?: number;
      /** HTTP: `Retry-After`, rounded up to seconds. gRPC: a `RetryInfo` in the status details. */
      readonly retryAfterMs?: number;
      /** More headers (HTTP) or trailers (gRPC). */
      readonly headers?: Readonly<Record<string, string>>;
      /** HTTP only: the body, in place of a `google.rpc.Status`. */
      readonly body?: Uint8Array;
    }
  | {
      /** Read the body and never answer; the connection stays open until the sender or `close()` ends it. */
      readonly action: 'hang';
      /** Hand the records on. @default false */
      readonly deliver?: boolean;
    }
  | {
      /** Break the connection. */
      readonly action: 'drop';
      readonly when: 'before-body' | 'after-body';
      readonly delayMs?: number;
      /** Hand the records on, when the body was read: an acknowledgement that got lost. @default false */
      readonly deliver?: boolean;
    };

type Awaitable<T> = T | Promise<T>;

export interface ReceiverHandlers {
  /** The answer waits for the returned promise; a throw or rejection answers 500 or INTERNAL. */
  readonly onTraces?: (spans: readonly ReceivedSpan[], meta: DeliveryMeta) => Awaitable<void>;
  readonly onMetrics?: (metrics: readonly ReceivedMetric[], meta: DeliveryMeta) => Awaitable<void>;
  readonly onLogs?: (logs: readonly ReceivedLog[], meta: DeliveryMeta) => Awaitable<void>;
  /** Called when the headers of a valid export request are there. `undefined` accepts. */
  readonly respond?: (request: RequestMeta) => Awaitable<Answer | undefined>;
}

export interface ReceiverLimits {
  /** Of a body as it comes. @default 64 MiB, as the OTLP specification recommends */
  readonly maxCompressedBytes: number;
  /** Of a body after decompression. @default 64 MiB */
  readonly maxUncompressedBytes: number;
  /** Of the records of one request in memory, roughly. @default 256 MiB */
  readonly maxDecodedBytes: number;
}

/** What the requests of one receiver share. */
export interface ReceiverContext {
  readonly handlers: ReceiverHandlers;
  readonly limits: ReceiverLimits;
  readonly allowedHosts: readonly string[];
  /** Requests under way. */
  active: number;
  /** Called when no request is under way any more. */
  onIdle: () => void;
  closing: boolean;
  /** Called when the receiver closes: ends what waits. */
  readonly onClose: Set<() => void>;
}

/** Counts a request that began; `drop` breaks its connection. The returned function is to be called when it is over. */
export function enter(context: ReceiverContext, drop: () => void): () => void {
  context.active++;
  return () => {
    context.onClose.delete(drop);
    if (--context.active === 0) context.onIdle();
  };
}

export interface ReadBody {
  readonly compressedBytes: number;
  readonly bytes: Uint8Array;
}

/** What a protocol offers for one request. */
export interface Exchange {
  readonly meta: RequestMeta;
  readonly compression: Compression;
  /** Throws `Refusal`, or `Gone` when the sender left. */
  readonly read: () => Promise<ReadBody>;
  readonly accept: (partial: PartialSuccess | undefined, body: Uint8Array | undefined) => void;
  readonly refuse: (refusal: Refusal, scripted?: Answer & { action: 'refuse' }) => void;
  /** Breaks the connection. */
  readonly drop: () => void;
}

/** Runs one request to its end. Never rejects. */
export async function runExchange(exchange: Exchange, context: ReceiverContext): Promise<void> {
  try {
    const answer: Answer = (await context.handlers.respond?.(exchange.meta)) ?? { action: 'accept' };
    if (answer.action === 'drop' && answer.when === 'before-body') {
      await wait(answer.delayMs, context);
      exchange.drop();
      return;
    }
    const body = await exchange.read();
    if (answer.action === 'refuse') {
      await wait(answer.delayMs, context);
      const message = answer.message ?? 'The receiver was told to refuse this request.';
      exchange.refuse(new Refusal(answer.httpStatus ?? 503, answer.grpcStatus ?? 14, message), answer);
      return;
    }
    const partial = answer.action === 'accept' || answer.deliver ? await deliver(exchange, body, context) : undefined;
    if (answer.action === 'hang') {
      if (context.closing) exchange.drop();
      else context.onClose.add(exchange.drop);
      return;
    }
    await wait(answer.delayMs, context);
    if (answer.action === 'drop') exchange.drop();
    else exchange.accept(answer.partialSuccess ?? partial, answer.body);
  } catch (error) {
    if (error instanceof Refusal) exchange.refuse(error);
    else if (!(error instanceof Gone)) exchange.refuse(new Refusal(500, 13, 'The receiver failed to handle the request.'));
  }
}

/** Decodes the body and passes the records on. */
async function deliver(exchange: Exchange, body: ReadBody, context: ReceiverContext): Promise<PartialSuccess | undefined> {
  const { handlers, limits } = context;
  const { signal, protocol } = exchange.meta;
  const decode = <S extends Signal>(of: S): Decoded<S> =>
    (protocol === 'http/json' ? decodeJson : decodeProtobuf)(of, body.bytes, limits.maxDecodedBytes);
  const metaOf = ({ rejected, message }: Decoded<Signal>): DeliveryMeta => ({
    ...exchange.meta,
    compression: exchange.compression,
    compressedBytes: body.compressedBytes,
    uncompressedBytes: body.bytes.byteLength,
    rejected,
    rejectedMessage: message,
  });
  let decoded: Decoded<Signal>;
  if (signal === 'traces') {
    const spans = decode(signal);
    decoded = spans;
    await handlers.onTraces?.(spans.records, metaOf(spans));
  } else if (signal === 'metrics') {
    const metrics = decode(signal);
    decoded = metrics;
    await handlers.onMetrics?.(metrics.records, metaOf(metrics));
  } else {
    const logs = decode(signal);
    decoded = logs;
    await handlers.onLogs?.(logs.records, metaOf(logs));
  }
  return decoded.rejected === 0 ? undefined : { rejected: decoded.rejected, message: decoded.message };
}

/** Waits, or until the receiver closes. */
function wait(delayMs: number | undefined, context: ReceiverContext): Promise<void> {
  if (!delayMs || context.closing) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      context.onClose.delete(end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(delayMs, 2 ** 31 - 1));
    timer.unref();
    context.onClose.add(end);
  });
}
