/** Whether what a request of undici ended with is a failure, or was given to it by the program that gave it up. */
import { attempt } from '../../runtime/contain.ts';
import { isGivenUp, type Failure } from './broken-off.ts';
import { textOf } from './http-semantics.ts';

/** The program destroyed or closed the client, and its requests with it. */
const CLIENT_IS_GONE = new Set(['UND_ERR_ABORTED', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED']);

/**
 * @param isSending - whether the body was not sent as a whole: then an error may be that of the body.
 * @returns `undefined` for a request that the program gave up.
 */
export function undiciFailure(error: unknown, isSending: boolean): Failure | undefined {
  if (isGivenUp(error) || CLIENT_IS_GONE.has(textOf(error, 'code')) || isOnlyAReason(error)) return undefined;
  return !isSending && isOwnError(error) ? undefined : { error };
}

/** What is no error was given to `abort(reason)` or `cancel(reason)`. */
function isOnlyAReason(error: unknown): boolean {
  return !(error instanceof Error) && attempt(() => typeof (error as { name?: unknown } | null)?.name !== 'string', true);
}

/** Given to `abort(error)` or `destroy(error)`: what undici, sockets and TLS fail with has a code. */
function isOwnError(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof DOMException) return false;
  return attempt(() => !('code' in error) && error.name !== 'TimeoutError', false);
}
