/**
 * Hono 4: the route, on the server span.
 *
 * Of all that matches a path, middleware among it, the router tells the patterns: that of the first handler of the method is the
 * route. Nothing of the application is wrapped: the router's own answer is looked at.
 */
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { version } from '../../version.ts';
import { contain } from '../../runtime/contain.ts';
import { nameActiveRoute } from '../http/server-request.ts';
import { replaceFunction } from '../libraries/replace-function.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../loading/instrumentation-base.ts';

interface Route {
  readonly path?: unknown;
  /** `ALL` of middleware and of `app.all()`. */
  readonly method?: unknown;
}

/** What a router answers: handlers with their routes in order, and more that differs between routers. */
type Matched = readonly [readonly (readonly [readonly [handler: unknown, route?: Route], ...unknown[]])[], ...unknown[]];

interface Exported {
  readonly SmartRouter: { readonly prototype: { [PATCHED]?: true } };
}

const VERSIONS = ['>=4.0.0 <5'];
/** The default router, which chooses one of the others with the first request and puts its method in the place of its own. */
const FILES = ['hono/dist/router/smart-router/router.js', 'hono/dist/cjs/router/smart-router/router.js'];
const PATCHED = Symbol.for('signalbox.hono.patched');
const ALL = 'ALL';

class HonoInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/hono', version, options);
  }

  protected override init() {
    const files = FILES.map((file) => new InstrumentationNodeModuleFile(file, VERSIONS, (exported: Exported) => this.#patch(exported)));
    return [new InstrumentationNodeModuleDefinition('hono', VERSIONS, (exported) => exported, undefined, files)];
  }

  #patch(exported: Exported): Exported {
    const { prototype } = exported.SmartRouter;
    if (prototype[PATCHED] === true) return exported;
    const look = (matched: Matched): Matched => {
      if (this.isEnabled()) contain('reading the route of Hono', () => nameRoute(matched));
      return matched;
    };
    Object.defineProperty(prototype, PATCHED, { value: true });
    replaceFunction(
      prototype,
      'match',
      (match) =>
        function (this: object, ...args: unknown[]): Matched {
          const matched = Reflect.apply(match, this, args) as Matched;
          const watched =
            (chosen: Function) =>
            (...rest: unknown[]) =>
              look(chosen(...rest) as Matched);
          if (Object.hasOwn(this, 'match')) replaceFunction(this, 'match', watched);
          return look(matched);
        },
    );
    return exported;
  }
}

function nameRoute([handlers]: Matched): void {
  const path = routeOf(handlers.map(([[, route]]) => route));
  if (path !== undefined) nameActiveRoute(path);
}

/** `undefined` where only middleware matches. */
export function routeOf(routes: readonly (Route | undefined)[]): string | undefined {
  const own = routes.find((route) => route?.method !== undefined && route.method !== ALL) ?? routes.findLast(isWhole);
  return typeof own?.path === 'string' && own.path !== '' ? own.path : undefined;
}

/** What ends with `*` is most likely middleware. */
function isWhole(route: Route | undefined): boolean {
  return typeof route?.path === 'string' && !route.path.endsWith('*');
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new HonoInstrumentation(options);
}
