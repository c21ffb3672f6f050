/** The paths of an Express application: which router a layer is of, under which path it stands, and which of several has matched. */
import type { IncomingMessage } from 'node:http';

export type PathPattern = string | RegExp | readonly (string | RegExp)[];
export type Next = (error?: unknown) => unknown;
/** `false` when the path does not match. */
type Matcher = (path: string) => unknown;
/** Of later releases of Express 5, what of the path has matched. */
export type Match = (this: Layer, path: string) => boolean | { readonly path: string };
export type HandleError = (this: Layer, error: unknown, request: IncomingMessage, response: unknown, next: Next) => unknown;
export type HasMethod = (this: Route, method: string) => boolean;

export interface Route {
  readonly path: PathPattern;
  _handles_method?: HasMethod;
  _handlesMethod?: HasMethod;
}

export interface Layer {
  readonly route?: Route;
  [ROUTER]?: Router;
  [PATTERN]?: PathPattern;
  [MATCHERS]?: readonly Matcher[];
  /** Of Express 5: one for each path of a list. */
  readonly matchers?: readonly Matcher[];
  match: Match;
  /** What of the path has matched last, where `match` does not say. */
  readonly path?: string;
  handle_error?: HandleError;
  handleError?: HandleError;
}

export interface Router {
  readonly stack: Layer[];
  readonly caseSensitive?: boolean;
  readonly strict?: boolean;
  use(...args: unknown[]): unknown;
  route(path: PathPattern): Route;
}

export interface Express {
  Router: { (): Router; prototype?: Router };
}

/** On a layer: the router whose it is, and the path under which it was mounted. */
const ROUTER = Symbol('signalbox.router');
const PATTERN = Symbol('signalbox.pattern');
const MATCHERS = Symbol('signalbox.matchers');

export function routerOf(layer: Layer): Router | undefined {
  return layer[ROUTER];
}

/** The path under which `use` put it; `undefined` without one. */
export function mountOf(layer: Layer): PathPattern | undefined {
  return layer[PATTERN];
}

/** Note on each layer whose it is, and under which path it stands. */
export function rememberLayers(router: Router): void {
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
export function patternOf(pattern: PathPattern, layer: Layer, match: Match, path: string): string {
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

export function join(before: string, pattern: string): string {
  if (before === '') return pattern;
  if (pattern === '/' || pattern === '') return before;
  return (before.endsWith('/') ? before.slice(0, -1) : before) + (pattern.startsWith('/') ? pattern : `/${pattern}`);
}
