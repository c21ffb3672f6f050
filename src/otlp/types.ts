/** What the parts of the export path pass to each other. */
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Attributes } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Signal } from '../config/config.ts';
import type { PlainValue } from '../values/plain-value.ts';
import type { ExportReason } from '../names/messages.ts';
import type { KnownValues } from './encode/known-values.ts';
import type { MetricWriter } from './metric-writer.ts';

/**
 * Decides what of an attribute may leave: the value, a changed value, or `undefined` to drop it. Never throws.
 *
 * The empty key stands for text without a name of its own: the name of a span or an event, the body of a log, the message
 * of a span's status.
 */
export interface Redact {
  (key: string, value: PlainValue): PlainValue | undefined;
  /** What it came to for short texts, encoded. Only for one that always decides alike. */
  readonly known?: KnownValues;
}

/** A scope as the SDK has it; tracers and meters have no attributes in their types yet. */
export type Scope = InstrumentationScope & { attributes?: Attributes; droppedAttributesCount?: number };

/** Records of one instrumentation scope, each encoded alone, so that a bad one falls alone. */
export interface ScopeGroup {
  readonly scope: Uint8Array;
  readonly records: readonly Uint8Array[];
}

/** Takes the metrics of a collection. */
export interface MetricSink {
  readonly redact: Redact;
  /** A record that has more ends, and its other points come in another one: it cannot be taken apart on its way. */
  readonly maxBytes: number;
  /** Called for each metric, or each part of one, with the number of its points. */
  readonly onRecord: (scope: Scope, record: Uint8Array, points: number) => void;
}

/**
 * Turns records of the SDK into OTLP, one record at a time.
 *
 * The bytes of a record, a scope and a resource are for `assemble` of the same encoder and nobody else.
 *
 * Attributes and bodies are `PlainValue`s: the providers made them so. A value for which `redact` throws is left out.
 * Encoding throws only for a record that is hostile (a trace state that throws, more than 64 MiB), and is as good as new
 * afterwards: catch it and count the record as dropped.
 */
export interface Encoder {
  encodeSpan(span: ReadableSpan, redact: Redact): Uint8Array;
  encodeLog(record: ReadableLogRecord, redact: Redact): Uint8Array;
  /** Writes metrics down, one record each. */
  createMetricWriter(sink: MetricSink): MetricWriter;
  /** Attributes and schema URL. */
  encodeResource(resource: Resource, redact: Redact): Uint8Array;
  /** Name, version, attributes and schema URL. */
  encodeScope(scope: Scope, redact: Redact): Uint8Array;
  /** A whole `ExportTraceServiceRequest`, `ExportMetricsServiceRequest` or `ExportLogsServiceRequest` in memory of its own. */
  assemble(signal: Signal, resource: Uint8Array, groups: readonly ScopeGroup[]): Uint8Array;
}

/** What one export came to. `rejected` counts the records that the server named in a partial success. */
export type SendResult =
  | { readonly kind: 'accepted'; readonly rejected: number; readonly message?: string }
  /** Not accepted, try again: not reachable, timed out, 429, 502, 503, 504, and the retryable gRPC codes of the OTLP specification. */
  | { readonly kind: 'retry'; readonly reason: ExportReason; readonly message: string; readonly retryAfterMs?: number }
  /** Not accepted and never will be: bad data, bad credentials, wrong address. */
  | { readonly kind: 'refused'; readonly reason: ExportReason; readonly message: string };

/** Whether the same records would be accepted in smaller requests. */
export function isTooLarge(result: SendResult): boolean {
  return result.kind === 'refused' && (result.reason === 'http_413' || result.reason === 'too_large');
}

/** What is known of the other end, since something was sent there. */
export interface Peer {
  /** IP address from which the last answer came. */
  address?: string;
  /** How far the `Date` of its last answer is ahead of this machine's clock; negative when it is behind. */
  clockAheadMs?: number;
  /** `X-Sentry-Rate-Limits` of its last answer. */
  limits?: string | undefined;
  /** Whether a server of this very thread accepted the last connection. */
  isOwnProcess?: boolean;
  /** The setting that names the endpoint. */
  readonly setting?: string;
}

/** Carries one encoded request to one endpoint. Never throws and never rejects. */
export interface Transport {
  readonly peer: Readonly<Peer>;
  /** A request under way keeps the process alive; see `unref`. */
  send(body: Uint8Array, timeoutMs: number): Promise<SendResult>;
  /** Lets the process end although requests are under way. Later requests keep it alive again. */
  unref(): void;
  /** Ends idle connections; requests under way are aborted and answer `retry`. */
  close(): void;
}
