/**
 * Fastify 4 and 5: the route of the server span, and the error that a handler threw.
 *
 * Through Fastify's own diagnostics channel, so nothing is patched; `@fastify/otel` would bring a second SDK.
 */
import type { IncomingMessage } from 'node:http';
import { channel } from 'node:diagnostics_channel';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { api, require } from '../otel.ts';
import { serverSpanOf, setRoute } from './http-options.ts';

const { InstrumentationBase } = require('@opentelemetry/instrumentation') as typeof import('@opentelemetry/instrumentation');

interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly routeOptions?: { readonly url?: string };
  /** Fastify 4 before 4.10 */
  readonly routerPath?: string;
}

interface Fastify {
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: unknown, done: () => void) => void): void;
  addHook(name: 'onError', hook: (request: FastifyRequest, reply: unknown, error: Error, done: () => void) => void): void;
}

class FastifyInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/fastify', version, options);
    channel('fastify.initialization').subscribe((message) => {
      if (this.isEnabled()) follow((message as { fastify: Fastify }).fastify);
    });
  }

  protected override init(): [] {
    return [];
  }
}

function follow(fastify: Fastify): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions?.url ?? request.routerPath;
    if (typeof route === 'string' && route !== '') setRoute(request.raw, route);
    done();
  });
  fastify.addHook('onError', (request, _reply, error, done) => {
    const span = serverSpanOf(request.raw);
    span?.recordException(error);
    if ((error as { statusCode?: number }).statusCode === undefined) span?.setStatus({ code: api.SpanStatusCode.ERROR, message: error.message });
    done();
  });
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new FastifyInstrumentation(options);
}
