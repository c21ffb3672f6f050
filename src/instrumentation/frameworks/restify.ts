/**
 * restify 7 and newer: the route of the server span, and the error that a handler gave.
 *
 * Of our own, because the official one wraps every handler, and those that applications look up are others then. With
 * `requestHook` it takes over.
 */
import type { IncomingMessage } from 'node:http';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { contain } from '../../runtime/contain.ts';
import { requireBundled } from '../../runtime/otel.ts';
import { version } from '../../version.ts';
import { recordServerError, setRoute } from '../http/server-request.ts';
import { replaceFunction } from '../libraries/replace-function.ts';
import { captureClock } from '../loading/capture-clock.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';

/** With what `find-my-way` found. */
type RoutedRequest = IncomingMessage & { readonly route?: { readonly path?: unknown } };

class RestifyInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/restify', version, options);
  }

  protected override init() {
    const file = new InstrumentationNodeModuleFile('restify/lib/server.js', VERSIONS, (server: { readonly prototype: object }) => {
      this.#patch(server.prototype);
      return server;
    });
    return [new InstrumentationNodeModuleDefinition('restify', VERSIONS, (exported) => exported, undefined, [file])];
  }

  /** Called when the handlers are over, so that nothing of ours is in their stack traces. */
  #patch(prototype: object): void {
    const finish = (request: RoutedRequest, error: unknown): void => {
      if (!this.isEnabled()) return;
      const path = request.route?.path;
      if (typeof path === 'string' || path instanceof RegExp) setRoute(request, String(path));
      // `next(false)` ends the chain, and with a name goes on with that route.
      if (error instanceof Error) recordServerError(request, error);
    };
    const follow = (name: string, argumentsOf: (args: readonly unknown[]) => readonly [request: unknown, error: unknown]): void =>
      replaceFunction(
        prototype,
        name,
        (original) =>
          function (this: unknown, ...args: unknown[]): unknown {
            const [request, error] = argumentsOf(args);
            contain('naming a route of restify', () => finish(request as RoutedRequest, error));
            return Reflect.apply(original, this, args);
          },
      );
    follow('_finishReqResCycle', ([request, , error]) => [request, error]);
    follow('_onHandlerError', ([error, request]) => [request, error]);
  }
}

const VERSIONS = ['>=7.0.0 <13'];

/** @param options - of the official instrumentation, which runs where its hook is given. */
export function create(options: Record<string, unknown>): Instrumentation {
  if (options['requestHook'] === undefined) return new RestifyInstrumentation(options);
  const { RestifyInstrumentation: Official } = requireBundled('@opentelemetry/instrumentation-restify') as {
    RestifyInstrumentation: new (options: Record<string, unknown>) => Instrumentation;
  };
  captureClock();
  return new Official(options);
}
