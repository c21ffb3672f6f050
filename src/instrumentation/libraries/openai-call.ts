import type { Context, Exception, Histogram, Meter, Tracer } from '@opentelemetry/api';
import { ERROR_TYPE, GEN_AI_RESPONSE_MODEL, GEN_AI_TOKEN_TYPE } from '../../names/attributes.ts';
import { AI_METRICS } from '../../names/metrics/ai.ts';
import { CLIENT, STATUS_ERROR } from '../../names/otel.ts';
import { monotonicNanos, setImmediate, setTimeout } from '../../runtime/captured.ts';
import { contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { errorTypeOf, messageOf } from '../http/http-semantics.ts';
import { histogramOf } from './catalogue-instruments.ts';
import { attributesOf, readBody, type Request, type Response } from './openai-facts.ts';

export interface Instruments {
  readonly duration: Histogram;
  readonly tokens: Histogram;
}

export function modelMetrics(meter: Meter): Instruments {
  return { duration: histogramOf(meter, AI_METRICS.duration), tokens: histogramOf(meter, AI_METRICS.tokens) };
}

/** One operation of a model, from its first request to the end of what it answers. */
export interface Call {
  readonly context: Context;
  /** Somebody asked for the body. */
  isParsed: boolean;
  /** The headers are there. @param wasAskedRaw - whether the response was asked for as it is, so that nobody may ask for the body. */
  answered(wasAskedRaw: () => boolean): void;
  /** Read a part of a stream. */
  read(part: unknown): void;
  /** @param body - none where a stream ended, or nobody asked for it. */
  end(body?: unknown): void;
  fail(error: unknown): void;
}

/** A request whose answer nobody looked at has ended by then. */
const LEFT_AFTER_MS = 30_000;
const ABORTED = 'APIUserAbortError';

export function createCall(tracer: Tracer, request: Request, instruments: Instruments | undefined): Call {
  const startNanos = monotonicNanos();
  const span = tracer.startSpan(request.name, { kind: CLIENT, attributes: { ...request.common, ...request.more } });
  const context = api.trace.setSpan(api.context.active(), span);
  const response: Response = { finishReasons: [] };
  let hasEnded = false;

  function finish(errorType?: string): void {
    if (hasEnded) return;
    hasEnded = true;
    const { inputTokens, model, outputTokens } = response;
    const attributes = { ...request.common, ...(model === undefined ? {} : { [GEN_AI_RESPONSE_MODEL]: model }) };
    const failed = errorType === undefined ? {} : { [ERROR_TYPE]: errorType };
    instruments?.duration.record(Number(monotonicNanos() - startNanos) / 1e9, { ...attributes, ...failed }, context);
    if (inputTokens !== undefined) instruments?.tokens.record(inputTokens, { ...attributes, [GEN_AI_TOKEN_TYPE]: 'input' }, context);
    if (outputTokens !== undefined) instruments?.tokens.record(outputTokens, { ...attributes, [GEN_AI_TOKEN_TYPE]: 'output' }, context);
    span.setAttributes({ ...attributesOf(response), ...failed });
    span.end();
  }

  const call: Call = {
    context,
    isParsed: false,
    answered(wasAskedRaw) {
      const endUnlessParsed = (): void => {
        if (!call.isParsed) contain('ending a request to OpenAI', finish);
      };
      setImmediate(() => {
        if (call.isParsed) return;
        if (wasAskedRaw()) endUnlessParsed();
        else setTimeout(endUnlessParsed, LEFT_AFTER_MS).unref();
      });
    },
    read: (part) => void contain('reading an answer of OpenAI', () => readBody(response, part)),
    end(body) {
      if (body !== undefined) call.read(body);
      contain('ending a request to OpenAI', finish);
    },
    fail(error) {
      contain('recording an error of OpenAI', () => {
        if (hasEnded) return;
        // Given up by the program itself: no failure.
        if (classOf(error) === ABORTED) return finish();
        span.recordException(error as Exception);
        span.setStatus({ code: STATUS_ERROR, message: messageOf(error) });
        const { status } = error as { status?: unknown };
        finish(typeof status === 'number' ? String(status) : errorTypeOf(error));
      });
    },
  };
  return call;
}

/** The errors of openai all have the name `Error`. */
function classOf(error: unknown): string {
  const name = (Object(error) as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' ? name : 'Error';
}
