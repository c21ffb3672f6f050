/** `trace` of the API: it stands a proxy before the provider, which programs ask for its delegate. */
import type { Span, SpanOptions, Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';
import { register, registered, unregister } from './globals.ts';
import {
  deleteSpan,
  getActiveSpan,
  getSpan,
  getSpanContext,
  INVALID_SPAN_CONTEXT,
  setSpan,
  setSpanContext,
  wrapSpanContext,
} from './span.ts';

const NOOP_TRACER: Tracer = {
  startSpan: () => wrapSpanContext(INVALID_SPAN_CONTEXT),
  startActiveSpan(_name: string, ...rest: unknown[]) {
    const fn = rest.at(-1) as (span: Span) => never;
    return fn(wrapSpanContext(INVALID_SPAN_CONTEXT));
  },
};
const NOOP_PROVIDER: TracerProvider = { getTracer: () => NOOP_TRACER };

class ProxyTracerProvider implements TracerProvider {
  _delegate: TracerProvider | undefined;

  getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    return this.getDelegateTracer(name, version, options) ?? proxyTracer(() => this.getDelegateTracer(name, version, options));
  }

  getDelegate(): TracerProvider {
    return this._delegate ?? NOOP_PROVIDER;
  }

  setDelegate(delegate: TracerProvider): void {
    this._delegate = delegate;
  }

  getDelegateTracer(name: string, version?: string, options?: TracerOptions): Tracer | undefined {
    return this._delegate?.getTracer(name, version, options);
  }
}

/** Who took it before there was a provider records with that of the provider from then on. */
function proxyTracer(find: () => Tracer | undefined): Tracer {
  let found: Tracer | undefined;
  const tracer = (): Tracer => (found ??= find()) ?? NOOP_TRACER;
  return {
    startSpan: (name: string, options?: SpanOptions, context?) => tracer().startSpan(name, options, context),
    startActiveSpan: (...args: unknown[]) => Reflect.apply(tracer().startActiveSpan, tracer(), args) as never,
  };
}

let proxy = new ProxyTracerProvider();

export const trace = {
  deleteSpan,
  getActiveSpan,
  getSpan,
  getSpanContext,
  setSpan,
  setSpanContext,
  wrapSpanContext,
  getTracerProvider: (): TracerProvider => registered('trace') ?? proxy,
  getTracer: (name: string, version?: string): Tracer => trace.getTracerProvider().getTracer(name, version),
  setGlobalTracerProvider(provider: TracerProvider): boolean {
    const isRegistered = register('trace', proxy);
    if (isRegistered) proxy.setDelegate(provider);
    return isRegistered;
  },
  disable(): void {
    unregister('trace');
    proxy = new ProxyTracerProvider();
  },
};
