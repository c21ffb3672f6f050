/** Numbers of the OTLP definition. */
import type { SpanContext } from '@opentelemetry/api';
import { isRandom } from '../../context/random-flag.ts';
import { RANDOM } from '../../names/otel.ts';

const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/** The first second that unsigned 64-bit nanoseconds cannot tell. */
export const MAX_SECONDS = 18_446_744_073;

/** W3C trace flags, and whether `remote` (a span's parent, a link's own context) comes from another process. */
export function spanFlags(context: SpanContext, remote: SpanContext | undefined): number {
  return (context.traceFlags & 0xff) | (isRandom(context) ? RANDOM : 0) | HAS_IS_REMOTE | (remote?.isRemote ? IS_REMOTE : 0);
}

/** AggregationTemporality. */
export const TEMPORALITY = { delta: 1, cumulative: 2 } as const;
