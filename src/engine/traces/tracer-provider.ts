/** The span engine of signalbox, behind the OpenTelemetry API. */
import type {
  Attributes,
  Context,
  Link,
  Span,
  SpanKind,
  SpanOptions,
  Tracer,
  TracerOptions,
  TracerProvider,
  TraceState,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SpanLimits } from '../../config/config.ts';
import { currentAnchor, monotonicMs } from '../../runtime/clock.ts';
import { boundAttributes } from '../../context/log-context.ts';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import type { Scope } from '../../otlp/types.ts';
import { boundedLength } from '../../values/limits.ts';
import { readEach } from '../../values/read-properties.ts';
import { cleanName } from '../../values/strings.ts';
import { createScopeCache } from '../scope.ts';
import { api } from '../../runtime/otel.ts';
import { CONSUMER, INTERNAL, SAMPLED, SERVER } from '../../names/otel.ts';
import { isRandom } from '../../context/random-flag.ts';
import { attempt, contained } from '../../runtime/contain.ts';
import { recordHooks } from '../../runtime/record-hooks.ts';
import { newSpanId, newTraceId } from './ids.ts';
import { adoptEarlyRoute, adoptRoute } from './nested-server.ts';
import { RecordingSpan } from './recording-span.ts';
import type { Sampler } from './sampler.ts';
import type { SpanShared } from './span-birth.ts';
import { createSpanContext } from './span-context.ts';
import type { SpanNotices } from './span-notices.ts';
import { UnsampledSpan } from './unsampled-span.ts';
import { validContextOf } from './valid-context-of.ts';

export interface TracerProviderOptions {
  readonly sampler: Sampler;
  readonly limits: SpanLimits;
  readonly resource: Resource;
  /** Called with each sampled span. Must not throw. */
  readonly onStart?: ((span: ReadableSpan) => void) | undefined;
  /** Called once for each sampled span that ended. */
  readonly onEnd: SpanShared['onEnd'];
  /** Default: exceptions are events of spans. */
  readonly takeException?: SpanShared['takeException'];
  /** Of traces that begin here. Default: none. */
  readonly traceState?: TraceState | undefined;
  /** Hears what of spans is not kept; default: nobody does, and it costs nothing. */
  readonly notices?: SpanNotices | undefined;
}

/** Of the options of a span, what is read always, and what is read of one that is sampled. */
const ALWAYS_READ = ['root', 'kind'] as const;
const READ_IF_SAMPLED = ['startTime', 'attributes', 'links'] as const;
const NO_OPTIONS = Object.freeze({});

export function createTracerProvider(options: TracerProviderOptions): TracerProvider {
  const { limits } = options;
  const engine: Engine = {
    limits: { ...limits, attributeValueLength: boundedLength(limits.attributeValueLength) },
    resource: options.resource,
    onEnd: options.onEnd,
    takeException: options.takeException,
    notices: options.notices,
    sampler: options.sampler,
    onStart: options.onStart,
    traceState: options.traceState,
  };
  const tracerOf = createScopeCache((scope) => createTracer(engine, scope));
  return { getTracer: (name: string, version?: string, tracerOptions?: TracerOptions) => tracerOf(name, version, tracerOptions) };
}

type Engine = SpanShared & Pick<TracerProviderOptions, 'sampler' | 'onStart' | 'traceState'>;

function createTracer(engine: Engine, scope: Scope): Tracer {
  function startSpan(name: string, options?: SpanOptions, context?: Context): Span {
    return startSpanIn(engine, scope, name, options, usableContext(context));
  }

  /** `fn` is the last argument; its result and what it throws pass through. */
  function startActiveSpan(this: Tracer | undefined, name: string, ...rest: unknown[]): unknown {
    const fn = rest[Math.min(rest.length, 3) - 1];
    if (typeof fn !== 'function') return undefined;
    const context = usableContext(rest.length >= 3 ? rest[1] : undefined);
    const options = rest.length >= 2 ? rest[0] : undefined;
    // Who replaced `startSpan` of a tracer, or made one from it, expects to see these spans as well.
    const { startSpan: start } = this ?? tracer;
    const span =
      start === startSpan || typeof start !== 'function'
        ? startSpanIn(engine, scope, name, options, context)
        : start.call(this ?? tracer, name, options as SpanOptions, context);
    return api.context.with(contextWith(context, span), fn as (span: Span) => unknown, undefined, span);
  }

  const tracer: Tracer = { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] };
  return tracer;
}

function startSpanIn(engine: Engine, scope: Scope, name: unknown, given: unknown, context: Context): Span {
  const options = typeof given === 'object' && given !== null ? given : NO_OPTIONS;
  const { root, kind: givenKind } = readAlways(options);
  let parentSpan: Span | undefined;
  try {
    if (isTracingSuppressed(context)) return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
    if (!root) parentSpan = api.trace.getSpan(context);
  } catch (error) {
    contained('reading the context of a new span, which starts a trace', error);
  }
  const parent = parentSpan === undefined ? undefined : validContextOf(parentSpan);
  const { decide, ids } = recordHooks;
  const traceId = parent === undefined ? (ids === undefined ? newTraceId() : ids.newTraceId()) : parent.traceId;
  const isTraceIdRandom = parent === undefined ? ids === undefined : isRandom(parent);
  let traceState = parent === undefined ? engine.traceState : parent.traceState;
  // What Next.js does as it starts belongs to no request.
  if (parent === undefined && scope.name === 'next.js' && givenKind !== SERVER) return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
  if (decide === undefined && !engine.sampler(traceId, parent)) return new UnsampledSpan(traceId, isTraceIdRandom, traceState);

  const kind = isKind(givenKind) ? givenKind : INTERNAL;
  const { startTime, attributes, links } = readIfSampled(options);
  let flags = SAMPLED;
  let said: Attributes | undefined;
  if (decide !== undefined) {
    const decision = decide(context, traceId, cleanName(name), kind, attributes as Attributes, links as Link[]);
    traceState = decision.traceState ?? traceState;
    if (!decision.isRecorded) return new UnsampledSpan(traceId, isTraceIdRandom, traceState);
    if (!decision.isSampled) flags = 0;
    said = decision.attributes;
  }
  const local = parent === undefined ? undefined : RecordingSpan.behind(parentSpan);
  const isNestedServer = kind === SERVER && local?.kind === SERVER && !local.ended;
  const startMs = monotonicMs();
  const span = new RecordingSpan({
    shared: engine,
    scope,
    name: cleanName(name),
    kind: isNestedServer ? INTERNAL : kind,
    context: createSpanContext(traceId, ids === undefined ? newSpanId() : ids.newSpanId(), flags, traceState, isTraceIdRandom),
    parentContext: parent,
    anchor: local === undefined ? currentAnchor(startMs) : RecordingSpan.anchorOf(local),
    startMs,
    startTime,
    attributes,
    links,
  });
  if (isNestedServer) adoptRoute(context, local, span);
  else adoptEarlyRoute(context, span);
  if (said !== undefined) span.setAttributes(said);
  if (engine.onStart !== undefined && flags === SAMPLED) engine.onStart(span);
  if (recordHooks.spans !== undefined) recordHooks.spans.onStart(span, context);
  const bound = boundAttributes(context);
  if (bound !== undefined) span.setAttributes(bound);
  return span;
}

function readAlways(options: object): { readonly [Name in (typeof ALWAYS_READ)[number]]?: unknown } {
  try {
    const { root, kind } = options as SpanOptions;
    return { root, kind };
  } catch (error) {
    contained('reading the options of a span', error);
    return readEach(options, ALWAYS_READ);
  }
}

function readIfSampled(options: object): { readonly [Name in (typeof READ_IF_SAMPLED)[number]]?: unknown } {
  try {
    const { startTime, attributes, links } = options as SpanOptions;
    return { startTime, attributes, links };
  } catch (error) {
    contained('reading the options of a span', error);
    return readEach(options, READ_IF_SAMPLED);
  }
}

function isKind(value: unknown): value is SpanKind {
  return Number.isInteger(value) && (value as number) >= INTERNAL && (value as number) <= CONSUMER;
}

/** `context` when it behaves like one, the active one otherwise. */
function usableContext(context: unknown): Context {
  if (typeof context === 'object' && context !== null) {
    try {
      const given = context as Context;
      api.trace.getSpan(given);
      isTracingSuppressed(given);
      return given;
    } catch (error) {
      contained('reading the context that was given for a span', error);
    }
  }
  return api.context.active();
}

/** `context` with `span` in it; where it only seemed to be a context, the active one with it. */
function contextWith(context: Context, span: Span): Context {
  const next = attempt(() => {
    const made = api.trace.setSpan(context, span);
    return api.trace.getSpan(made) === span ? made : undefined;
  });
  return next ?? api.trace.setSpan(api.context.active(), span);
}
