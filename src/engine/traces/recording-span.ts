import type {
  Attributes,
  Exception,
  HrTime,
  Link,
  Span,
  SpanAttributes,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import type { SpanLimits } from '../../config/config.ts';
import { hrTimeAt, hrTimeBetween, hrTimeFrom, isBefore, monotonicMs, type Anchor } from '../../runtime/clock.ts';
import type { Scope } from '../../otlp/types.ts';
import { addAttribute, addAttributes, type AttributeBag } from '../../values/attributes.ts';
import { exceptionFacts } from '../../values/exception-facts.ts';
import { readEach } from '../../values/read-properties.ts';
import { cleanSpanContext, isValidSpanContext } from '../../values/span-context.ts';
import { cleanName, cleanString } from '../../values/strings.ts';
import { SERVER } from '../../names/otel.ts';

/** What all spans of a provider share. */
export interface SpanShared {
  readonly limits: SpanLimits;
  readonly resource: Resource;
  readonly onEnd: (span: ReadableSpan) => void;
}

/** What a span is born with; strings, contexts and numbers are clean, the rest is as the application gave it. */
export interface SpanBirth {
  readonly shared: SpanShared;
  readonly scope: Scope;
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parentContext: SpanContext | undefined;
  readonly anchor: Anchor;
  /** When it starts, by the monotonic clock; `startTime` goes before it. */
  readonly startMs: number;
  readonly startTime: unknown;
  readonly attributes: unknown;
  readonly links: unknown;
}

const STATUS_UNSET = 0;
const STATUS_OK = 1;
const STATUS_ERROR = 2;
/** Shared by all spans until they have something of their own. */
const UNSET: SpanStatus = Object.freeze({ code: STATUS_UNSET });
const NO_LINKS = Object.freeze([]) as unknown as Link[];
const NO_EVENTS = Object.freeze([]) as unknown as TimedEvent[];
const LINK_FIELDS = ['context', 'attributes'] as const;
const STATUS_FIELDS = ['code', 'message'] as const;

/**
 * A span of a sampled trace. Follows the official SDK 3.0, except that nothing given to it can throw or make it grow
 * without bound.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/
 */
export class RecordingSpan implements Span, ReadableSpan, AttributeBag {
  readonly #shared: SpanShared;
  readonly #context: SpanContext;
  readonly #anchor: Anchor;
  #ended = false;
  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly instrumentationScope: Scope;
  readonly startTime: HrTime;
  /** Zero until the span ends. */
  endTime: HrTime = [0, 0];
  status: SpanStatus = UNSET;
  attributes: Attributes = {};
  links: Link[] = NO_LINKS;
  events: TimedEvent[] = NO_EVENTS;
  attributeCount = 0;
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;

  constructor(birth: SpanBirth) {
    const { limits } = birth.shared;
    this.#shared = birth.shared;
    this.#context = birth.context;
    this.#anchor = birth.anchor;
    this.name = birth.name;
    this.kind = birth.kind;
    if (birth.parentContext !== undefined) this.parentSpanContext = birth.parentContext;
    this.instrumentationScope = birth.scope;
    this.startTime = (birth.startTime === undefined ? undefined : hrTimeFrom(birth.startTime)) ?? hrTimeAt(birth.startMs, birth.anchor);
    if (birth.attributes !== undefined) addAttributes(this, birth.attributes, limits.attributeCount, limits.attributeValueLength);
    if (birth.links !== undefined) this.addLinks(birth.links as Link[]);
  }

  /** The context of `span` when it is one of these; a proxy around one is not. */
  static contextOf(span: object): SpanContext | undefined {
    return #context in span ? span.#context : undefined;
  }

  /** The anchor of `span`'s times when it is one of these. */
  static anchorOf(span: object): Anchor | undefined {
    return #anchor in span ? span.#anchor : undefined;
  }

  /** Whether `span` is one of these, of kind SERVER, and still under way. */
  static isServer(span: object | undefined): boolean {
    return span !== undefined && #ended in span && span.kind === SERVER && !span.#ended;
  }

  get resource(): Resource {
    return this.#shared.resource;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** `[-1, -1]` until the span ends. */
  get duration(): HrTime {
    return this.#ended ? hrTimeBetween(this.startTime, this.endTime) : [-1, -1];
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  isRecording(): boolean {
    return !this.#ended;
  }

  setAttribute(key: string, value: unknown): this {
    if (this.#ended) return this;
    const { limits } = this.#shared;
    addAttribute(this, key, value, limits.attributeCount, limits.attributeValueLength);
    return this;
  }

  setAttributes(attributes: SpanAttributes): this {
    if (this.#ended) return this;
    const { limits } = this.#shared;
    addAttributes(this, attributes, limits.attributeCount, limits.attributeValueLength);
    return this;
  }

  addEvent(name: string, attributesOrTime?: SpanAttributes | TimeInput, time?: TimeInput): this {
    if (this.#ended) return this;
    const secondAsTime = hrTimeFrom(attributesOrTime);
    const event = createEvent(cleanName(name), hrTimeFrom(time) ?? secondAsTime ?? this.#now());
    if (secondAsTime === undefined) {
      const { limits } = this.#shared;
      addAttributes(event, attributesOrTime, limits.attributePerEventCount, limits.attributeValueLength);
    }
    this.#keepEvent(event);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    if (this.#ended) return;
    const facts = exceptionFacts(exception);
    if (facts === undefined || (facts.type === undefined && facts.message === undefined)) return;
    const { attributePerEventCount, attributeValueLength } = this.#shared.limits;
    const event = createEvent('exception', this.#time(time));
    addAttribute(event, 'exception.type', facts.type, attributePerEventCount, attributeValueLength);
    addAttribute(event, 'exception.message', facts.message, attributePerEventCount, attributeValueLength);
    addAttribute(event, 'exception.stacktrace', facts.stack, attributePerEventCount, attributeValueLength);
    this.#keepEvent(event);
  }

  addLink(link: Link): this {
    if (!this.#ended) this.#addLink(link);
    return this;
  }

  addLinks(links: Link[]): this {
    if (this.#ended) return this;
    try {
      if (!Array.isArray(links)) return this;
      // The newest ones are kept, so the others need not be looked at.
      const first = Math.max(0, links.length - this.#shared.limits.linkCount);
      this.droppedLinksCount += first;
      for (let i = first; i < links.length; i++) this.#addLink(links[i]);
    } catch {
      this.droppedLinksCount++; // a proxy
    }
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.#ended || typeof status !== 'object' || status === null || this.status.code === STATUS_OK) return this;
    const { code, message } = readEach(status, STATUS_FIELDS);
    if (code === STATUS_OK) this.status = { code };
    else if (code === STATUS_ERROR) {
      const { attributeValueLength } = this.#shared.limits;
      this.status = typeof message === 'string' ? { code, message: cleanString(message, attributeValueLength) } : { code };
    }
    return this;
  }

  updateName(name: string): this {
    if (!this.#ended && typeof name === 'string') this.name = cleanName(name);
    return this;
  }

  end(endTime?: TimeInput): void {
    if (this.#ended) return;
    const time = this.#time(endTime);
    this.endTime = isBefore(time, this.startTime) ? [this.startTime[0], this.startTime[1]] : time;
    this.#ended = true;
    try {
      this.#shared.onEnd(this);
    } catch {
      // Exporting is not the application's business.
    }
  }

  #now(): HrTime {
    return hrTimeAt(monotonicMs(), this.#anchor);
  }

  #time(input: unknown): HrTime {
    return (input === undefined ? undefined : hrTimeFrom(input)) ?? this.#now();
  }

  #keepEvent(event: TimedEvent): void {
    const { eventCount } = this.#shared.limits;
    if (this.events.length >= eventCount) {
      this.droppedEventsCount++;
      if (eventCount <= 0) return;
      this.events.shift();
    }
    if (this.events === NO_EVENTS) this.events = [event];
    else this.events.push(event);
  }

  #addLink(value: unknown): void {
    const { linkCount } = this.#shared.limits;
    const link = linkCount > 0 ? this.#cleanLink(value) : undefined;
    if (link === undefined) {
      this.droppedLinksCount++;
      return;
    }
    if (this.links.length >= linkCount) {
      this.droppedLinksCount++;
      this.links.shift();
    }
    if (this.links === NO_LINKS) this.links = [link];
    else this.links.push(link);
  }

  #cleanLink(value: unknown): Link | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const { context: given, attributes } = readEach(value, LINK_FIELDS);
    const context = cleanSpanContext(given);
    if (context === undefined) return undefined;
    const { attributePerLinkCount, attributeValueLength } = this.#shared.limits;
    const link = { context, attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
    addAttributes(link, attributes, attributePerLinkCount, attributeValueLength);
    // "Links with empty ids should be recorded as long as the attributes or the trace state are not empty."
    return isValidSpanContext(context) || link.attributeCount > 0 || context.traceState !== undefined ? link : undefined;
  }
}

function createEvent(name: string, time: HrTime): TimedEvent & AttributeBag {
  return { name, time, attributes: {}, attributeCount: 0, droppedAttributesCount: 0 };
}
