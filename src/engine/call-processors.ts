/** Calls processors of the official interfaces. What one throws costs its own telemetry alone. */
import { types } from 'node:util';
import type { AnyValue, AttributeValue, Attributes, Context, HrTime, SeverityNumber, SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { errorText } from '../diagnostics/error-text.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { attempt } from '../runtime/contain.ts';
import type { LogHook, SpanHook } from '../runtime/record-hooks.ts';
import { addAttribute, type AttributeBag } from '../values/attributes.ts';
import { MAX_STRING_LENGTH } from '../values/limits.ts';
import { toPlain } from '../values/plain-value.ts';

const { isPromise } = types;
const promiseThen = Promise.prototype.then;

export interface Processor {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

export interface SpanProcessor extends Processor {
  onStart(span: unknown, parentContext: Context): unknown;
  onEnding?(span: unknown): unknown;
  onEnd(span: unknown): unknown;
}

export interface LogProcessor extends Processor {
  onEmit(record: unknown, context: Context): unknown;
}

/** @param onRecord - called for each record that they got. */
export function callSpanProcessors(processors: readonly SpanProcessor[], reporter: Reporter, onRecord: () => void): SpanHook {
  return {
    onStart(span, context) {
      for (const processor of processors) {
        try {
          noteRejection(processor.onStart(span, context), reporter, processor, 'onStart');
        } catch (error) {
          sayFailed(reporter, processor, 'onStart', error);
        }
      }
    },
    onEnding(span) {
      for (const processor of processors) {
        try {
          noteRejection(processor.onEnding?.(span), reporter, processor, 'onEnding');
        } catch (error) {
          sayFailed(reporter, processor, 'onEnding', error);
        }
      }
    },
    onEnd(span) {
      onRecord();
      for (const processor of processors) {
        try {
          noteRejection(processor.onEnd(span), reporter, processor, 'onEnd');
        } catch (error) {
          sayFailed(reporter, processor, 'onEnd', error);
        }
      }
    },
  };
}

export function callLogProcessors(processors: readonly LogProcessor[], reporter: Reporter, onRecord: () => void): LogHook {
  return (record, context) => {
    onRecord();
    const open = new OpenLogRecord(record);
    for (const processor of processors) {
      try {
        noteRejection(processor.onEmit(open, context), reporter, processor, 'onEmit');
      } catch (error) {
        sayFailed(reporter, processor, 'onEmit', error);
      }
    }
  };
}

/** A method that was written with `async` rejects where others throw: unhandled, it would end the process. */
function noteRejection(result: unknown, reporter: Reporter, part: object, method: string): void {
  if (isPromise(result)) void promiseThen.call(result, undefined, (error: unknown) => sayFailed(reporter, part, method, error));
}

/** Once a minute for each method, at most: the reporter sees to it. */
export function sayFailed(reporter: Reporter, part: object, method: string, error: unknown): void {
  reporter.say(
    `extension-failed.${method}`,
    `${method}() of ${nameOf(part)} must not throw, but did: ${errorText(error)}. It misses this record; what signalbox exports is not concerned.`,
  );
}

function nameOf(part: object): string {
  const name = attempt(() => (part.constructor as { readonly name?: unknown } | undefined)?.name);
  return typeof name === 'string' && name !== '' && name !== 'Object' ? name : 'a part that was brought in';
}

type Writable = { -readonly [Key in keyof ReadableLogRecord]: ReadableLogRecord[Key] } & AttributeBag;

/** What log processors get: `SdkLogRecord`. What they set is exported too. */
class OpenLogRecord {
  readonly #record: Writable;

  constructor(record: ReadableLogRecord) {
    this.#record = record as Writable;
  }

  get hrTime(): HrTime {
    return this.#record.hrTime;
  }
  get hrTimeObserved(): HrTime {
    return this.#record.hrTimeObserved;
  }
  get spanContext(): SpanContext | undefined {
    return this.#record.spanContext;
  }
  get resource(): Resource {
    return this.#record.resource;
  }
  get instrumentationScope(): ReadableLogRecord['instrumentationScope'] {
    return this.#record.instrumentationScope;
  }
  get attributes(): ReadableLogRecord['attributes'] {
    return this.#record.attributes as ReadableLogRecord['attributes'];
  }
  get droppedAttributesCount(): number {
    return this.#record.droppedAttributesCount;
  }
  get severityText(): string | undefined {
    return this.#record.severityText;
  }
  set severityText(text: string | undefined) {
    if (typeof text === 'string') this.#record.severityText = text;
  }
  get severityNumber(): SeverityNumber | undefined {
    return this.#record.severityNumber;
  }
  set severityNumber(severity: SeverityNumber | undefined) {
    if (typeof severity === 'number') this.#record.severityNumber = severity;
  }
  get body(): AnyValue {
    return this.#record.body as AnyValue;
  }
  set body(body: AnyValue) {
    this.#record.body = toPlain(body, MAX_STRING_LENGTH, { characters: 0, items: 0 }) as never;
  }
  get eventName(): string | undefined {
    return this.#record.eventName;
  }
  set eventName(name: string | undefined) {
    if (typeof name === 'string') this.#record.eventName = name;
  }

  setAttribute(key: string, value?: AttributeValue): this {
    addAttribute(this.#record, key, value, Infinity, MAX_STRING_LENGTH);
    return this;
  }
  setAttributes(attributes: Attributes): this {
    for (const [key, value] of Object.entries(attributes)) this.setAttribute(key, value);
    return this;
  }
  setBody(body: AnyValue): this {
    this.body = body;
    return this;
  }
  setEventName(name: string): this {
    this.eventName = name;
    return this;
  }
  setSeverityNumber(severity: SeverityNumber): this {
    this.severityNumber = severity;
    return this;
  }
  setSeverityText(text: string): this {
    this.severityText = text;
    return this;
  }
}
