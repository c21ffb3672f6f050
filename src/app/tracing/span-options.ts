import type { Context, Link, Span, SpanContext, SpanKind, SpanOptions as OtelSpanOptions, TimeInput, Tracer } from '@opentelemetry/api';
import { CLIENT, CONSUMER, INTERNAL, PRODUCER, SERVER } from '../../names/otel.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import type { SpanAttributes } from './span-attributes.ts';

/** What a span can be a child of, or linked to: a span, its context, or what `extract` read from a message. */
export type SpanReference = Span | SpanContext | Context;

/** A link, with what it is for. */
export interface SpanLink {
  readonly to: SpanReference;
  readonly attributes?: SpanAttributes;
}

/** How a span starts; everything is optional. */
export interface StartSpanOptions {
  readonly attributes?: SpanAttributes;
  /** Whose work it is: `'client'` waits for another service, `'server'` answers one, and so on. @default 'internal' */
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | SpanKind;
  /** Spans that caused this one without being its parent; a batch has one for each of its messages. @default none */
  readonly links?: readonly (SpanReference | SpanLink | undefined)[];
  /** @default the active span */
  readonly parent?: SpanReference | undefined;
  /** Start a new trace. @default false */
  readonly root?: boolean;
  /** When the work began, if that was earlier. @default now */
  readonly startTime?: TimeInput;
  /** A library names itself: `trace.getTracer('my-library', '1.2.3')`. @default one with the scope `signalbox` */
  readonly tracer?: Tracer;
}

export interface SpanOptions extends StartSpanOptions {
  /** Which errors are ordinary: the span that they leave is no error. See also `markExpected`. @default none */
  readonly expected?: (error: unknown) => boolean;
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  internal: INTERNAL,
  server: SERVER,
  client: CLIENT,
  producer: PRODUCER,
  consumer: CONSUMER,
};
/** What is read of options. */
export const SPAN_OPTIONS = ['attributes', 'kind', 'links', 'parent', 'root', 'startTime', 'tracer', 'expected'] as const;
const NONE: OtelSpanOptions = Object.freeze({});

/** For `startSpan` of a tracer. */
export function otelOptions(options: StartSpanOptions | undefined): OtelSpanOptions {
  if (options === undefined) return NONE;
  const { attributes, kind, links, root, startTime } = options;
  const given: OtelSpanOptions = {};
  if (attributes !== undefined) given.attributes = attributes;
  if (kind !== undefined) given.kind = typeof kind === 'string' ? (KINDS[kind] ?? INTERNAL) : kind;
  if (links !== undefined) given.links = linksOf(links);
  if (root !== undefined) given.root = root;
  if (startTime !== undefined) given.startTime = startTime;
  return given;
}

/** The context that a span with these options starts in: the active one where the parent is no span, or none that is valid. Never throws. */
export function contextFor(options: StartSpanOptions | undefined): Context {
  const active = api.context.active();
  const parent = options?.parent;
  return parent === undefined ? active : (attempt(() => contextBelow(parent, active)) ?? active);
}

/** `undefined`, or a failure, where `parent` is something else than its type says. */
function contextBelow(parent: SpanReference, active: Context): Context | undefined {
  if (isContext(parent)) {
    const span = api.trace.getSpan(parent);
    if (span === undefined) return withBaggageOf(parent, active);
    return api.trace.getSpan(api.trace.setSpan(parent, span)) === span ? parent : undefined;
  }
  const context = spanContextOf(parent);
  if (context === undefined || !api.isSpanContextValid(context)) return undefined;
  return isSpan(parent) ? api.trace.setSpan(active, parent) : api.trace.setSpanContext(active, context);
}

/** What a message brought that has no trace: what was done for it is below what runs now. */
function withBaggageOf(from: Context, active: Context): Context {
  const baggage = api.propagation.getBaggage(from);
  return baggage === undefined ? active : api.propagation.setBaggage(active, baggage);
}

/** The link to `reference`; `undefined` when there is no span in it. Never throws. */
export function linkTo(reference: SpanReference | SpanLink | undefined): Link | undefined {
  return attempt(() => {
    if (typeof reference !== 'object' || reference === null) return undefined;
    const [to, attributes] = 'to' in reference ? [reference.to, reference.attributes] : [reference, undefined];
    const context = spanContextOf(to);
    if (context === undefined || !api.isSpanContextValid(context)) return undefined;
    return attributes === undefined ? { context } : { context, attributes };
  });
}

function linksOf(references: readonly (SpanReference | SpanLink | undefined)[]): Link[] {
  return attempt(() => references.map(linkTo).filter((link) => link !== undefined)) ?? [];
}

function spanContextOf(reference: SpanReference): SpanContext | undefined {
  if (isContext(reference)) return api.trace.getSpanContext(reference);
  return isSpan(reference) ? reference.spanContext() : reference;
}

function isContext(reference: SpanReference): reference is Context {
  return typeof (reference as Partial<Context>).getValue === 'function';
}

function isSpan(reference: SpanReference): reference is Span {
  return typeof (reference as Partial<Span>).spanContext === 'function';
}
