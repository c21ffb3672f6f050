/**
 * Express 4 and 5: the route of the server span, and one span for the handler of the route.
 *
 * Of our own, because the route has to be right with routers mounted below others, catch-alls and error handlers: only a
 * route's own layer names it, from the paths under which its routers were mounted.
 */
import type { IncomingMessage } from 'node:http';
import type { SpanStatus } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { api, require } from '../otel.ts';
import { isClientError, recordServerError, setRoute } from './server-request.ts';

const { InstrumentationBase, InstrumentationNodeModuleDefinition } =
  require('@opentelemetry/instrumentation') as typeof import('@opentelemetry/instrumentation');

type PathPattern = string | RegExp | readonly (string | RegExp)[];
type Next = (error?: unknown) => unknown;
type HandleArguments = [request: ExpressRequest, response: NodeJS.EventEmitter, next: Next];
type Handle = (this: Layer, ...args: HandleArguments) => unknown;

interface ExpressRequest extends IncomingMessage {
  [MOUNTED_AT]?: string | undefined;
  [RECORDED]?: unknown;
}

interface Layer {
  route?: { path: PathPattern };
  [PATTERN]?: string;
  /** Of Express 5: one for each path of a list. */
  matchers?: readonly ((path: string) => unknown)[];
  handle_request?: Handle;
  handleRequest?: Handle;
}

interface Router {
  stack: Layer[];
  use(...args: unknown[]): unknown;
}

interface Express {
  Router: { (): Router; prototype?: Router };
}

/** On a layer: the path under which it was mounted. */
const PATTERN = Symbol('signalbox.pattern');
/** On a request: the paths of the routers that it has come through. */
const MOUNTED_AT = Symbol('signalbox.mountedAt');
/** On a request: the error that stands on the span of its route's handler. */
const RECORDED = Symbol('signalbox.recorded');
const PATCHED = Symbol.for('signalbox.express.patched');

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
    rememberPatterns(router);
    const method = layer.handleRequest === undefined ? 'handle_request' : 'handleRequest';
    const handle = layer[method] as Handle;
    const isEnabled = (): boolean => this.isEnabled();
    const handleRoute = (routed: Layer, ...args: HandleArguments): unknown => this.#handleRoute(routed, handle, ...args);
    layer[method] = function (request, response, next) {
      if (this.route !== undefined) return handleRoute(this, request, response, next);
      // One of the functions that a route has.
      if (!('route' in this)) return handle.call(this, request, response, next);
      const pattern = this[PATTERN];
      const before = request[MOUNTED_AT];
      if (pattern !== undefined) request[MOUNTED_AT] = join(before, pattern);
      return handle.call(this, request, response, (error) => {
        if (pattern !== undefined) request[MOUNTED_AT] = before;
        if (isFailure(error) && request[RECORDED] !== error && isEnabled()) recordServerError(request, error);
        return next(error);
      });
    };
  }

  #handleRoute(layer: Layer, handle: Handle, ...[request, response, next]: HandleArguments): unknown {
    const route = join(request[MOUNTED_AT], routePattern(layer, request)) || '/';
    setRoute(request, route);
    const parent = api.context.active();
    if (!this.isEnabled() || api.trace.getSpan(parent)?.isRecording() !== true) return handle.call(layer, request, response, next);
    const span = this.tracer.startSpan(`request handler - ${route}`, {
      attributes: { 'http.route': route, 'express.type': 'request_handler', 'express.name': route },
    });
    const end = (): void => {
      response.removeListener('close', end);
      span.end();
    };
    response.on('close', end);
    return api.context.with(api.trace.setSpan(parent, span), () =>
      handle.call(layer, request, response, (error) => {
        if (isFailure(error)) {
          request[RECORDED] = error;
          span.recordException(error as Error);
          span.setStatus(failedWith(error));
        }
        end();
        return api.context.with(parent, next, undefined, error);
      }),
    );
  }
}

/** Whether what was given to `next` is an error, and one that is not the client's. */
function isFailure(error: unknown): boolean {
  return error !== undefined && error !== null && error !== 'route' && error !== 'router' && !isClientError(error);
}

function failedWith(error: unknown): SpanStatus {
  const code = api.SpanStatusCode.ERROR;
  try {
    return { code, message: error instanceof Error ? error.message : String(error) };
  } catch {
    return { code }; // no text can be made of it
  }
}

/** Note on each layer that `use` adds under which path it stands. */
function rememberPatterns(router: Router): void {
  const use = router.use;
  router.use = function (this: Router, ...args: unknown[]) {
    const first = this.stack?.length ?? 0;
    const result = use.apply(this, args);
    const given = args[0];
    if (typeof given === 'string' || given instanceof RegExp || isPatternList(given)) {
      const pattern = patternOf(given);
      if (pattern !== '' && pattern !== '/') for (const layer of this.stack.slice(first)) layer[PATTERN] = pattern;
    }
    return result;
  };
}

function isPatternList(value: unknown): value is readonly (string | RegExp)[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' || item instanceof RegExp);
}

/** Of the paths of a route the one that matched, where Express tells; else all of them. */
function routePattern({ matchers, route }: Layer, { url = '/' }: IncomingMessage): string {
  const pattern = (route as { path: PathPattern }).path;
  if (!isPatternList(pattern) || matchers?.length !== pattern.length) return patternOf(pattern);
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  try {
    return patternOf(pattern[matchers.findIndex((matches) => matches(path))] ?? pattern);
  } catch {
    return patternOf(pattern); // a path that cannot be decoded
  }
}

function patternOf(path: PathPattern): string {
  if (typeof path === 'string') return path;
  return path instanceof RegExp ? path.toString() : path.map(String).join(',');
}

function join(before: string | undefined, pattern: string): string {
  if (before === undefined || before === '') return pattern;
  if (pattern === '/' || pattern === '') return before;
  return (before.endsWith('/') ? before.slice(0, -1) : before) + (pattern.startsWith('/') ? pattern : `/${pattern}`);
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new ExpressInstrumentation(options);
}
