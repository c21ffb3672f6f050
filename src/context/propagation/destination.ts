/**
 * Where an injected carrier is going, as far as that can be known.
 *
 * `inject` gets a context and a carrier, and a carrier says nothing: instrumentation-http passes a copy of the
 * request's headers, instrumentation-undici an empty object, gRPC its metadata. A `host` header that happens to be there
 * is no proof, since a proxy may pass on the one it received. What does know is the client span in the context, which
 * those three start with `server.address`. A span that was not sampled keeps no attributes, so the HTTP instrumentations
 * are also given `noteDestination` as their hook. `inject` of the application may say it. Messages go to producers' spans and to queues: unknown.
 */
import type { Context } from '@opentelemetry/api';
import { queueMicrotask } from '../../runtime/captured.ts';
import { contained } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { saidDestination } from '../context-keys.ts';
import { SERVER_ADDRESS } from '../../names/attributes.ts';
import { CLIENT } from '../../names/otel.ts';

let noted: string | undefined;

/**
 * For `startOutgoingSpanHook` of instrumentation-http and `startSpanHook` of instrumentation-undici, which call it just
 * before they inject. The note is good for the same stretch of synchronous code and for one reading, and is not made
 * when there is no baggage to send.
 */
export function noteDestination(request: unknown): undefined {
  try {
    if (typeof request !== 'object' || !api.propagation.getActiveBaggage()) return;
    noted = hostOf(request as Record<string, unknown>);
    if (noted !== undefined) queueMicrotask(forget);
  } catch (error) {
    contained('noting where a request goes, so that it carries no baggage', error);
    forget();
  }
}

/** The host name or address that the context's client span goes to; undefined when that is not known. */
export function destinationOf(context: Context): string | undefined {
  const note = noted;
  noted = undefined;
  const said = saidDestination(context);
  if (said !== undefined) return said;
  const span = api.trace.getSpan(context) as { kind?: unknown; attributes?: unknown; isRecording(): boolean } | undefined;
  if (!span) return undefined;
  if (!span.isRecording()) return note;
  if (span.kind !== CLIENT) return undefined;
  const address = (span.attributes as Record<string, unknown> | undefined)?.[SERVER_ADDRESS];
  return typeof address === 'string' ? address : undefined;
}

/**
 * @param hosts - `example.com` is that host, `*.example.com` every host below it, `*` everything, also what is unknown.
 * @returns whether a destination may be sent to.
 */
export function createHostFilter(hosts: readonly string[]): (host: string | undefined) => boolean {
  if (hosts.includes('*')) return () => true;
  const names = hosts.map((host) => host.toLowerCase());
  const exact = new Set(names);
  const endings = names.filter((name) => name.startsWith('*.')).map((name) => name.slice(1));
  return (host) => {
    if (host === undefined) return false;
    const name = host.toLowerCase().replace(/\.$/, '');
    return exact.has(name) || endings.some((ending) => name.endsWith(ending));
  };
}

/** The same reading of a request as the instrumentations', so that sampled and unsampled requests are treated alike. */
function hostOf({ origin, hostname, host }: Record<string, unknown>): string | undefined {
  if (origin !== undefined) return new URL(String(origin)).hostname;
  if (typeof hostname === 'string' && hostname !== '') return hostname;
  return typeof host === 'string' ? /^[^:/ ]+/.exec(host)?.[0] : 'localhost';
}

function forget(): void {
  noted = undefined;
}
