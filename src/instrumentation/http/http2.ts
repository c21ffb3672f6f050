/** Loads what watches servers of `node:http2` with the first stream; where Node.js publishes nothing of them, one line says so. */
import type { IncomingMessage } from 'node:http';
import { say } from '../../diagnostics/current-reporter.ts';
import { loadPart } from '../../runtime/load-part.ts';
import { listen } from '../loading/listen.ts';
import { satisfies } from '../loading/version-range.ts';
import { grpc } from './grpc-streams.ts';
import type { StreamMessage } from './http2-server.ts';
import type { HttpSide } from './http-side.ts';

/** Published right before the events `stream` and `request` are due, which are in the context that is active then. */
const STREAM_START = 'http2.server.stream.start';
const PUBLISHING = '>=22.17.0';
const SERVER_LISTENS = 'tracing:net.server.listen:asyncStart';
const SERVERS: ReadonlySet<unknown> = new Set(['Http2Server', 'Http2SecureServer']);

export function watchHttp2(side: HttpSide, isIgnored: (request: IncomingMessage) => boolean): void {
  if (!satisfies(process.versions.node, PUBLISHING)) return sayServersAreUnseen(side);
  listen<StreamMessage>(STREAM_START, (message) => {
    if (!side.isEnabled) return;
    const { beginStream } = loadPart<typeof import('./http2-server.ts')>(import.meta.url, './http2-server');
    beginStream(side, isIgnored, message);
  });
}

function sayServersAreUnseen(side: HttpSide): void {
  let isSaid = false;
  listen<{ server: object }>(SERVER_LISTENS, ({ server }) => {
    if (isSaid || !side.isEnabled || grpc.isWatched || !SERVERS.has(server.constructor.name)) return;
    isSaid = true;
    say(
      'http2-unseen',
      `Node.js must be 22.17 or later for spans of HTTP/2 servers, but is ${process.versions.node}. Requests by HTTP/2 are answered as ever, and not recorded.`,
    );
  });
}
