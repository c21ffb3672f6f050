/**
 * Hapi 18 to 21: the route of the server span, and the error that a handler threw.
 *
 * Of our own: one extension point that every request comes through has both, whatever plugin the route is of, and no span is
 * made for each extension and handler.
 */
import type { IncomingMessage } from 'node:http';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { recordServerError, setRoute } from '../http/server-request.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../loading/instrumentation-base.ts';

interface HapiRequest {
  readonly raw: { readonly req: IncomingMessage };
  readonly route: { readonly path: string; readonly method: string };
  readonly response: { readonly isBoom?: boolean };
}

interface HapiServer {
  ext(event: 'onPreResponse', method: (request: HapiRequest, toolkit: { readonly continue: unknown }) => unknown): void;
}

type CreateServer = (this: unknown, ...args: unknown[]) => HapiServer;

interface Hapi {
  server: CreateServer;
  Server: CreateServer;
}

/** The method of the routes for what matches no other. */
const NO_ROUTE = '_special';
const PATCHED = Symbol.for('signalbox.hapi.patched');

class HapiInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/hapi', version, options);
  }

  protected override init() {
    return [
      new InstrumentationNodeModuleDefinition('@hapi/hapi', ['>=18.0.0 <22'], (exported: Hapi & { default?: Hapi }) => {
        for (const hapi of exported.default === undefined ? [exported] : [exported.default, exported]) {
          hapi.server = this.#watch(hapi.server);
          hapi.Server = this.#watch(hapi.Server);
        }
        return exported;
      }),
    ];
  }

  #watch(create: CreateServer): CreateServer {
    if (Object.hasOwn(create, PATCHED)) return create;
    const recordIfEnabled = (request: HapiRequest): void => {
      if (this.isEnabled()) record(request);
    };
    function watched(this: unknown, ...args: unknown[]): HapiServer {
      const server = create.apply(this, args);
      server.ext('onPreResponse', (request, toolkit) => {
        recordIfEnabled(request);
        return toolkit.continue;
      });
      return server;
    }
    return Object.defineProperty(watched, PATCHED, { value: true });
  }
}

function record({ raw, route, response }: HapiRequest): void {
  if (route.method !== NO_ROUTE) setRoute(raw.req, route.path);
  if (response.isBoom === true) recordServerError(raw.req, response);
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new HapiInstrumentation(options);
}
