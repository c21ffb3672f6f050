/** Takes the active trace to where the call stack does not: another process, a thread, a queue, a callback. */
import type { Context } from '@opentelemetry/api';
import { toDestination } from '../../context/context-keys.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { optionsOf } from '../../values/options.ts';
import { getter, setter, type Carrier } from './carriers.ts';

export interface InjectOptions {
  /** @default the active context */
  readonly context?: Context;
  /**
   * Host that the carrier goes to: baggage is added where `SIGNALBOX_BAGGAGE_HOSTS` names it.
   *
   * @default unknown, for which baggage is added only with `*`
   */
  readonly destination?: string;
}

/**
 * Write the active trace into `carrier`, by default a new object: `traceparent`, `tracestate`, `baggage`, or what
 * `OTEL_PROPAGATORS` says. Writes nothing where no trace is active, and never throws.
 *
 * @returns `carrier`.
 */
export function inject(): Record<string, string>;
export function inject<C extends Carrier>(carrier: C, options?: InjectOptions): C;
export function inject(carrier: Carrier = {}, options?: InjectOptions): Carrier {
  const { context = api.context.active(), destination } = optionsOf(options);
  attempt(() => api.propagation.inject(destination === undefined ? context : toDestination(context, destination), carrier, setter));
  return carrier;
}

/**
 * What `inject` wrote, or any other service by the same convention, for `withSpan(name, { parent: extract(headers) }, fn)`, and for
 * links. What is malformed, or no carrier at all, gives an empty context. Never throws.
 */
export function extract(carrier: Carrier | undefined | null): Context {
  if (typeof carrier !== 'object' || carrier === null) return api.ROOT_CONTEXT;
  return attempt(() => api.propagation.extract(api.ROOT_CONTEXT, carrier, getter)) ?? api.ROOT_CONTEXT;
}

/**
 * `target` bound to the context that is active now: a function runs in it whenever it is called, and so do all listeners of an event
 * emitter or a stream. Without telemetry it is `target` itself.
 *
 * @returns a function for a function; an emitter itself.
 */
export function bindContext<T extends object>(target: T): T {
  return attempt(() => api.context.bind(api.context.active(), target)) ?? target;
}
