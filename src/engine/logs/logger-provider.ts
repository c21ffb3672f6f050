/** The log engine of signalbox, behind the OpenTelemetry API. */
import type { Attributes, Context, HrTime, Logger, LoggerOptions, LoggerProvider, SeverityNumber, SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { AttributeLimits } from '../../config/config.ts';
import { EXCEPTION_MESSAGE, EXCEPTION_STACKTRACE, EXCEPTION_TYPE } from '../../names/attributes.ts';
import { attempt, contained } from '../../runtime/contain.ts';
import { hrTimeFrom, nowHrTime } from '../../runtime/clock.ts';
import { recordHooks } from '../../runtime/record-hooks.ts';
import type { Scope } from '../../otlp/types.ts';
import { addAttribute, addAttributes, type AttributeBag } from '../../values/attributes.ts';
import { exceptionFacts } from '../../values/exception-facts.ts';
import { boundedLength, MAX_STRING_LENGTH } from '../../values/limits.ts';
import { toPlain, type CutOff, type PlainValue } from '../../values/plain-value.ts';
import { readEach } from '../../values/read-properties.ts';
import { cleanName, cleanString } from '../../values/strings.ts';
import { createScopeCache } from '../scope.ts';
import { api } from '../../runtime/otel.ts';
import { validContextOf } from '../traces/valid-context-of.ts';
import { createTwinFinder, type TwinFinder } from './twin-finder.ts';
import { itemsDropped } from '../../values/dropped-items.ts';
import { MAX_SEVERITY } from '../../names/otel.ts';

export interface LoggerProviderOptions {
  /** They bound attributes; a body has no limit but that of all values. */
  readonly limits: AttributeLimits;
  readonly resource: Resource;
  /** Without it, records go nowhere. */
  readonly onEmit?: ((record: ReadableLogRecord) => void) | undefined;
}

/** What the global of the older `@opentelemetry/api-logs` needs beside the API's own provider. */
export interface OldApiLoggerProvider extends LoggerProvider {
  /** A logger whose records are left out when the same record was emitted by a logger of `getLogger`, and the other way round. */
  getOldApiLogger(name: string, version?: string, options?: LoggerOptions): Logger;
}

export interface EngineLoggerProvider extends OldApiLoggerProvider {
  /** Nothing is exported any more: loggers say so to those who ask. */
  close(): void;
}

const bodyCutOff: CutOff = { characters: 0, items: 0 };
const MAX_SEVERITY_TEXT_LENGTH = 64;
const DEFAULT_NAME = 'unknown';
const RECORD_FIELDS = [
  'context',
  'timestamp',
  'observedTimestamp',
  'eventName',
  'severityNumber',
  'severityText',
  'body',
  'attributes',
  'exception',
] as const;
type GivenRecord = { readonly [Name in (typeof RECORD_FIELDS)[number]]?: unknown };

export function createLoggerProvider(options: LoggerProviderOptions): EngineLoggerProvider {
  const limits = { ...options.limits, attributeValueLength: boundedLength(options.limits.attributeValueLength) };
  const engine: Engine = { ...options, limits, isOpen: options.onEmit !== undefined, twins: undefined };
  const loggerOf = createScopeCache((scope) => createLogger(engine, scope, false));
  const oldApiLoggerOf = createScopeCache((scope) => createLogger(engine, scope, true));
  return {
    getLogger: (name, version, loggerOptions) => loggerOf(name || DEFAULT_NAME, version, loggerOptions),
    getOldApiLogger(name, version, loggerOptions) {
      engine.twins ??= createTwinFinder();
      return oldApiLoggerOf(name || DEFAULT_NAME, version, loggerOptions);
    },
    close() {
      engine.isOpen = false;
    },
  };
}

interface Engine extends LoggerProviderOptions {
  /** Whether what is emitted can be exported. */
  isOpen: boolean;
  /** Only when something emits by the older API. */
  twins: TwinFinder | undefined;
}

function createLogger(engine: Engine, scope: Scope, isOldApi: boolean): Logger {
  return {
    // No severity, event or context is left out.
    enabled: () => engine.isOpen || recordHooks.logs !== undefined,
    emit(logRecord) {
      if ((engine.onEmit === undefined && recordHooks.logs === undefined) || typeof logRecord !== 'object' || logRecord === null) return;
      const given = givenRecord(logRecord);
      const record = new EmittedLogRecord(engine, scope, given);
      if (engine.twins?.isTwin(record, isOldApi)) return;
      try {
        recordHooks.logs?.(record, (given.context as Context | undefined) ?? api.context.active());
        engine.onEmit?.(record);
      } catch (error) {
        contained('exporting a log record', error);
      }
    },
  };
}

class EmittedLogRecord implements ReadableLogRecord, AttributeBag {
  readonly #engine: Engine;
  readonly hrTime: HrTime;
  readonly hrTimeObserved: HrTime;
  readonly spanContext?: SpanContext;
  readonly severityText?: string;
  readonly severityNumber?: SeverityNumber;
  readonly body?: unknown;
  readonly eventName?: string;
  readonly instrumentationScope: Scope;
  attributes: Attributes = {};
  attributeCount = 0;
  droppedAttributesCount = 0;
  cutOff?: Map<string, number>;

  constructor(engine: Engine, scope: Scope, given: GivenRecord) {
    const { attributeCount, attributeValueLength } = engine.limits;
    this.#engine = engine;
    this.instrumentationScope = scope;
    const now = nowHrTime();
    this.hrTime = hrTimeFrom(given.timestamp) ?? now;
    this.hrTimeObserved = hrTimeFrom(given.observedTimestamp) ?? now;
    const spanContext = spanContextIn(given.context);
    if (spanContext !== undefined) this.spanContext = spanContext;
    if (isSeverity(given.severityNumber)) this.severityNumber = given.severityNumber;
    if (typeof given.severityText === 'string') this.severityText = cleanString(given.severityText, MAX_SEVERITY_TEXT_LENGTH);
    if (given.body !== undefined) this.body = this.#plainBody(given.body);
    if (typeof given.eventName === 'string') this.eventName = cleanName(given.eventName);
    addAttributes(this, given.attributes, attributeCount, attributeValueLength);
    const facts = given.exception == null ? undefined : exceptionFacts(given.exception);
    if (facts !== undefined) {
      this.#addMissing(EXCEPTION_TYPE, facts.type);
      this.#addMissing(EXCEPTION_MESSAGE, facts.message);
      this.#addMissing(EXCEPTION_STACKTRACE, facts.stack);
    }
  }

  get resource(): Resource {
    return this.#engine.resource;
  }

  #plainBody(body: unknown): PlainValue | undefined {
    bodyCutOff.characters = bodyCutOff.items = 0;
    const plain = toPlain(body, MAX_STRING_LENGTH, bodyCutOff);
    if (bodyCutOff.items > 0) itemsDropped('', bodyCutOff.items);
    if (bodyCutOff.characters > 0) this.cutOff = new Map([['', bodyCutOff.characters]]);
    return plain;
  }

  /** What the application said itself stands. */
  #addMissing(key: string, value: string | undefined): void {
    const { attributeCount, attributeValueLength } = this.#engine.limits;
    if (!Object.hasOwn(this.attributes, key)) addAttribute(this, key, value, attributeCount, attributeValueLength);
  }
}

function givenRecord(record: object): GivenRecord {
  return attempt(() => fieldsOf(record)) ?? readEach(record, RECORD_FIELDS);
}

function fieldsOf(record: GivenRecord): GivenRecord {
  const { context, timestamp, observedTimestamp, eventName, severityNumber, severityText, body, attributes, exception } = record;
  return { context, timestamp, observedTimestamp, eventName, severityNumber, severityText, body, attributes, exception };
}

/** Of the span in `context`, or in the active context when none is given; it may be no context. */
function spanContextIn(context: unknown): SpanContext | undefined {
  return attempt(() => {
    const span = api.trace.getSpan((context || api.context.active()) as Context);
    return span === undefined ? undefined : validContextOf(span);
  });
}

function isSeverity(value: unknown): value is SeverityNumber {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_SEVERITY;
}
