/**
 * Koa 2 and 3: the route that a router found, on the server span, and the error that a handler threw.
 *
 * Of our own, because routers say what they matched on the context, routers nested in others with the whole path; a span for
 * each function that a route has adds nothing.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { whoBrokeOff } from '../http/broken-off.ts';
import { recordServerError, setRoute } from '../http/server-request.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../loading/instrumentation-base.ts';

interface Context {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Where `koa-mount` put the application that is running. */
  readonly mountPath?: unknown;
  onerror(error: unknown): unknown;
  [MATCHED]?: unknown;
}

interface Application {
  readonly context: Context;
  callback(): unknown;
}

type Koa = { readonly prototype: Application };

const MATCHED = Symbol('signalbox.matchedRoute');
const FOLLOWED = Symbol('signalbox.followed');

class KoaInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/koa', version, options);
  }

  protected override init() {
    return [
      new InstrumentationNodeModuleDefinition('koa', ['>=2.0.0 <4'], (exported: Koa & { default?: Koa }) => {
        this.#patch((exported.prototype === undefined ? exported.default : exported) as Koa);
        return exported;
      }),
    ];
  }

  #patch({ prototype }: Koa): void {
    if (Object.hasOwn(prototype, FOLLOWED)) return;
    Object.defineProperty(prototype, FOLLOWED, { value: true });
    const follow = (context: Context): void => this.#follow(context);
    const { callback } = prototype;
    // Every way to serve an application goes through here, after it was set up.
    prototype.callback = function () {
      follow(this.context);
      return callback.call(this);
    };
  }

  #follow(context: Context): void {
    if (Object.hasOwn(context, FOLLOWED)) return;
    const isEnabled = (): boolean => this.isEnabled();
    Object.defineProperties(context, {
      [FOLLOWED]: { value: true },
      // `@koa/router`, `koa-router` and those that are like them write it on the context of each request.
      _matchedRoute: {
        configurable: true,
        get(this: Context) {
          return this[MATCHED];
        },
        set(this: Context, route: unknown) {
          this[MATCHED] = route;
          if (isEnabled() && (typeof route === 'string' || route instanceof RegExp)) {
            const below = typeof this.mountPath === 'string' && this.mountPath !== '/' ? this.mountPath : '';
            setRoute(this.req, below + String(route) || '/');
          }
        },
      },
    });
    const { onerror } = context;
    const value = function (this: Context, error: unknown): unknown {
      // Called with nothing at the end of every request.
      if (error !== undefined && error !== null && isEnabled() && !isLossOfClient(this, error)) recordServerError(this.req, error);
      return onerror.call(this, error);
    };
    // It does not show, as the inherited one does not.
    Object.defineProperty(context, 'onerror', { value, configurable: true, writable: true });
  }
}

/** Koa reports the failure of a connection to the application too: no failure of a handler. */
function isLossOfClient({ req: request, res: response }: Context, error: unknown): boolean {
  const { socket: connection } = request;
  return error === connection.errored && whoBrokeOff({ request, response, connection }).by === 'client';
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new KoaInstrumentation(options);
}
