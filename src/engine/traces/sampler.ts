/** The samplers of `OTEL_TRACES_SAMPLER`. */
import type { SpanContext } from '@opentelemetry/api';
import type { SamplerName } from '../../config/config.ts';
import { SAMPLED } from '../../names/otel.ts';

/** Whether a span is sampled. `parent` is a valid context, or `undefined` for the root of a trace. */
export type Sampler = (traceId: string, parent: SpanContext | undefined) => boolean;

/**
 * @param ratio - share of traces that `traceidratio` keeps, 0 to 1; the other samplers do not read it.
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration
 */
export function createSampler(name: SamplerName, ratio: number): Sampler {
  switch (name) {
    case 'always_on':
      return always;
    case 'always_off':
      return never;
    case 'traceidratio':
      return createRatioSampler(ratio);
    case 'parentbased_always_on':
      return createParentBased(always);
    case 'parentbased_always_off':
      return createParentBased(never);
    case 'parentbased_traceidratio':
      return createParentBased(createRatioSampler(ratio));
  }
}

function always(): boolean {
  return true;
}

function never(): boolean {
  return false;
}

function createParentBased(root: Sampler): Sampler {
  return (traceId, parent) => (parent === undefined ? root(traceId, undefined) : (parent.traceFlags & SAMPLED) !== 0);
}

/**
 * Decides as the official `TraceIdRatioBasedSampler` does, so that every service of a trace comes to the same answer:
 * the four 32-bit words of the trace id, XORed, are compared with the ratio's share of 2^32 - 1.
 */
function createRatioSampler(ratio: number): Sampler {
  const bound = ratio >= 1 ? 2 ** 32 : ratio > 0 ? Math.floor(ratio * 0xffffffff) : 0;
  return (traceId) => {
    let mixed = 0;
    for (let i = 0; i < 8; i++) {
      const digit = hexDigit(traceId, i) ^ hexDigit(traceId, i + 8) ^ hexDigit(traceId, i + 16) ^ hexDigit(traceId, i + 24);
      mixed = (mixed << 4) | digit;
    }
    return mixed >>> 0 < bound;
  };
}

/** `id` is lower-case hex. */
function hexDigit(id: string, index: number): number {
  const code = id.charCodeAt(index);
  return code < 58 ? code - 48 : code - 87;
}
