/**
 * Express 4 and 5: the route of the server span, and one span for the handler of the route.
 *
 * Of our own, because the route has to be right with routers mounted below others, catch-alls and error handlers. And because
 * nothing of ours may stand between a handler and what called it: Express shows stack traces to people, and Node.js cuts them to
 * ten frames. So no handler is wrapped. A router asks for the path of a request, then each of its layers whether it matches, then
 * the route whether it has the method: these questions, which are over before the handler runs, show the way of the request.
 */
import type { IncomingMessage } from 'node:http';
import type { Context } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { activeContext, enter } from '../../context/context-manager.ts';
import { api } from '../../runtime/otel.ts';
import { serverRequestOf, setRoute, type ServerRequest } from '../http/server-request.ts';
import { HTTP_ROUTE } from '../../names/attributes.ts';
import { contained } from '../../runtime/contain.ts';
import {
  join,
  patternOf,
  rememberLayers,
  type Express,
  type HandleError,
  type HasMethod,
  type Layer,
  type Match,
  type Route,
  type Router,
} from './express-paths.ts';
import { enteredBy, failed, leave, passed, type Handler } from './express-progress.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../loading/instrumentation-base.ts';

const PATCHED = Symbol.for('signalbox.express.patched');

/** The request whose path was read last: the one that layers are asked about. */
let asked: IncomingMessage | undefined;
/** The layer of a route that matched last, and the path that it matched. */
let candidate: { readonly layer: Layer; readonly path: string } | undefined;

class ExpressInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/express', version, options);
  }

  protected override init() {
    return [
      new InstrumentationNodeModuleDefinition('express', ['>=4.0.0 <6'], (exported: Express & { default?: Express }) => {
        this.#patch(exported.Router === undefined && exported.default !== undefined ? exported.default : exported);
        return exported;
      }),
      new InstrumentationNodeModuleDefinition('parseurl', ['>=1.0.0 <2'], watchParseUrl),
      new InstrumentationNodeModuleDefinition('finalhandler', ['>=1.0.0 <3'], (finalHandler: FinalHandler) =>
        watchFinalHandler(finalHandler, (request, error) => this.isEnabled() && failed(request, error)),
      ),
    ];
  }

  #patch(express: Express): void {
    const sample = express.Router();
    // Express 5 makes routers of a class, Express 4 of a plain object that each router inherits from.
    const router = (
      typeof express.Router.prototype?.use === 'function' ? express.Router.prototype : Object.getPrototypeOf(sample)
    ) as Router;
    if (Object.hasOwn(router, PATCHED)) return;
    Object.defineProperty(router, PATCHED, { value: true });
    sample.use(() => {});
    const layer = Object.getPrototypeOf(sample.stack[0]) as Layer;
    const route = Object.getPrototypeOf(sample.route('/')) as Route;
    rememberLayers(router);

    const isEnabled = (): boolean => this.isEnabled();
    const { match } = layer;
    layer.match = function (path) {
      const matches = match.call(this, path);
      if (matches && this.route !== undefined) candidate = { layer: this, path };
      else if (matches && asked !== undefined) quietly(passed, this, asked, match, path, matches);
      return matches;
    };
    const method = route._handlesMethod === undefined ? '_handles_method' : '_handlesMethod';
    const hasMethod = route[method] as HasMethod;
    const enterRoute = (layer: Layer, request: IncomingMessage, path: string): void => this.#enterRoute(layer, request, match, path);
    route[method] = function (name) {
      const has = hasMethod.call(this, name);
      // Asked only where no error is on its way: routes are passed over then.
      if (has && asked !== undefined && candidate?.layer.route === this) quietly(enterRoute, candidate.layer, asked, candidate.path);
      return has;
    };
    const handle = layer.handleError === undefined ? 'handle_error' : 'handleError';
    const handleError = layer[handle] as HandleError;
    layer[handle] = function (error, request, response, next) {
      if (isEnabled()) quietly(failed, request, error, this);
      return handleError.call(this, error, request, response, next);
    };
  }

  #enterRoute(layer: Layer, request: IncomingMessage, match: Match, path: string): void {
    const begun = serverRequestOf(request);
    if (begun === undefined) return;
    const progress = leave(begun, layer);
    const { base } = enteredBy(progress, layer);
    const route = join(base, patternOf((layer.route as Route).path, layer, match, path)) || '/';
    setRoute(request, route);
    const response = (request as { res?: NodeJS.EventEmitter }).res;
    if (!this.isEnabled() || response === undefined || !begun.span.isRecording()) return;
    const active = activeContext();
    const outer = isOfTrace(active, begun) ? active : begun.context;
    const attributes = { [HTTP_ROUTE]: route, 'express.type': 'request_handler', 'express.name': route };
    const span = this.tracer.startSpan(`request handler - ${route}`, { attributes }, outer);
    const handler: Handler = {
      span,
      outer,
      end() {
        if (begun.onClose === undefined) response.removeListener('close', handler.end);
        else begun.onEnd = undefined;
        span.end(handler.leftMs);
      },
    };
    progress.handler?.end();
    progress.handler = handler;
    // A listener of ours is one that the application counts: there is none but for the official instrumentation of HTTP.
    if (begun.onClose === undefined) response.on('close', handler.end);
    else begun.onEnd = handler.end;
    enter(api.trace.setSpan(outer, span));
  }
}

function isOfTrace(context: Context, { span }: ServerRequest): boolean {
  return api.trace.getSpan(context)?.spanContext().traceId === span.spanContext().traceId;
}

/** Routers hear nothing of what goes wrong here; a request is then followed no further. */
function quietly<Args extends unknown[]>(fn: (...args: Args) => void, ...args: Args): void {
  try {
    fn(...args);
  } catch (error) {
    // A layer or a request of somebody's own make.
    contained('following a request through Express', error);
  }
}

type ParseUrl = (request: IncomingMessage) => unknown;

/** What routers ask for the path of a request with. */
function watchParseUrl(parseUrl: ParseUrl): ParseUrl {
  if (typeof parseUrl !== 'function') return parseUrl;
  function parseurl(request: IncomingMessage): unknown {
    asked = request;
    return parseUrl(request);
  }
  return Object.assign(parseurl, parseUrl);
}

type FinalHandler = (request: IncomingMessage, ...rest: unknown[]) => (error?: unknown) => unknown;

/** What answers where no handler of the application did. */
function watchFinalHandler(finalHandler: FinalHandler, onEnd: (request: IncomingMessage, error: unknown) => void): FinalHandler {
  if (typeof finalHandler !== 'function') return finalHandler;
  return function finalhandler(request, ...rest) {
    const answer = finalHandler(request, ...rest);
    return (error) => {
      quietly(onEnd, request, error);
      return answer(error);
    };
  };
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new ExpressInstrumentation(options);
}
