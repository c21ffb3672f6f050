/** Streams of Node.js and of the web: a span ends when its stream has ended, failed, or is destroyed. */
import type { EventEmitter } from 'node:events';
import { attempt } from '../../runtime/contain.ts';
import { endSpan, failSpan, type FollowedSpan } from './followed-span.ts';
import { getBuiltinModule } from '../../runtime/captured.ts';

interface NodeStream extends EventEmitter {
  readonly readable?: boolean;
  readonly writable?: boolean;
  readonly readableEnded?: boolean;
  readonly writableFinished?: boolean;
  readonly closed?: boolean;
}

export function isStream(value: object): boolean {
  return isNodeStream(value) || isWebStream(value);
}

export function followStream(stream: object, followed: FollowedSpan): void {
  if (isNodeStream(stream)) followNodeStream(stream, followed);
  else followWebStream(stream, followed);
}

function isNodeStream(value: object): value is NodeStream {
  return attempt(
    () => ('_readableState' in value || '_writableState' in value) && typeof (value as Partial<EventEmitter>).on === 'function',
    false,
  );
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

function followNodeStream(stream: NodeStream, followed: FollowedSpan): void {
  if (stream.closed === true) {
    endSpan(followed.span);
    return;
  }
  const { errorMonitor } = getBuiltinModule('node:events');
  const isOver = (): boolean => stream.readable !== true && stream.writable !== true;
  const onEnd = (): void => {
    if (isOver()) stop();
  };
  // Listening to `error` itself would keep a failure that nobody handles from ending the process.
  const onError = (error: unknown): void => {
    stop(() => failSpan(followed, error));
  };
  const onClose = (): void => stop();
  const stop = (end: () => void = () => endSpan(followed.span)): void => {
    stream.removeListener('end', onEnd).removeListener('finish', onEnd).removeListener('close', onClose);
    stream.removeListener(errorMonitor, onError);
    end();
  };
  stream.on('end', onEnd).on('finish', onEnd).on('close', onClose).on(errorMonitor, onError);
}

function followWebStream(stream: object, followed: FollowedSpan): void {
  const { finished } = getBuiltinModule('node:stream');
  const isFollowed = attempt(() => {
    // Neither locks the stream nor handles its failure for others.
    finished(stream as unknown as NodeJS.ReadableStream, {}, (error) => (error ? failSpan(followed, error) : endSpan(followed.span)));
    return true;
  });
  if (isFollowed !== true) endSpan(followed.span);
}
