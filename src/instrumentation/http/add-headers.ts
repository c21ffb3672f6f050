/** How the context is put into the head of a request of `node:http`, which may be rendered already. */
import type { ClientRequest } from 'node:http';
import { isReplaced } from './http-semantics.ts';

/** What of a request is not part of its public shape, and has been there as long as `node:http`. */
interface RequestInternals {
  /** The head as it is sent, once it is rendered: by the constructor, where headers are an array. */
  _header: string | null;
  /** With `Expect`, the constructor has sent it already, as far as there is a connection. */
  readonly outputData: { data: unknown }[];
}

/** In place of those of the same names: a proxy passes on what it was sent. */
export function addHeaders(request: ClientRequest, headers: Readonly<Record<string, string>>): void {
  const internals = request as unknown as RequestInternals;
  if (internals._header === null) {
    if (headers['traceparent'] !== undefined) request.removeHeader('tracestate');
    for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
    return;
  }
  const before = internals._header;
  internals._header = replaceHeaders(before, headers);
  const [first] = internals.outputData;
  if (typeof first?.data === 'string' && first.data.startsWith(before)) first.data = internals._header + first.data.slice(before.length);
}

/** `head` as it is sent, with `headers` in place of those of the same names. */
export function replaceHeaders(head: string, headers: Readonly<Record<string, string>>): string {
  const added = new Set(Object.keys(headers));
  const kept = head
    .slice(0, -'\r\n\r\n'.length)
    .split('\r\n')
    .filter((line, index) => index === 0 || !isReplaced(line.slice(0, line.indexOf(':')), added));
  return [...kept, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '\r\n'].join('\r\n');
}
