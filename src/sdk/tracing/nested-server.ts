/**
 * Frameworks that trace themselves, Next.js among them, start a SERVER span of their own within that of `node:http`. A request
 * has one: theirs becomes INTERNAL, and the route that they find is told to ours.
 */
import type { Context, Span } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { api } from '../otel.ts';

/** The key of `setRPCMetadata()` in `@opentelemetry/core`, which makes it from its name as well. */
const RPC_METADATA = api.createContextKey('OpenTelemetry SDK Context Key RPC_METADATA');

/** Let the HTTP instrumentation, which reads the route of `outer` when the response ends, find that of `nested`. */
export function adoptRoute(context: Context, outer: Span, nested: ReadableSpan): void {
  try {
    const metadata = context.getValue(RPC_METADATA) as { readonly span?: Span; route?: unknown } | undefined;
    if (metadata?.span !== outer) return;
    let { route } = metadata;
    Object.defineProperty(metadata, 'route', {
      configurable: true,
      enumerable: true,
      get: () => nested.attributes['http.route'] ?? route,
      set: (value: unknown) => {
        route = value;
      },
    });
  } catch {
    // Frozen, or only seemed to be a context: the route stays untold.
  }
}
