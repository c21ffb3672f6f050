/** A server that speaks Sentry's envelope protocol: keeps what it gets, and answers as it is told. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface SentryEvent {
  readonly event_id: string;
  readonly level: string;
  readonly environment?: string;
  readonly release?: string;
  readonly message?: string;
  readonly transaction?: string;
  readonly tags?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly fingerprint?: readonly string[];
  readonly contexts?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly breadcrumbs?: readonly Readonly<Record<string, unknown>>[];
  readonly exception?: {
    readonly values: readonly {
      readonly type: string;
      readonly value: string;
      readonly mechanism?: Readonly<Record<string, unknown>>;
      readonly stacktrace?: { readonly frames: readonly Readonly<Record<string, unknown>>[] };
    }[];
  };
}

interface Item {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: unknown;
}

interface SpanPost {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Post extends SpanPost {
  readonly header: Readonly<Record<string, unknown>>;
  readonly items: readonly Item[];
}

export interface SentryServer {
  readonly dsn: string;
  readonly posts: readonly Post[];
  /** By OTLP. */
  readonly spans: readonly SpanPost[];
  items(type: string): Readonly<Record<string, unknown>>[];
  events(): SentryEvent[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param answer - default: 200, with an id. */
export async function startSentryServer(answer = (response: ServerResponse): unknown => response.end('{"id":"1"}')): Promise<SentryServer> {
  const posts: Post[] = [];
  const spans: SpanPost[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { headers, url = '' } = request;
      if (url.includes('/otlp/')) spans.push({ url, headers, body: gunzipSync(body).toString('latin1') });
      else posts.push({ url, headers, body: body.toString(), ...parseEnvelope(body) });
      answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  /** As Sentry has it: what comes again, for a process that ends cannot wait for an answer, is dropped by its id. */
  const first = (): Post[] => posts.filter(({ items: sent }, at) => !posts.slice(0, at).some((post) => isSame(post.items, sent)));
  const items = (type: string) =>
    first()
      .flatMap((post) => post.items)
      .flatMap(({ header, payload }) => (header['type'] === type ? [payload as never] : []));
  return {
    dsn: `http://publickey@127.0.0.1:${(server.address() as AddressInfo).port}/42`,
    posts,
    spans,
    items,
    events: () => items('event'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function isSame([one]: readonly Item[], [other]: readonly Item[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A line of headers, then for each item a line of headers and its payload, so long as they say. */
function parseEnvelope(body: Buffer): { header: Readonly<Record<string, unknown>>; items: Item[] } {
  let rest = body;
  const line = (): Readonly<Record<string, unknown>> => {
    const end = rest.indexOf(10);
    const text = rest.subarray(0, end === -1 ? undefined : end).toString();
    rest = end === -1 ? Buffer.alloc(0) : rest.subarray(end + 1);
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  };
  const header = line();
  const items: Item[] = [];
  while (rest.length > 0) {
    const item = line();
    const newline = rest.indexOf(10);
    const length = (item['length'] as number | undefined) ?? (newline === -1 ? rest.length : newline);
    items.push({ header: item, payload: JSON.parse(rest.subarray(0, length).toString()) });
    rest = rest.subarray(length + 1);
  }
  return { header, items };
}
