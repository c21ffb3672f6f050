/**
 * ai 7 (the AI SDK of Vercel) by its own channel: a CLIENT span and the metrics of each call of a model, and a span for each operation
 * and each tool that they belong to.
 *
 * Of what a stream used, the channel does not tell. An integration does, which is the way that the SDK offers for this.
 */
import { channel } from 'node:diagnostics_channel';
import type { Exception, MeterProvider, Span } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { bindChannel } from '../../context/context-manager.ts';
import { ERROR_TYPE, GEN_AI_RESPONSE_MODEL, GEN_AI_TOKEN_TYPE } from '../../names/attributes.ts';
import { CLIENT, INTERNAL, STATUS_ERROR } from '../../names/otel.ts';
import { clearTimeout, monotonicNanos, setTimeout } from '../../runtime/captured.ts';
import { contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { version } from '../../version.ts';
import { errorTypeOf, messageOf } from '../http/http-semantics.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../loading/instrumentation-base.ts';
import { listen } from '../loading/listen.ts';
import { describeOperation, errorOfTool, isStreaming, readResult, type Answered, type Asked } from './ai-facts.ts';
import { modelMetrics, type Instruments } from './openai-call.ts';

/** What is published: one object from the beginning to the end of an operation. */
interface Message {
  readonly type?: unknown;
  readonly event?: { readonly callId?: unknown };
  readonly result?: unknown;
  readonly error?: unknown;
}

interface Operation {
  readonly asked: Asked;
  readonly span: Span;
  readonly startNanos: bigint;
  timer?: NodeJS.Timeout;
}

const CHANNEL = 'tracing:ai:telemetry';
/** Where the SDK looks for integrations. */
const INTEGRATIONS = 'AI_SDK_TELEMETRY_INTEGRATIONS';
/** Of a stream that its reader has left, nothing more is told. */
const LEFT_AFTER_MS = 600_000;

class AiInstrumentation extends InstrumentationBase {
  #instruments: Instruments | undefined;
  #isListening = false;
  readonly #operations = new WeakMap<Message, Operation>();
  /** Calls of models that answer by a stream, by the id of what they belong to; one after another. */
  readonly #streams = new Map<unknown, Operation>();

  constructor(options: Record<string, unknown>) {
    super('signalbox/ai', version, options);
  }

  override setMeterProvider(provider: MeterProvider): void {
    super.setMeterProvider(provider);
    this.#instruments = modelMetrics(this.meter);
  }

  protected override init() {
    return [
      new InstrumentationNodeModuleDefinition('ai', ['>=7.0.0 <8'], (exported) => {
        contain('listening to the AI SDK', () => this.#listen());
        return exported;
      }),
    ];
  }

  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    bindChannel<Message>(channel(`${CHANNEL}:start`), (message) =>
      contain('beginning an operation of the AI SDK', () => {
        const operation = this.#begin(message);
        return operation === undefined ? undefined : api.trace.setSpan(api.context.active(), operation.span);
      }),
    );
    listen<Message>(`${CHANNEL}:asyncEnd`, (message) => this.#end(message));
    const integrations = ((globalThis as Record<string, unknown>)[INTEGRATIONS] ??= []) as unknown[];
    integrations.push({
      onLanguageModelCallEnd: (event: Message['event']) =>
        contain('ending a stream of the AI SDK', () => this.#endStream(event?.callId, readResult(event))),
    });
  }

  #begin(message: Message): Operation | undefined {
    if (!this.isEnabled()) return undefined;
    const asked = describeOperation(message.type, message.event);
    if (asked === undefined) return undefined;
    const startNanos = monotonicNanos();
    const kind = asked.isClient ? CLIENT : INTERNAL;
    const operation = {
      asked,
      startNanos,
      span: this.tracer.startSpan(asked.name, { kind, attributes: { ...asked.common, ...asked.more } }),
    };
    this.#operations.set(message, operation);
    return operation;
  }

  #end(message: Message): void {
    const { error, event, result, type } = message;
    // A stream that broke off or was given up ends with its step.
    if (type === 'step') return this.#endStream(event?.callId);
    const operation = this.#operations.get(message);
    if (operation === undefined) return;
    this.#operations.delete(message);
    if (type === 'languageModelCall' && error === undefined && isStreaming(result)) return this.#keepStream(event?.callId, operation);
    if (type === 'streamText') this.#endStream(event?.callId);
    const failure = error ?? (type === 'executeTool' ? errorOfTool(result) : undefined);
    this.#finish(operation, readResult(result), failure);
  }

  #keepStream(callId: unknown, operation: Operation): void {
    this.#endStream(callId);
    operation.timer = setTimeout(() => this.#endStream(callId), LEFT_AFTER_MS).unref();
    this.#streams.set(callId, operation);
  }

  #endStream(callId: unknown, answered: Answered = { attributes: {} }): void {
    const operation = this.#streams.get(callId);
    if (operation === undefined) return;
    this.#streams.delete(callId);
    if (operation.timer !== undefined) clearTimeout(operation.timer);
    this.#finish(operation, answered);
  }

  #finish({ asked, span, startNanos }: Operation, { attributes, inputTokens, model, outputTokens }: Answered, error?: unknown): void {
    const context = api.trace.setSpan(api.context.active(), span);
    const failed = error === undefined ? {} : { [ERROR_TYPE]: errorTypeOf(error) };
    if (error !== undefined) {
      span.recordException(error as Exception);
      span.setStatus({ code: STATUS_ERROR, message: messageOf(error) });
    }
    if (asked.isClient) {
      const measured = { ...asked.common, ...(model === undefined ? {} : { [GEN_AI_RESPONSE_MODEL]: model }) };
      this.#instruments?.duration.record(Number(monotonicNanos() - startNanos) / 1e9, { ...measured, ...failed }, context);
      if (inputTokens !== undefined) this.#instruments?.tokens.record(inputTokens, { ...measured, [GEN_AI_TOKEN_TYPE]: 'input' }, context);
      if (outputTokens !== undefined)
        this.#instruments?.tokens.record(outputTokens, { ...measured, [GEN_AI_TOKEN_TYPE]: 'output' }, context);
    }
    span.setAttributes({ ...attributes, ...failed });
    span.end();
  }
}

export function create(options: Record<string, unknown>): Instrumentation {
  return new AiInstrumentation(options);
}
