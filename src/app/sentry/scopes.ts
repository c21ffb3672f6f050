/**
 * Scopes of Sentry by OpenTelemetry's context: what an application says by Sentry's own functions (`setTag`, `addBreadcrumb`) belongs to
 * the request in which it says it. Sentry's own way needs instrumentations that do not run here, or a context manager of its own.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { isSpanContextValid } from '../../runtime/api/span.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { ByScope, scopeKeyOf } from './scope-key.ts';
import type { SentryClient, SentryCore, SentryScope } from './sentry-module.ts';

interface Scopes {
  readonly current: SentryScope;
  readonly isolation: SentryScope;
}

interface Entered extends Scopes {
  /** Where it was entered: another request that began below it has its own. */
  readonly key: object | string | undefined;
}

/** Have Sentry use them, with `client`, in both of its copies (CommonJS and ES modules). */
export function useContextScopes(core: SentryCore, client: SentryClient): void {
  core.getDefaultCurrentScope().setClient(client);
  const entered = new AsyncLocalStorage<Entered>();
  const ofProcess: Scopes = { current: core.getDefaultCurrentScope(), isolation: core.getDefaultIsolationScope() };
  const byKey = new ByScope<Scopes>(() => ({ current: ofProcess.current.clone(), isolation: ofProcess.isolation.clone() }));

  function scopes(): Entered {
    const key = attempt(() => scopeKeyOf(api.context.active()));
    const inside = entered.getStore();
    if (inside !== undefined && inside.key === key) return inside;
    return { key, ...(key === undefined ? ofProcess : byKey.get(key)) };
  }

  function enter<T>(change: Partial<Scopes>, fn: () => T): T {
    return entered.run({ ...scopes(), ...change }, fn);
  }

  core.setAsyncContextStrategy({
    withScope<T>(fn: (scope: SentryScope) => T): T {
      const current = scopes().current.clone();
      return enter({ current }, () => fn(current));
    },
    withSetScope: <T>(current: SentryScope, fn: (scope: SentryScope) => T): T => enter({ current }, () => fn(current)),
    withIsolationScope<T>(fn: (scope: SentryScope) => T): T {
      const isolation = scopes().isolation.clone();
      return enter({ isolation, current: scopes().current.clone() }, () => fn(isolation));
    },
    withSetIsolationScope: <T>(isolation: SentryScope, fn: (scope: SentryScope) => T): T => enter({ isolation }, () => fn(isolation)),
    getCurrentScope: () => withIds(scopes().current),
    getIsolationScope: () => scopes().isolation,
  });
}

/** `scope` with the ids of the active span: what is captured with it at once has them. */
export function withIds(scope: SentryScope): SentryScope {
  const ids = activeIds();
  if (ids !== undefined)
    scope.setPropagationContext({ ...scope.getPropagationContext(), traceId: ids.trace_id, propagationSpanId: ids.span_id });
  return scope;
}

export function activeIds(): { readonly trace_id: string; readonly span_id: string } | undefined {
  const span = attempt(() => api.trace.getSpan(api.context.active())?.spanContext());
  return span !== undefined && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : undefined;
}
