/**
 * The ops port mounted into a server of the application. Frameworks differ in what they call a handler with: each is a row of a
 * table, known by its arguments.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerOps, isOpsPath, notFound, type OpsParts, type OpsRequest, type OpsResponse } from './answer.ts';
import { optionsOf } from '../values/options.ts';
import type { OpsHandler, OpsHandlerOptions } from './ops-types.ts';

type PassOn = () => unknown;

interface Adapter {
  fits(first: Arguments, second: Arguments): boolean;
  handle(first: Arguments, second: Arguments, next: unknown, answer: Answer): unknown;
}

/** As little as is looked at. */
type Arguments = Readonly<Record<string, unknown>>;
/** `undefined` when the request is for somebody else. */
type Answer = (method: unknown, url: unknown, header: (name: string) => unknown) => Promise<OpsResponse> | undefined;

const FASTIFY: Adapter = {
  fits: (request, reply) => isObject(request['raw']) && typeof reply['hijack'] === 'function',
  handle(request, reply, _next, answer) {
    const { headers, method, url } = request['raw'] as IncomingMessage;
    const response = reply as unknown as {
      callNotFound(): unknown;
      code(status: number): { headers(headers: object): { send(body: unknown): unknown } };
    };
    const answered = answer(method, url, (name) => headers[name]);
    if (answered === undefined) return response.callNotFound();
    return answered.then(({ body, headers: all, status }) =>
      response
        .code(status)
        .headers(all)
        .send(typeof body === 'string' ? body : Buffer.from(body)),
    );
  },
};

const KOA: Adapter = {
  fits: (context) => isObject(context['req']) && isObject(context['res']) && isObject(context['app']),
  async handle(context, next, _next, answer) {
    const { headers } = context['req'] as IncomingMessage;
    const answered = answer(context['method'], context['url'], (name) => headers[name]);
    if (answered === undefined) return (next as unknown as PassOn)();
    const { body, headers: all, status } = await answered;
    const koa = context as { status: number; body: unknown; set(headers: object): void };
    koa.status = status;
    koa.set(all);
    koa.body = typeof body === 'string' ? body : Buffer.from(body);
    return undefined;
  },
};

const HONO: Adapter = {
  fits: (context) => isObject(context['req']) && isObject((context['req'] as Arguments)['raw']) && 'header' in context,
  handle(context, next, _next, answer) {
    const { headers, method, url } = (context['req'] as Arguments)['raw'] as Request;
    const { pathname } = new URL(url);
    const answered = answer(method, pathname, (name) => headers.get(name) ?? undefined);
    if (answered === undefined) return (next as unknown as PassOn)();
    return answered.then(({ body, headers: all, status }) => new Response(method === 'HEAD' ? null : body, { status, headers: all }));
  },
};

const NODE: Adapter = {
  fits: (_request, response) => typeof response['writeHead'] === 'function',
  handle(request, response, next, answer) {
    const { headers, method, url } = request as unknown as IncomingMessage;
    const answered = answer(method, url, (name) => headers[name]);
    if (answered === undefined && typeof next === 'function') return (next as PassOn)();
    // A server with nothing else.
    return (answered ?? Promise.resolve(notFound())).then((found) => send(response as unknown as ServerResponse, method, found));
  },
};

/** In the order in which they are tried. */
const ADAPTERS: readonly Adapter[] = [FASTIFY, KOA, HONO, NODE];

export function createOpsHandler(parts: () => OpsParts, options?: OpsHandlerOptions): OpsHandler {
  const { basePath = '' } = optionsOf(options);
  const path = String(basePath).replace(/^\/+|\/+$/g, '');
  const base = path === '' ? '' : `/${path}`;
  const answer: Answer = (method, url, header) => {
    const text = String(url);
    const below = text.slice(base.length);
    if (!text.startsWith(base) || !isOpsPath(below)) return undefined;
    const request: OpsRequest = { method: String(method), url: below, header: (name) => textOf(header(name)) };
    return answerOps(request, parts());
  };
  return (first, second, next) => {
    const [one, two] = [Object(first) as Arguments, Object(second) as Arguments];
    const adapter = ADAPTERS.find(({ fits }) => fits(one, two));
    if (adapter === undefined)
      throw new TypeError('opsHandler() must be given what node:http, Express, Koa, Fastify or Hono give to a handler.');
    return adapter.handle(one, two, next, answer);
  };
}

function send(response: ServerResponse, method: unknown, { body, headers, status }: OpsResponse): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  if (method === 'HEAD') response.end();
  else response.end(bytes);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | undefined {
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : undefined;
}
