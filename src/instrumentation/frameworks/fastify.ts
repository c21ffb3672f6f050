/**
 * Fastify 4 and 5: the route of the server span, and the error that a handler threw.
 *
 * Through Fastify's own diagnostics channel, so nothing is patched, and a bundled Fastify is seen too; `@fastify/otel` would
 * bring a second SDK.
 */
import type { IncomingMessage } from 'node:http';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { attempt } from '../../runtime/contain.ts';
import { recordServerError, setRoute } from '../http/server-request.ts';
import { InstrumentationBase } from '../loading/instrumentation-base.ts';

interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly routeOptions?: { readonly url?: string };
  /** Fastify 4 before 4.10 */
  readonly routerPath?: string;
}

type Hook = (request: FastifyRequest, ...rest: never[]) => void;
interface Fastify {
  addHook(name: string, hook: Hook): void;
}

/** Where an instance keeps its hooks: what `addHook` adds is a line more in `printPlugins()`. */
const HOOKS = 'fastify.hooks';

function addHook(fastify: Fastify, name: string, hook: Hook): void {
  const symbol = Object.getOwnPropertySymbols(fastify).find(({ description }) => description === HOOKS);
  const hooks = symbol === undefined ? undefined : (fastify as unknown as Record<symbol, { add?: Fastify['addHook'] }>)[symbol];
  if (typeof hooks?.add === 'function') hooks.add(name, hook);
  else fastify.addHook(name, hook);
}

class FastifyInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/fastify', version, options);
  }

  protected override init(): [] {
    return [];
  }

  /** What the channel `fastify.initialization` says: an instance that has no hook of its own yet. */
  onInitialization(message: unknown): void {
    const { fastify } = message as { fastify: Fastify };
    const recordRoute = ({ raw, routeOptions, routerPath }: FastifyRequest): void => {
      const route = routeOptions?.url ?? routerPath;
      if (this.isEnabled() && typeof route === 'string' && route !== '') setRoute(raw, route);
    };
    // In the end: a hook before the handler would stand in its stack traces, for it calls what comes next.
    addHook(fastify, 'onResponse', (request, _reply: unknown, done: () => void) => {
      recordRoute(request);
      done();
    });
    // Fastify before 4.6 does not know it, and throws.
    attempt(() =>
      addHook(fastify, 'onRequestAbort', (request, done: () => void) => {
        recordRoute(request);
        done();
      }),
    );
    addHook(fastify, 'onError', (request, _reply: unknown, error: Error, done: () => void) => {
      if (this.isEnabled()) recordServerError(request.raw, error);
      done();
    });
  }
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new FastifyInstrumentation(options);
}
