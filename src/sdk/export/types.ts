/** What the parts of the export path hand to each other. */

/** Decides what of an attribute may leave: the value, a changed value, or `undefined` to drop it. Never throws. */
export type Redact = (key: string, value: unknown) => unknown;

/** Records of one instrumentation scope, each encoded alone, so that a bad one falls alone. */
export interface ScopeGroup {
  readonly scope: Uint8Array;
  readonly records: readonly Uint8Array[];
}

/** What one export came to. `rejected` counts the records that the server named in a partial success. */
export type SendResult =
  | { readonly kind: 'accepted'; readonly rejected: number; readonly message?: string }
  /** Not taken, try again: not reachable, timed out, 429, 502, 503, 504, and the retryable gRPC codes of the OTLP specification. */
  | { readonly kind: 'retry'; readonly reason: string; readonly message: string; readonly retryAfterMs?: number }
  /** Not taken and never will be: bad data, bad credentials, wrong address. */
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string };

/** Carries one encoded request to one endpoint. Never throws and never rejects. */
export interface Transport {
  send(body: Uint8Array, timeoutMs: number): Promise<SendResult>;
  /** Ends idle connections; requests under way are aborted and answer `retry`. */
  close(): void;
}
