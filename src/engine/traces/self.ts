import { attempt } from '../../runtime/contain.ts';

/**
 * Where each span keeps itself, so that `new Proxy(span, …)` and `Object.create(span)` lead back to it: its private fields are
 * on neither. Not shown by `JSON.stringify()`, `Object.keys()` and `for … in`.
 */
export const SELF = Symbol('signalbox.span');

/** The span that `wrapper` was made around, or whatever else it gives for one. Never throws. */
export function selfOf(wrapper: unknown): object | undefined {
  const self = attempt(() => (wrapper as { readonly [SELF]?: unknown } | undefined)?.[SELF]);
  return typeof self === 'object' && self !== null ? self : undefined;
}
