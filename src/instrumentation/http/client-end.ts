/** How a request of this program ends on its span, and in its duration: alike for `node:http`, `fetch` and undici. */
import type { Attributes, Context, Span } from '@opentelemetry/api';
import {
  ERROR_TYPE,
  HTTP_REQUEST_METHOD,
  HTTP_RESPONSE_STATUS_CODE,
  NETWORK_PROTOCOL_VERSION,
  SERVER_ADDRESS,
  SERVER_PORT,
} from '../../names/attributes.ts';
import { STATUS_ERROR } from '../../names/otel.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import type { Failure } from './broken-off.ts';
import { errorTypeOf, messageOf } from './http-semantics.ts';
import type { HttpSide } from './http-side.ts';

/** What durations are told apart by. */
export const MEASURED = [HTTP_REQUEST_METHOD, SERVER_PORT, HTTP_RESPONSE_STATUS_CODE, NETWORK_PROTOCOL_VERSION, ERROR_TYPE, SERVER_ADDRESS];

/** A request that was begun. */
export interface BegunRequest {
  readonly span: Span;
  /** With the span in it. */
  readonly inside: Context;
  readonly startMs: number;
  /** One of the specifications', or `_OTHER`. */
  readonly method: string;
  readonly address: string | undefined;
  readonly port: number | undefined;
}

export interface RequestEnd {
  /** `undefined` where there was no response. */
  readonly status: number | undefined;
  readonly protocolVersion: string | undefined;
  /** `undefined` where nothing failed, or the program gave the request up. */
  readonly failure: Failure | undefined;
  /** What else was learnt about it. */
  readonly attributes?: Attributes | undefined;
}

export function endRequest(side: HttpSide, begun: BegunRequest, { status, protocolVersion, failure, attributes }: RequestEnd): void {
  const { span, inside, startMs, method, address, port } = begun;
  if (attributes !== undefined) span.setAttributes(attributes);
  if (status !== undefined) span.setAttribute(HTTP_RESPONSE_STATUS_CODE, status);
  if (protocolVersion !== undefined) span.setAttribute(NETWORK_PROTOCOL_VERSION, protocolVersion);
  const errorType = failure === undefined ? typeOfStatus(span, status) : recordFailure(span, failure);
  if (errorType !== undefined) span.setAttribute(ERROR_TYPE, errorType);
  span.end();
  side.durations?.record((monotonicMs() - startMs) / 1000, [method, port, status, protocolVersion, errorType, address], inside);
}

function typeOfStatus(span: Span, status: number | undefined): string | undefined {
  if (status === undefined || status < 400) return undefined;
  span.setStatus({ code: STATUS_ERROR });
  return String(status);
}

/** Returns `error.type`. */
function recordFailure(span: Span, { error, type }: Failure): string {
  span.recordException(error as Error);
  span.setStatus({ code: STATUS_ERROR, message: messageOf(error) });
  return type ?? errorTypeOf(error);
}
