/**
 * Fields that every log record of an operation has (a user, a request id), carried by the OpenTelemetry context. Without
 * telemetry there is nothing that carries a context: then they have a storage of their own.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attributes, Context } from '@opentelemetry/api';
import { attempt } from '../runtime/contain.ts';
import { api } from '../runtime/otel.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/** What the access record of a request wants to know. */
export interface RequestFields {
  readonly requestId: string;
  userId: unknown;
}

/** The fields that are bound in one scope, those of outer scopes among them. */
export interface LogScope {
  /** Replaced, never changed. */
  fields: LogFields;
  /** Those that were bound by the application: the request id stands on the span of the request. */
  spanFields: LogFields | undefined;
  readonly request: RequestFields | undefined;
}

const SCOPE = api.createContextKey('signalbox log scope');
const PROBE = api.createContextKey('signalbox probe');
const USER_ID = 'user_id';

interface LogContextState {
  /** Where nothing carries a context. */
  readonly ownStorage: AsyncLocalStorage<LogScope>;
  usesOwnStorage: boolean;
  /** Whether there was a context manager. */
  isCarried: boolean;
  /** Whether the application has bound anything yet. */
  isUsed: boolean;
  global: LogFields;
}

const SLOT = Symbol.for('signalbox.log-context');

/** One for all copies of this package in the process. */
const state: LogContextState = ((globalThis as { [SLOT]?: LogContextState })[SLOT] ??= {
  ownStorage: new AsyncLocalStorage(),
  usesOwnStorage: false,
  isCarried: false,
  isUsed: false,
  global: {},
});

export function activeScope(context: Context): LogScope | undefined {
  return (context.getValue(SCOPE) as LogScope | undefined) ?? (state.usesOwnStorage ? state.ownStorage.getStore() : undefined);
}

/** Fields of the whole process. */
export function globalFields(): LogFields {
  return state.global;
}

/** What a span that begins in `context` has of it. */
export function boundAttributes(context: Context): Attributes | undefined {
  return state.isUsed ? (attempt(() => activeScope(context)?.spanFields) as Attributes | undefined) : undefined;
}

/** The context in which `request` is answered. */
export function withRequestFields(context: Context, request: RequestFields): Context {
  return context.setValue(SCOPE, { fields: { request_id: request.requestId }, spanFields: undefined, request } satisfies LogScope);
}

/** Run `fn` in a scope of its own for `request`. */
export function runInRequest<T>(request: RequestFields, fn: () => T): T {
  const context = withRequestFields(api.context.active(), request);
  if (hasContextManager()) return api.context.with(context, fn);
  return ownStorage().run(activeScope(context) as LogScope, fn);
}

/**
 * Run `fn` with `fields` in every log record that is written below it, through awaits, timers, streams and emitters, and on the
 * active span and those that begin below it. Fields of the same name in an outer scope are covered until it ends.
 *
 * @returns what `fn` returns, and throws what it throws.
 */
export function withLogContext<T>(fields: LogFields, fn: () => T): T {
  if (typeof fn !== 'function') throw new TypeError(`withLogContext() must get a function, got ${typeof fn}.`);
  const context = api.context.active();
  const outer = activeScope(context);
  const scope: LogScope = { fields: outer?.fields ?? {}, spanFields: outer?.spanFields, request: outer?.request };
  bind(context, scope, fieldsOf(fields));
  return hasContextManager() ? api.context.with(context.setValue(SCOPE, scope), fn) : ownStorage().run(scope, fn);
}

/**
 * Add `fields` to the scope that runs: the nearest `withLogContext()`, or the request. Outside of both, to what runs from here on in
 * the same asynchronous operation. `undefined` takes a field away.
 */
export function setLogContext(fields: LogFields): void {
  const context = api.context.active();
  const scope = activeScope(context);
  if (scope !== undefined) return bind(context, scope, fieldsOf(fields));
  const begun: LogScope = { fields: {}, spanFields: undefined, request: undefined };
  bind(context, begun, fieldsOf(fields));
  const isAttached = hasContextManager() && attempt(() => (api.context.attach(context.setValue(SCOPE, begun)), true), false);
  if (!isAttached) ownStorage().enterWith(begun);
}

/** Add `fields` to every log record of this process. `undefined` takes a field away. */
export function setGlobalLogContext(fields: LogFields): void {
  state.global = withoutUndefined({ ...state.global, ...fieldsOf(fields) });
}

/** A proxy or a getter may throw: then nothing is bound. */
function fieldsOf(fields: unknown): LogFields {
  return typeof fields === 'object' && fields !== null ? attempt(() => ({ ...fields }), {}) : {};
}

function withoutUndefined(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function bind(context: Context, scope: LogScope, fields: LogFields): void {
  state.isUsed = true;
  scope.fields = withoutUndefined({ ...scope.fields, ...fields });
  scope.spanFields = withoutUndefined({ ...scope.spanFields, ...fields });
  const { request } = scope;
  if (request !== undefined && scope.fields[USER_ID] !== undefined) request.userId = scope.fields[USER_ID];
  attempt(() => api.trace.getSpan(context)?.setAttributes(fields as Attributes));
}

function ownStorage(): AsyncLocalStorage<LogScope> {
  state.usesOwnStorage = true;
  return state.ownStorage;
}

function hasContextManager(): boolean {
  if (state.isCarried) return true;
  const probe = api.ROOT_CONTEXT.setValue(PROBE, true);
  state.isCarried = attempt(() => api.context.with(probe, () => api.context.active() === probe), false);
  return state.isCarried;
}
