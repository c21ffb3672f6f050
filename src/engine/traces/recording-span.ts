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
import { EXCEPTION_MESSAGE, EXCEPTION_STACKTRACE, EXCEPTION_TYPE } from '../../names/attributes.ts';
import type { Scope } from '../../otlp/types.ts';
import { EXCEPTION, SAMPLED, STATUS_ERROR, STATUS_OK, STATUS_UNSET } from '../../names/otel.ts';
import { hrTimeAt, hrTimeBetween, hrTimeFrom, isBefore, monotonicMs, type Anchor } from '../../runtime/clock.ts';
import { attempt, contained } from '../../runtime/contain.ts';
import { noteErrorSpan } from '../../runtime/error-spans.ts';
import { recordHooks } from '../../runtime/record-hooks.ts';
import { addAttribute, addAttributes, type AttributeBag } from '../../values/attributes.ts';
import { exceptionFacts } from '../../values/exception-facts.ts';
import { readEach } from '../../values/read-properties.ts';
import { cleanName, cleanString } from '../../values/strings.ts';
import { SELF, selfOf } from './self.ts';
import type { SpanBirth, SpanShared } from './span-birth.ts';
import { NO_CONTEXT } from './span-context.ts';
import { createEvent } from './span-event.ts';
import { createLink } from './span-link.ts';

/** Shared by all spans until they have something of their own. */
const UNSET: SpanStatus = Object.freeze({ code: STATUS_UNSET });
const NO_LINKS = Object.freeze([]) as unknown as Link[];
const NO_EVENTS = Object.freeze([]) as unknown as TimedEvent[];
const STATUS_FIELDS = ['code', 'message'] as const;

/**
 * A span of a sampled trace. Follows the official SDK 3.0, except that nothing given to it can throw or make it grow
 * without bound.
 *
 * Each method finds the span behind its receiver first, for the receiver may be a proxy of the span or an object made from it.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/
 */
export class RecordingSpan implements Span, ReadableSpan, AttributeBag {
  readonly [SELF] = this;
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
    if (birth.links !== undefined) this.#addLinks(birth.links);
  }

  /** The context of `span` when it is one of these; a proxy around one is not. */
  static contextOf(span: object): SpanContext | undefined {
    return #context in span ? span.#context : undefined;
  }

  /** The span that `receiver` is, or stands for. */
  static behind(receiver: unknown): RecordingSpan | undefined {
    if (typeof receiver !== 'object' || receiver === null) return undefined;
    if (#ended in receiver) return receiver;
    const self = selfOf(receiver);
    return self !== undefined && #ended in self ? self : undefined;
  }

  /** The anchor of the times of `span`. */
  static anchorOf(span: RecordingSpan): Anchor {
    return span.#anchor;
  }

  /** The same while it can be changed; where it has ended, `method` came too late. */
  static #open(receiver: RecordingSpan | undefined, method: string): RecordingSpan | undefined {
    if (typeof receiver === 'object' && receiver !== null && #ended in receiver && !receiver.#ended) return receiver;
    const span = RecordingSpan.behind(receiver);
    if (span === undefined || !span.#ended) return span;
    span.#shared.notices?.calledTooLate(method, span);
    return undefined;
  }

  get resource(): Resource {
    const span = RecordingSpan.behind(this);
    return (span === undefined ? undefined : span.#shared.resource) as Resource;
  }

  get ended(): boolean {
    const span = RecordingSpan.behind(this);
    return span === undefined || span.#ended;
  }

  /** `[-1, -1]` until the span ends. */
  get duration(): HrTime {
    const span = RecordingSpan.behind(this);
    return span === undefined || !span.#ended ? [-1, -1] : hrTimeBetween(span.startTime, span.endTime);
  }

  spanContext(): SpanContext {
    const span = RecordingSpan.behind(this);
    return span === undefined ? NO_CONTEXT : span.#context;
  }

  isRecording(): boolean {
    const span = RecordingSpan.behind(this);
    return span !== undefined && !span.#ended;
  }

  setAttribute(key: string, value: unknown): this {
    const span = RecordingSpan.#open(this, 'setAttribute');
    if (span === undefined) return this;
    const { limits } = span.#shared;
    addAttribute(span, key, value, limits.attributeCount, limits.attributeValueLength);
    return this;
  }

  setAttributes(attributes: SpanAttributes): this {
    const span = RecordingSpan.#open(this, 'setAttributes');
    if (span === undefined) return this;
    const { limits } = span.#shared;
    addAttributes(span, attributes, limits.attributeCount, limits.attributeValueLength);
    return this;
  }

  addEvent(name: string, attributesOrTime?: SpanAttributes | TimeInput, time?: TimeInput): this {
    const span = RecordingSpan.#open(this, 'addEvent');
    if (span === undefined) return this;
    const secondAsTime = hrTimeFrom(attributesOrTime);
    const event = createEvent(cleanName(name), hrTimeFrom(time) ?? secondAsTime ?? span.#now());
    if (secondAsTime === undefined) {
      const { limits } = span.#shared;
      addAttributes(event, attributesOrTime, limits.attributePerEventCount, limits.attributeValueLength);
    }
    if (event.name === EXCEPTION) span.#keepException(event);
    else span.#keepEvent(event);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const span = RecordingSpan.#open(this, 'recordException');
    const facts = span === undefined ? undefined : exceptionFacts(exception);
    if (span === undefined || facts === undefined || (facts.type === undefined && facts.message === undefined)) return;
    const { attributePerEventCount, attributeValueLength } = span.#shared.limits;
    noteErrorSpan(exception, span.spanContext());
    const event = createEvent(EXCEPTION, span.#time(time));
    addAttribute(event, EXCEPTION_TYPE, facts.type, attributePerEventCount, attributeValueLength);
    addAttribute(event, EXCEPTION_MESSAGE, facts.message, attributePerEventCount, attributeValueLength);
    addAttribute(event, EXCEPTION_STACKTRACE, facts.stack, attributePerEventCount, attributeValueLength);
    span.#keepException(event);
  }

  addLink(link: Link): this {
    const span = RecordingSpan.#open(this, 'addLink');
    if (span !== undefined) span.#addLink(link);
    return this;
  }

  addLinks(links: Link[]): this {
    const span = RecordingSpan.#open(this, 'addLinks');
    if (span !== undefined) span.#addLinks(links);
    return this;
  }

  setStatus(status: SpanStatus): this {
    const span = RecordingSpan.#open(this, 'setStatus');
    if (span === undefined || typeof status !== 'object' || status === null || span.status.code === STATUS_OK) return this;
    const { code, message } = readEach(status, STATUS_FIELDS);
    if (code === STATUS_OK) span.status = { code };
    else if (code === STATUS_ERROR) {
      const { attributeValueLength } = span.#shared.limits;
      span.status = typeof message === 'string' ? { code, message: cleanString(message, attributeValueLength) } : { code };
    }
    return this;
  }

  updateName(name: string): this {
    const span = RecordingSpan.#open(this, 'updateName');
    if (span !== undefined && typeof name === 'string') span.name = cleanName(name);
    return this;
  }

  end(endTime?: TimeInput): void {
    const span = RecordingSpan.#open(this, 'end');
    if (span === undefined) return;
    const time = span.#time(endTime);
    span.endTime = isBefore(time, span.startTime) ? [span.startTime[0], span.startTime[1]] : time;
    const hook = recordHooks.spans;
    if (hook !== undefined) hook.onEnding(span);
    span.#ended = true;
    // One that is only recorded is for processors.
    if ((span.#context.traceFlags & SAMPLED) !== 0) {
      try {
        span.#shared.onEnd(span);
        span.#shared.notices?.ended(span);
      } catch (error) {
        contained('exporting a span', error);
      }
    }
    // Last, for processors rename and rewrite spans that have ended.
    if (hook !== undefined) hook.onEnd(span);
  }

  #now(): HrTime {
    return hrTimeAt(monotonicMs(), this.#anchor);
  }

  #time(input: unknown): HrTime {
    return (input === undefined ? undefined : hrTimeFrom(input)) ?? this.#now();
  }

  #keepException(event: TimedEvent): void {
    if (this.#shared.takeException?.(this, event) !== true) this.#keepEvent(event);
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

  #addLinks(links: unknown): void {
    // A proxy of a list may throw.
    const isRead = attempt(() => {
      if (!Array.isArray(links)) return true;
      // The newest ones are kept, so the others need not be looked at.
      const first = Math.max(0, links.length - this.#shared.limits.linkCount);
      this.droppedLinksCount += first;
      for (let i = first; i < links.length; i++) this.#addLink(links[i]);
      return true;
    }, false);
    if (!isRead) this.droppedLinksCount++;
  }

  #addLink(value: unknown): void {
    const { linkCount } = this.#shared.limits;
    const link = linkCount > 0 ? createLink(value, this.#shared.limits) : undefined;
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
}
