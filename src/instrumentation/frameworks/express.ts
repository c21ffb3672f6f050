/**
 * Express 4 and 5: the route of the server span, and one span for the handler of the route.
 *
 * Of our own, because the route has to be right with routers mounted below others, catch-alls and error handlers. And because
 * nothing of ours may stand between a handler and what called it: Express shows stack traces to people, and Node.js cuts them to
 * ten frames. So no handler is wrapped. A router asks for the path of a request, then each of its layers whether it matches, then
 * the route whether it has the method: these questions, which are over before the handler runs, tell the way of the request.
 */
import type { IncomingMessage } from 'node:http';
import type { Context, Span, SpanStatus } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { activeContext, enter } from '../../context/context-manager.ts';
import { api, require } from '../../runtime/otel.ts';
import { isClientError, recordServerError, serverRequestOf, setRoute, type ServerRequest } from '../http/server-request.ts';
import { STATUS_ERROR } from '../../names/otel.ts';

const { InstrumentationBase, InstrumentationNodeModuleDefinition } =
  require('@opentelemetry/instrumentation') as typeof import('@opentelemetry/instrumentation');

type PathPattern = string | RegExp | readonly (string | RegExp)[];
type Next = (error?: unknown) => unknown;
/** `false` when the path does not match. */
type Matcher = (path: string) => unknown;
type Match = (this: Layer, path: string) => boolean;
type HandleError = (this: Layer, error: unknown, request: IncomingMessage, response: unknown, next: Next) => unknown;
type HasMethod = (this: Route, method: string) => boolean;

interface Route {
  readonly path: PathPattern;
  _handles_method?: HasMethod;
  _handlesMethod?: HasMethod;
}

interface Layer {
  readonly route?: Route;
  [ROUTER]?: Router;
  [PATTERN]?: PathPattern;
  [MATCHERS]?: readonly Matcher[];
  /** Of Express 5: one for each path of a list. */
  readonly matchers?: readonly Matcher[];
  match: Match;
  handle_error?: HandleError;
  handleError?: HandleError;
}

interface Router {
  readonly stack: Layer[];
  readonly caseSensitive?: boolean;
  readonly strict?: boolean;
  use(...args: unknown[]): unknown;
  route(path: PathPattern): Route;
}

interface Express {
  Router: { (): Router; prototype?: Router };
}

/** How far a request has come. */
interface Progress {
  /** The routers that it is in, the innermost last. */
  readonly routers: { readonly router: Router | undefined; readonly base: string; pattern: string }[];
  handler?: Handler | undefined;
}

interface Handler {
  readonly span: Span;
  readonly outer: Context;
  /** Ends its span, as late as the response: only then it is sure that no error comes from it. */
  readonly end: () => void;
  /** The layer that came after it, and when. */
  next?: Layer;
  leftMs?: number;
  error?: unknown;
}

/** On a layer: the router whose it is, and the path under which it was mounted. */
const ROUTER = Symbol('signalbox.router');
const PATTERN = Symbol('signalbox.pattern');
const MATCHERS = Symbol('signalbox.matchers');
const PROGRESS = Symbol('signalbox.progress');
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
      else if (matches && asked !== undefined) quietly(passed, this, asked, match, path);
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
    const { base } = routerOf(progress, layer);
    const route = join(base, patternOf((layer.route as Route).path, layer, match, path)) || '/';
    setRoute(request, route);
    const response = (request as { res?: NodeJS.EventEmitter }).res;
    if (!this.isEnabled() || response === undefined || !begun.span.isRecording()) return;
    const active = activeContext();
    const outer = isOfTrace(active, begun) ? active : begun.context;
    const attributes = { 'http.route': route, 'express.type': 'request_handler', 'express.name': route };
    const span = this.tracer.startSpan(`request handler - ${route}`, { attributes }, outer);
    const handler: Handler = {
      span,
      outer,
      end() {
        response.removeListener('close', handler.end);
        span.end(handler.leftMs);
      },
    };
    progress.handler?.end();
    progress.handler = handler;
    response.on('close', handler.end);
    enter(api.trace.setSpan(outer, span));
  }
}

/** Routers hear nothing of what goes wrong here; a request is then followed no further. */
function quietly<Args extends unknown[]>(fn: (...args: Args) => void, ...args: Args): void {
  try {
    fn(...args);
  } catch {
    // A layer or a request of somebody's own make.
  }
}

function isOfTrace(context: Context, { span }: ServerRequest): boolean {
  return api.trace.getSpan(context)?.spanContext().traceId === span.spanContext().traceId;
}

/** A layer that is no route matched: what comes next stands under its path. */
function passed(layer: Layer, request: IncomingMessage, match: Match, path: string): void {
  const begun = serverRequestOf(request);
  if (begun === undefined) return;
  const progress = leave(begun, layer);
  const pattern = layer[PATTERN];
  routerOf(progress, layer).pattern = pattern === undefined ? '' : patternOf(pattern, layer, match, path);
}

/** `layer` has its turn, so the handler that had it before has passed the request on. */
function leave(begun: ServerRequest & { [PROGRESS]?: Progress }, layer: Layer): Progress {
  const progress = (begun[PROGRESS] ??= { routers: [] });
  const { handler } = progress;
  if (handler !== undefined && handler.next === undefined) {
    handler.next = layer;
    handler.leftMs = monotonicMs();
    enter(handler.outer);
  }
  return progress;
}

/** The router that `layer` is of, among those that the request is in; it has left those below. */
function routerOf({ routers }: Progress, { [ROUTER]: router }: Layer): Progress['routers'][number] {
  const at = routers.findLastIndex((entered) => entered.router === router);
  if (at !== -1) {
    routers.length = at + 1;
    return routers[at] as Progress['routers'][number];
  }
  const outer = routers.at(-1);
  const entered = { router, base: outer === undefined ? '' : join(outer.base, outer.pattern), pattern: '' };
  routers.push(entered);
  return entered;
}

/** Record `error` where it came from: on the span of the route's handler, or on that of the request. */
function failed(request: IncomingMessage, error: unknown, layer?: Layer): void {
  if (!isFailure(error)) return;
  const handler = (serverRequestOf(request) as { [PROGRESS]?: Progress } | undefined)?.[PROGRESS]?.handler;
  if (handler === undefined || (handler.next !== layer && handler.error === undefined)) return recordServerError(request, error);
  if (handler.error === error) return;
  if (handler.error !== undefined) return recordServerError(request, error);
  handler.error = error;
  handler.span.recordException(error as Error);
  handler.span.setStatus(failedWith(error));
}

/** Whether what was given to `next` is an error, and one that is not the client's. */
function isFailure(error: unknown): boolean {
  return error !== undefined && error !== null && error !== 'route' && error !== 'router' && !isClientError(error);
}

function failedWith(error: unknown): SpanStatus {
  const code = STATUS_ERROR;
  try {
    return { code, message: error instanceof Error ? error.message : String(error) };
  } catch {
    return { code }; // no text can be made of it
  }
}

/** Note on each layer whose it is, and under which path it stands. */
function rememberLayers(router: Router): void {
  const { use, route } = router;
  router.use = function (...args) {
    const first = this.stack?.length ?? 0;
    const result = use.apply(this, args);
    const [path] = args;
    for (const layer of this.stack?.slice(first) ?? []) {
      layer[ROUTER] = this;
      if (isPattern(path) && path !== '/' && path !== '') layer[PATTERN] = path;
    }
    return result;
  };
  router.route = function (path) {
    const result = route.call(this, path);
    const layer = this.stack?.at(-1);
    if (layer !== undefined) layer[ROUTER] = this;
    return result;
  };
}

function isPattern(value: unknown): value is PathPattern {
  const patterns: unknown[] = Array.isArray(value) ? value : [value];
  return patterns.length > 0 && patterns.every((each) => typeof each === 'string' || each instanceof RegExp);
}

/** `pattern` as text; of a list the one that matches `path`. */
function patternOf(pattern: PathPattern, layer: Layer, match: Match, path: string): string {
  if (typeof pattern === 'string') return pattern;
  if (pattern instanceof RegExp) return pattern.toString();
  const matchers = (layer[MATCHERS] ??= matchersOf(pattern, layer, match));
  const found = pattern[matchers.findIndex((matches) => matches(path) !== false)];
  return found === undefined ? pattern.map(String).join(',') : found.toString();
}

/** One for each path of a list. Express 4 has none, so layers like `layer` are made for them. */
function matchersOf(patterns: readonly (string | RegExp)[], layer: Layer, match: Match): readonly Matcher[] {
  if (layer.matchers?.length === patterns.length) return layer.matchers;
  const { caseSensitive: sensitive, strict } = layer[ROUTER] as Router;
  const isRoute = layer.route !== undefined;
  const Single = layer.constructor as new (path: string | RegExp, options: object, handle: () => void) => Layer;
  return patterns.map((pattern) => {
    const single = new Single(pattern, { sensitive, strict: isRoute && strict, end: isRoute }, () => {});
    return (path) => match.call(single, path);
  });
}

function join(before: string, pattern: string): string {
  if (before === '') return pattern;
  if (pattern === '/' || pattern === '') return before;
  return (before.endsWith('/') ? before.slice(0, -1) : before) + (pattern.startsWith('/') ? pattern : `/${pattern}`);
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
