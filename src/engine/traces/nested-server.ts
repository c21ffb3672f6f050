/**
 * Frameworks that trace themselves, Next.js among them, start a SERVER span of their own within that of `node:http`. A request
 * has one: theirs becomes INTERNAL, and ours gets the route that they find.
 */
import type { Context, Span } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { HTTP_ROUTE } from '../../names/attributes.ts';
import { RPC_METADATA } from '../../context/context-keys.ts';
import { contained } from '../../runtime/contain.ts';

/** What the HTTP instrumentation keeps in the context of a request, and reads the route from when the response ends. */
interface HttpMetadata {
  readonly span?: Span;
  route?: unknown;
}

/** Next.js names the route of a streamed response on its SERVER span when that has ended, but on spans within it as they start. */
const EARLY_ROUTE = 'next.route';
/** Pages of Next.js that stand for no route. */
const NO_ROUTE = new Set<unknown>(['/_not-found', '/_error', '/_global-error', '/404', '/500']);
let hasNested = false;

/** Let the HTTP instrumentation, whose span `outer` is, find the route of the SERVER span `nested` in it. */
export function adoptRoute(context: Context, outer: Span, nested: ReadableSpan): void {
  try {
    const metadata = context.getValue(RPC_METADATA) as HttpMetadata | undefined;
    if (metadata?.span !== outer) return;
    hasNested = true;
    let { route } = metadata;
    Object.defineProperty(metadata, 'route', {
      configurable: true,
      enumerable: true,
      get: () => nested.attributes[HTTP_ROUTE] ?? route,
      set: (value: unknown) => {
        route = value;
      },
    });
  } catch (error) {
    contained('looking for the route of a nested server span, which stays unknown', error);
  }
}

/** The same, early: from a `span` of any depth in a nested SERVER span. Next to nothing where there never was one. */
export function adoptEarlyRoute(context: Context, span: ReadableSpan): void {
  if (!hasNested) return;
  const route = span.attributes[EARLY_ROUTE];
  if (typeof route !== 'string' || NO_ROUTE.has(route)) return;
  try {
    const metadata = context.getValue(RPC_METADATA) as HttpMetadata | undefined;
    if (metadata !== undefined) metadata.route = route;
  } catch (error) {
    contained('looking for the route of a request, which stays unknown', error);
  }
}
