/** The span engine of signalbox, behind the OpenTelemetry API. */
import type { Context, Span, SpanKind, SpanOptions, Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SpanLimits } from '../../config/config.ts';
import { currentAnchor, monotonicMs } from '../../runtime/clock.ts';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import type { Scope } from '../../otlp/types.ts';
import { boundedLength } from '../../values/limits.ts';
import { readEach } from '../../values/read-properties.ts';
import { cleanName } from '../../values/strings.ts';
import { createScopeCache } from '../scope.ts';
import { api } from '../../runtime/otel.ts';
import { CONSUMER, INTERNAL, RANDOM, SAMPLED, SERVER } from '../../names/otel.ts';
import { newSpanId, newTraceId } from './ids.ts';
import { adoptEarlyRoute, adoptRoute } from './nested-server.ts';
import { RecordingSpan, type SpanShared } from './recording-span.ts';
import type { Sampler } from './sampler.ts';
import { createSpanContext, UnsampledSpan } from './unsampled-span.ts';
import { validContextOf } from './valid-context-of.ts';

export interface TracerProviderOptions {
  readonly sampler: Sampler;
  readonly limits: SpanLimits;
  readonly resource: Resource;
  /** Called once for each sampled span that ended. */
  readonly onEnd: (span: ReadableSpan) => void;
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
  function startActiveSpan(name: string, ...rest: unknown[]): unknown {
    const fn = rest[Math.min(rest.length, 3) - 1];
    if (typeof fn !== 'function') return undefined;
    const context = usableContext(rest.length >= 3 ? rest[1] : undefined);
    const span = startSpanIn(engine, scope, name, givenOptions(rest.length >= 2 ? rest[0] : undefined), context);
    return api.context.with(contextWith(context, span), fn as (span: Span) => unknown, undefined, span);
  }

  return { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] };
}

function startSpanIn(engine: Engine, scope: Scope, name: unknown, options: GivenOptions, context: Context): Span {
  let parentSpan: Span | undefined;
  try {
    if (isTracingSuppressed(context)) return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
    if (!options.root) parentSpan = api.trace.getSpan(context);
  } catch {
    // Only seemed to be a context: the span starts a trace.
  }
  const parent = parentSpan === undefined ? undefined : validContextOf(parentSpan);
  const traceId = parent === undefined ? newTraceId() : parent.traceId;
  const randomFlag = parent === undefined ? RANDOM : parent.traceFlags & RANDOM;
  const traceState = parent?.traceState;
  // What Next.js does as it starts belongs to no request.
  if (parent === undefined && scope.name === 'next.js' && options.kind !== SERVER)
    return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
  if (!engine.sampler(traceId, parent)) return new UnsampledSpan(traceId, randomFlag, traceState);

  const kind = isKind(options.kind) ? options.kind : INTERNAL;
  const isNestedServer = kind === SERVER && RecordingSpan.isServer(parentSpan);
  const startMs = monotonicMs();
  const span = new RecordingSpan({
    shared: engine,
    scope,
    name: cleanName(name),
    kind: isNestedServer ? INTERNAL : kind,
    context: createSpanContext(traceId, newSpanId(), SAMPLED | randomFlag, traceState),
    parentContext: parent,
    anchor: (parent === undefined ? undefined : RecordingSpan.anchorOf(parentSpan as Span)) ?? currentAnchor(startMs),
    startMs,
    startTime: options.startTime,
    attributes: options.attributes,
    links: options.links,
  });
  if (isNestedServer) adoptRoute(context, parentSpan as Span, span);
  else adoptEarlyRoute(context, span);
  return span;
}

function givenOptions(options: unknown): GivenOptions {
  if (typeof options !== 'object' || options === null) return NO_OPTIONS;
  try {
    const { root, kind, startTime, attributes, links } = options as GivenOptions;
    return { root, kind, startTime, attributes, links };
  } catch {
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
    } catch {
      // Not a context.
    }
  }
  return api.context.active();
}

function contextWith(context: Context, span: Span): Context {
  try {
    const next = api.trace.setSpan(context, span);
    if (api.trace.getSpan(next) === span) return next;
  } catch {
    // Not a context.
  }
  return api.trace.setSpan(api.context.active(), span);
}
