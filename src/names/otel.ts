/** Numbers of OpenTelemetry's enums, for its API takes a while to load and some of this runs without it. */
import type { SeverityNumber, SpanKind, SpanStatusCode } from '@opentelemetry/api';

/** @see https://opentelemetry.io/docs/specs/otel/trace/api/#spankind */
export const INTERNAL: SpanKind = 0;
export const SERVER: SpanKind = 1;
export const CLIENT: SpanKind = 2;
export const PRODUCER: SpanKind = 3;
export const CONSUMER: SpanKind = 4;

/** @see https://opentelemetry.io/docs/specs/otel/trace/api/#set-status */
export const STATUS_UNSET: SpanStatusCode = 0;
export const STATUS_OK: SpanStatusCode = 1;
export const STATUS_ERROR: SpanStatusCode = 2;

/** @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#severity-fields */
export const SEVERITY_ERROR: SeverityNumber = 17;
export const SEVERITY_FATAL: SeverityNumber = 21;
/** `FATAL4`. @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#severity-fields */
export const MAX_SEVERITY: SeverityNumber = 24;

/** What an exception is called, as an event of a span and as a log record. @see https://opentelemetry.io/docs/specs/semconv/exceptions/ */
export const EXCEPTION = 'exception';

/** @see https://www.w3.org/TR/trace-context-2/#trace-flags */
export const SAMPLED = 0x01;
/** Level 2: the right 56 bits of the trace id are random. */
export const RANDOM = 0x02;

/** The official SDK whose data model and behaviour the engine follows, and of which parts of it are: `telemetry.sdk.version`. */
export const OTEL_SDK_VERSION = '3.0.0';

/** Of the semantic conventions that resources follow. @see https://opentelemetry.io/docs/specs/otel/schemas/#opentelemetry-schema */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.45.0';
