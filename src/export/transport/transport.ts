/**
 * The way to one OTLP endpoint. Small, because every process loads it; what a protocol needs is loaded with the first
 * request, without `import()`, so that it also works in a worker that serves a process on its way out.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Delivered, OtlpConfig } from '../../config/config.ts';
import type { SendResult, Transport } from '../../otlp/types.ts';
import { errorText } from '../../diagnostics/error-text.ts';
import { contained } from '../../runtime/contain.ts';
import { loadPart } from '../../runtime/load-part.ts';
import type { TransportOptions } from './sending.ts';

/** Where the OpenTelemetry API keeps what was registered. */
const API_REGISTRY = Symbol.for('opentelemetry.js.api.1');

/**
 * Connects at the first `send`. Requests are never traced and carry no trace context, whatever the app instruments.
 *
 * @param userAgent - of signalbox; sent as it is.
 * @param options.address - where the endpoint was last reached, for a process that ends: no DNS is needed then.
 */
export function createTransport(otlp: OtlpConfig, signal: Delivered, userAgent: string, options: TransportOptions = {}): Transport {
  let transport: Transport | undefined;
  const detached = AsyncLocalStorage.snapshot();
  const open = (): Transport => (transport ??= loadTransport(otlp, signal, userAgent, options));
  return {
    get peer() {
      return transport?.peer ?? {};
    },
    async send(body, timeoutMs) {
      try {
        return await detached(() => untraced(() => open().send(body, timeoutMs)));
      } catch (error) {
        contained(`sending ${signal}`, error);
        const message = `Cannot export ${signal}: signalbox failed (${errorText(error)}). Report it. This batch is lost.`;
        return { kind: 'refused', reason: 'internal', message } satisfies SendResult;
      }
    },
    unref: () => transport?.unref(),
    close: () => transport?.close(),
  };
}

function loadTransport(otlp: OtlpConfig, signal: Delivered, userAgent: string, options: TransportOptions): Transport {
  if (otlp.protocol === 'grpc' && signal !== 'errors' && signal !== 'alerts') {
    const { createGrpcTransport } = loadPart<typeof import('./grpc-transport.ts')>(import.meta.url, './grpc-transport');
    return createGrpcTransport(otlp, signal, userAgent, options);
  }
  const { createHttpTransport } = loadPart<typeof import('./http-transport.ts')>(import.meta.url, './http-transport');
  return createHttpTransport(otlp, signal, userAgent, options);
}

/**
 * Runs `fn` in a context that says "do not trace", for instrumentations of what lies below a request (sockets, DNS). Above
 * them, the transports go around the functions that get instrumented. Sockets live long: nothing of the caller's
 * context may hang on to them, which is why the async context is that of the start.
 */
function untraced<T>(fn: () => T): T {
  if (!(API_REGISTRY in globalThis)) return fn(); // nothing to suppress, and the API takes a while to load
  const { api } = loadPart<typeof import('../../runtime/otel.ts')>(import.meta.url, '../../runtime/otel');
  const { UNTRACED } = loadPart<typeof import('../../context/context-keys.ts')>(import.meta.url, '../../context/context-keys');
  return api.context.with(UNTRACED, fn);
}
