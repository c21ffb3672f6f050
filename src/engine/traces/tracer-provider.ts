/** The span engine of signalbox, behind the OpenTelemetry API. */
import type { Attributes, Context, Link, Span, SpanKind, SpanOptions, Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';
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
  /** Called once for each sampled span that ended. */
  readonly onEnd: (span: ReadableSpan) => void;
  /** Hears what of spans is not kept; default: nobody does, and it costs nothing. */
  readonly notices?: SpanNotices | undefined;
}

const OPTION_NAMES = ['root', 'kind', 'startTime', 'attributes', 'links'] as const;
type GivenOptions = { readonly [Name in (typeof OPTION_NAMES)[number]]?: unknown };
const NO_OPTIONS: GivenOptions = Object.freeze({});

export function createTracerProvider(options: TracerProviderOptions): TracerProvider {
  const { limits } = options;
  const engine: Engine = {
    limits: { ...limits, attributeValueLength: boundedLength(limits.attributeValueLength) },
    resource: options.resource,
    onEnd: options.onEnd,
    notices: options.notices,
    sampler: options.sampler,
  };
  const tracerOf = createScopeCache((scope) => createTracer(engine, scope));
  return { getTracer: (name: string, version?: string, tracerOptions?: TracerOptions) => tracerOf(name, version, tracerOptions) };
}

interface Engine extends SpanShared {
  readonly sampler: Sampler;
}

function createTracer(engine: Engine, scope: Scope): Tracer {
  function startSpan(name: string, options?: SpanOptions, context?: Context): Span {
    return startSpanIn(engine, scope, name, givenOptions(options), usableContext(context));
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
        ? startSpanIn(engine, scope, name, givenOptions(options), context)
        : start.call(this ?? tracer, name, options as SpanOptions, context);
    return api.context.with(contextWith(context, span), fn as (span: Span) => unknown, undefined, span);
  }

  const tracer: Tracer = { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] };
  return tracer;
}

function startSpanIn(engine: Engine, scope: Scope, name: unknown, options: GivenOptions, context: Context): Span {
  let parentSpan: Span | undefined;
  try {
    if (isTracingSuppressed(context)) return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
    if (!options.root) parentSpan = api.trace.getSpan(context);
  } catch (error) {
    contained('reading the context of a new span, which starts a trace', error);
  }
  const parent = parentSpan === undefined ? undefined : validContextOf(parentSpan);
  const { decide, ids } = recordHooks;
  const traceId = parent === undefined ? (ids === undefined ? newTraceId() : ids.newTraceId()) : parent.traceId;
  const isTraceIdRandom = parent === undefined ? ids === undefined : isRandom(parent);
  let traceState = parent?.traceState;
  // What Next.js does as it starts belongs to no request.
  if (parent === undefined && scope.name === 'next.js' && options.kind !== SERVER)
    return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
  const kind = isKind(options.kind) ? options.kind : INTERNAL;
  let flags = SAMPLED;
  let said: Attributes | undefined;
  if (decide === undefined) {
    if (!engine.sampler(traceId, parent)) return new UnsampledSpan(traceId, isTraceIdRandom, traceState);
  } else {
    const decision = decide(context, traceId, cleanName(name), kind, options.attributes as Attributes, options.links as Link[]);
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
    startTime: options.startTime,
    attributes: options.attributes,
    links: options.links,
  });
  if (isNestedServer) adoptRoute(context, local, span);
  else adoptEarlyRoute(context, span);
  if (said !== undefined) span.setAttributes(said);
  if (recordHooks.spans !== undefined) recordHooks.spans.onStart(span, context);
  const bound = boundAttributes(context);
  if (bound !== undefined) span.setAttributes(bound);
  return span;
}

function givenOptions(options: unknown): GivenOptions {
  if (typeof options !== 'object' || options === null) return NO_OPTIONS;
  try {
    const { root, kind, startTime, attributes, links } = options as GivenOptions;
    return { root, kind, startTime, attributes, links };
  } catch (error) {
    contained('reading the options of a span', error);
    return readEach(options, OPTION_NAMES);
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
