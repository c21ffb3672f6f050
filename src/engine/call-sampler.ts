/** Samplers and id generators of the official interfaces. What one throws, or gives wrongly, is as if it were not there. */
import type { Attributes, Context, Link, SpanKind, TraceState } from '@opentelemetry/api';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { Decide, NewIds } from '../runtime/record-hooks.ts';
import { sayFailed } from './call-processors.ts';
import { newSpanId, newTraceId } from './traces/ids.ts';

export interface OfficialSampler {
  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): { readonly decision: number; readonly attributes?: Attributes; readonly traceState?: TraceState };
}

export interface OfficialIdGenerator {
  generateTraceId(): string;
  generateSpanId(): string;
}

/** `SamplingDecision` of the SDK. */
const NOT_RECORD = 0;
const RECORD = 1;
const RECORD_AND_SAMPLED = 2;

export function callSampler(sampler: OfficialSampler, reporter: Reporter): Decide {
  return (context, traceId, name, kind, attributes = {}, links = []) => {
    try {
      const { decision, attributes: said, traceState } = sampler.shouldSample(context, traceId, name, kind, attributes, links);
      if (![NOT_RECORD, RECORD, RECORD_AND_SAMPLED].includes(decision)) throw new TypeError(`it decided ${String(decision)}`);
      return {
        isRecorded: decision !== NOT_RECORD,
        isSampled: decision === RECORD_AND_SAMPLED,
        attributes: said,
        // What is none would fail wherever the span is passed on.
        traceState: typeof traceState?.serialize === 'function' ? traceState : undefined,
      };
    } catch (error) {
      sayFailed(reporter, sampler, 'shouldSample', error);
      return { isRecorded: true, isSampled: true, attributes: undefined, traceState: undefined };
    }
  };
}

export function callIdGenerator(generator: OfficialIdGenerator, reporter: Reporter): NewIds {
  const id = (method: keyof OfficialIdGenerator, pattern: RegExp, otherwise: () => string): string => {
    try {
      const made: unknown = generator[method]();
      if (typeof made === 'string' && pattern.test(made) && !/^0+$/.test(made)) return made;
      throw new TypeError(`it gave ${String(made)}`);
    } catch (error) {
      sayFailed(reporter, generator, method, error);
      return otherwise();
    }
  };
  return {
    newTraceId: () => id('generateTraceId', /^[0-9a-f]{32}$/, newTraceId),
    newSpanId: () => id('generateSpanId', /^[0-9a-f]{16}$/, newSpanId),
  };
}
