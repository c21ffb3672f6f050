/** Who broke a stream of HTTP/2 off that was not sent as a whole. */
import type { BrokenOff } from './broken-off.ts';
import { textOf } from './http-semantics.ts';

/** A stream of this server, when it is closed. */
export interface StreamEnd {
  /** What it was destroyed with. */
  readonly errored: unknown;
  /** Whether the program called its `close()`. */
  readonly isClosedHere: boolean;
}

/** What Node.js makes of a connection that broke or a code that the client sent has such a code, or comes from the system. */
export function whoClosed({ errored, isClosedHere }: StreamEnd): BrokenOff {
  const isGiven = errored !== undefined && errored !== null;
  if (!isGiven) return { by: isClosedHere ? 'server' : 'client' };
  const isOfNode = textOf(errored, 'syscall') !== '' || textOf(errored, 'code').startsWith('ERR_HTTP2_');
  if (isOfNode) return { by: isClosedHere ? 'server' : 'client' };
  return { by: 'server', error: errored };
}
