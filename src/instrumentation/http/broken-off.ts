/**
 * Who broke an exchange off, and why, by what Node.js leaves on the messages and their connection.
 *
 * A connection that the other side closed has ended (`readableEnded`), or failed with an error of the system. One that did
 * neither was closed by this program. Node.js gives both the same error: `ECONNRESET`, "socket hang up" or "aborted".
 */
import { attempt } from '../../runtime/contain.ts';
import { textOf } from './http-semantics.ts';

export interface Connection {
  readonly readableEnded?: boolean;
  readonly errored?: unknown;
}

/** A request of this program, when it is over. */
export interface ClientEnd {
  /** What the request failed with, if it did. */
  readonly failure?: unknown;
  readonly response?: { readonly complete: boolean; readonly errored?: unknown } | undefined;
  /** `undefined` before there was one. */
  readonly connection?: Connection | null | undefined;
  /** It was silent for longer than its `timeout`. */
  readonly timedOut: boolean;
}

/** An error, and the name for `error.type` where its own code does not say what happened. */
export interface Failure {
  readonly error: unknown;
  readonly type?: string;
}

/** Errors of a request that was given up: of a signal, of axios and got, and of a pipeline whose other end has gone. */
const GIVEN_UP = new Set(['AbortError', 'ABORT_ERR', 'CanceledError', 'ERR_CANCELED', 'CancelError', 'ERR_STREAM_PREMATURE_CLOSE']);
const TIMEOUT = 'TimeoutError';

/**
 * Why a request of this program failed: `undefined` when it did not, or when the program gave it up. A time-out is a failure,
 * whichever way it was set, as it is for `fetch`.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
export function clientFailure({ failure, response, connection, timedOut }: ClientEnd): Failure | undefined {
  const error = failure ?? response?.errored ?? undefined;
  const isCut = response !== undefined && !response.complete;
  if (error === undefined && !isCut) return undefined;
  if (isTimeoutOfSignal(error)) return { error, type: TIMEOUT };
  const isOurs = error === undefined || isGivenUp(error) || (isHangUp(error) && !isClosedByPeer(connection));
  if (!isOurs) return { error };
  return timedOut ? { error: error ?? new Error('The request timed out'), type: 'timeout' } : undefined;
}

/** `AbortSignal.timeout()`, which is the cause of the error that a request is given. */
function isTimeoutOfSignal(error: unknown): boolean {
  return (
    isGivenUp(error) &&
    textOf(
      attempt(() => (error as { cause?: unknown }).cause),
      'name',
    ) === TIMEOUT
  );
}

/** By the program itself, through a signal or the methods of common clients. */
export function isGivenUp(error: unknown): boolean {
  return GIVEN_UP.has(textOf(error, 'name')) || GIVEN_UP.has(textOf(error, 'code'));
}

/** An error that Node.js makes when a connection closes, whoever closed it. */
function isHangUp(error: unknown): boolean {
  return textOf(error, 'code') === 'ECONNRESET' && textOf(error, 'syscall') === '';
}

function isClosedByPeer(connection: Connection | null | undefined): boolean {
  return connection?.readableEnded === true || isOfSystem(connection?.errored);
}

function isOfSystem(error: unknown): boolean {
  return textOf(error, 'syscall') !== '';
}

/** A response of this program, when its connection has closed before all of it was sent. */
export interface ServerEnd {
  readonly response: { readonly errored?: unknown };
  readonly request: { readonly errored?: unknown };
  readonly connection: Connection;
}

export interface BrokenOff {
  readonly by: 'client' | 'server';
  /** What the response, the request or the connection was destroyed with. */
  readonly error?: unknown;
}

/** Who broke a response off: the client that went away, or the program that destroyed the response or its connection. */
export function whoBrokeOff({ response, request, connection }: ServerEnd): BrokenOff {
  const { errored } = connection;
  const given = errored !== undefined && errored !== null && (errored === response.errored || errored === request.errored);
  if (!given && (isClosedByPeer(connection) || isFaultOfClient(errored))) return { by: 'client' };
  return { by: 'server', error: errored ?? undefined };
}

/** What was sent is no HTTP, or came too slowly. */
function isFaultOfClient(error: unknown): boolean {
  const code = textOf(error, 'code');
  return code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT';
}
