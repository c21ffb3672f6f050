/** Streams of Node.js and of the web: over when they have ended, failed, or are destroyed. */
import type { EventEmitter } from 'node:events';
import { attempt } from '../../runtime/contain.ts';
import { getBuiltinModule } from '../../runtime/captured.ts';
import { readEach } from '../../values/read-properties.ts';
import { unregisterDropped, whenDropped } from './dropped.ts';
import type { Follower } from './follower.ts';

interface NodeStream extends EventEmitter {
  readonly readable?: boolean;
  readonly writable?: boolean;
  readonly destroyed?: boolean;
  readonly closed?: boolean;
  readonly errored?: unknown;
}

export function isStream(value: object): boolean {
  return isNodeStream(value) || isWebStream(value);
}

export function followStream(stream: object, follower: Follower): void {
  if (isNodeStream(stream)) followNodeStream(stream, follower);
  else followWebStream(stream, follower);
}

/** A response of `node:http` is one as well, and has no state of a `Writable`. */
function isNodeStream(value: object): value is NodeStream {
  return attempt(() => {
    const { on, pipe, write } = value as Record<string, unknown>;
    return typeof on === 'function' && (typeof pipe === 'function' || typeof write === 'function') && 'destroyed' in value;
  }, false);
}

/** Not by their classes, which Node.js would load for it. */
function isWebStream(value: object): boolean {
  return attempt(() => {
    const { getReader, cancel, getWriter, abort } = value as Record<string, unknown>;
    return (
      (typeof getReader === 'function' && typeof cancel === 'function') || (typeof getWriter === 'function' && typeof abort === 'function')
    );
  }, false);
}

function followNodeStream(stream: NodeStream, follower: Follower): void {
  const isDone = (): boolean => stream.readable !== true && stream.writable !== true;
  // One that is destroyed has yet to say why.
  if (stream.closed === true || (isDone() && stream.destroyed !== true)) {
    const error = stream.errored ?? undefined;
    follower.end(error !== undefined, error ?? stream);
    return;
  }
  const { errorMonitor } = getBuiltinModule('node:events');
  const token = {};
  const over = (isFailed: boolean, outcome: unknown): void => {
    unregisterDropped(token);
    stream.removeListener('end', onEnd).removeListener('finish', onEnd).removeListener('close', onClose);
    stream.removeListener(errorMonitor, onError);
    follower.end(isFailed, outcome);
  };
  const onEnd = (): void => {
    if (isDone()) over(false, stream);
  };
  // Listening to `error` itself would keep a failure that nobody handles from ending the process.
  const onError = (error: unknown): void => (isLeftEarly(error) ? over(false, stream) : over(true, error));
  const onClose = (): void => over(false, stream);
  stream.on('end', onEnd).on('finish', onEnd).on('close', onClose).on(errorMonitor, onError);
  whenDropped(stream, follower, token);
}

/** What Node.js destroys a stream with that a `for await` leaves: nothing failed. That of an `AbortSignal` has a cause. */
function isLeftEarly(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, cause } = readEach(error, ['code', 'cause']);
  return code === 'ABORT_ERR' && cause === undefined;
}

function followWebStream(stream: object, follower: Follower): void {
  const { finished } = getBuiltinModule('node:stream');
  const isFollowed = attempt(() => {
    // Neither locks the stream nor handles its failure for others.
    finished(stream as unknown as NodeJS.ReadableStream, {}, (error) => (error ? follower.end(true, error) : follower.end(false, stream)));
    return true;
  });
  if (isFollowed !== true) follower.end(false, stream);
}
