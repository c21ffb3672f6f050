/**
 * Keeps the spans of a trace until its outcome is known, and then exports or drops them together.
 *
 * A trace is decided when all of its spans that started here have ended, as soon as one of them says that it is kept, when it
 * has been open for long, when the memory for waiting spans is used up, or when the process ends. Spans that end later follow.
 */
import type { TraceState } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { TailConfig } from '../../config/config.ts';
import { parseTraceState } from '../../context/propagation/trace-state.ts';
import { HTTP_REQUEST_METHOD, HTTP_ROUTE, SAMPLING_PRIORITY, SAMPLING_REASON } from '../../names/attributes.ts';
import { SAMPLED, STATUS_ERROR } from '../../names/otel.ts';
import { clearTimeout, setTimeout } from '../../runtime/captured.ts';
import { hrTimeMs, monotonicMs } from '../../runtime/clock.ts';
import { attempt, contain } from '../../runtime/contain.ts';
import { addAttribute, type AttributeBag } from '../../values/attributes.ts';
import { spanSize } from './span-size.ts';
import { createTailRules, slowestThreshold, type KeepReason } from './tail-rules.ts';

type KeptSpan = ReadableSpan & AttributeBag;

export interface TailSampler {
  /** Of traces that begin here: tells other services of ours that "sampled" is not for good. */
  readonly traceState: TraceState | undefined;
  /** A sampled span starts. */
  onStart(span: ReadableSpan): void;
  /** It has ended. */
  onEnd(span: KeptSpan): void;
  /** Decide what is open by what is known of it: the process ends. */
  decideAll(): void;
}

export interface TailSamplerOptions {
  readonly config: TailConfig;
  /** Most that waits. */
  readonly maxBytes: number;
  /** Exports a span. */
  readonly onKeep: (span: ReadableSpan) => void;
  /** Traces were decided early, for want of memory. */
  readonly onFull: () => void;
  /** Default: the monotonic clock. */
  readonly nowMs?: () => number;
}

/** What is known of a trace that is not decided. */
interface OpenTrace {
  readonly traceId: string;
  readonly root: ReadableSpan;
  readonly startedMs: number;
  readonly waiting: KeptSpan[];
  /** Spans that have not ended. */
  open: number;
  bytes: number;
  hasFailed: boolean;
  isForced: boolean;
}

const MARK = 'signalbox';
const PROVISIONAL = 'tail';
/** A trace that is open for longer is decided by what is known of it, unless it is to be seen whether it is slow. */
const LONGEST_WAIT_MS = 30_000;
const SWEEP_MS = 1000;
/** Decisions that are remembered for spans that end late. */
const MOST_DECISIONS = 20_000;
const OPEN_TRACE_BYTES = 300;

export function createTailSampler(options: TailSamplerOptions): TailSampler {
  const { config, maxBytes, onKeep, onFull, nowMs = monotonicMs } = options;
  const rules = createTailRules(config, nowMs);
  const longestWaitMs = Math.max(LONGEST_WAIT_MS, slowestThreshold(config.slowMs));
  /** In the order in which they began. */
  const traces = new Map<string, OpenTrace>();
  /** `undefined` for what is dropped. */
  const decisions = new Map<string, KeepReason | undefined>();
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function onStart(span: ReadableSpan): void {
    const { traceId } = span.spanContext();
    let trace = traces.get(traceId);
    if (trace === undefined) {
      // Another request of a trace that was dropped may fail.
      if (decisions.get(traceId) !== undefined || (decisions.has(traceId) && !isLocalRoot(span))) return;
      if (isSampledForGood(span)) return remember(traceId, 'caller');
      trace = { traceId, root: span, startedMs: nowMs(), waiting: [], open: 0, bytes: 0, hasFailed: false, isForced: false };
      traces.set(traceId, trace);
      hold(trace, OPEN_TRACE_BYTES);
      timer ??= setTimeout(sweep, SWEEP_MS).unref();
    }
    trace.open++;
  }

  function onEnd(span: KeptSpan): void {
    const { traceId } = span.spanContext();
    const trace = traces.get(traceId);
    if (trace === undefined) return follow(traceId, span);
    trace.open--;
    trace.waiting.push(span);
    hold(trace, spanSize(span));
    trace.hasFailed ||= span.status.code === STATUS_ERROR;
    trace.isForced ||= Number(span.attributes[SAMPLING_PRIORITY]) > 0;
    if (trace.open <= 0 || trace.hasFailed || trace.isForced) decide(trace);
    if (bytes > maxBytes) makeRoom();
  }

  function hold(trace: OpenTrace, more: number): void {
    trace.bytes += more;
    bytes += more;
  }

  function decide(trace: OpenTrace): void {
    traces.delete(trace.traceId);
    bytes -= trace.bytes;
    const reason = rules({
      traceId: trace.traceId,
      isForced: trace.isForced,
      hasFailed: trace.hasFailed,
      durationMs: trace.root.ended ? hrTimeMs(trace.root.duration) : nowMs() - trace.startedMs,
      names: namesOf(trace.root),
    });
    remember(trace.traceId, reason);
    if (reason !== undefined) for (const span of trace.waiting) keep(span, reason, span === trace.root || isLocalRoot(span));
  }

  /** `span` ended when its trace was decided. */
  function follow(traceId: string, span: KeptSpan): void {
    const reason = decisions.get(traceId);
    if (reason !== undefined) keep(span, reason, isLocalRoot(span));
  }

  function keep(span: KeptSpan, reason: KeepReason, isRoot: boolean): void {
    if (isRoot) addAttribute(span, SAMPLING_REASON, reason, Infinity, Infinity);
    onKeep(span);
  }

  function remember(traceId: string, reason: KeepReason | undefined): void {
    decisions.delete(traceId);
    decisions.set(traceId, reason);
    if (decisions.size > MOST_DECISIONS) decisions.delete(decisions.keys().next().value as string);
  }

  /** The oldest go first. */
  function makeRoom(): void {
    for (const trace of traces.values()) {
      if (bytes <= maxBytes) break;
      decide(trace);
    }
    onFull();
  }

  function sweep(): void {
    timer = undefined;
    contain('deciding traces that are open for long', () => {
      for (const trace of traces.values()) {
        if (nowMs() - trace.startedMs < longestWaitMs) break;
        decide(trace);
      }
    });
    if (traces.size > 0) timer = setTimeout(sweep, SWEEP_MS).unref();
  }

  function decideAll(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const trace of traces.values()) decide(trace);
  }

  return { traceState: parseTraceState(`${MARK}=${PROVISIONAL}`), onStart, onEnd, decideAll };
}

/** By a caller that will not change its mind. */
function isSampledForGood({ parentSpanContext: caller }: ReadableSpan): boolean {
  if (caller === undefined || (caller.traceFlags & SAMPLED) === 0) return false;
  return attempt(() => caller.traceState?.get(MARK)) !== PROVISIONAL;
}

/** Its parent is not of this process. */
function isLocalRoot({ parentSpanContext }: ReadableSpan): boolean {
  return parentSpanContext === undefined || parentSpanContext.isRemote === true;
}

/** Both forms of a route that people write; of a root that is no request, its name. */
function namesOf({ name, attributes }: ReadableSpan): string[] {
  const [method, route] = [attributes[HTTP_REQUEST_METHOD], attributes[HTTP_ROUTE]];
  if (typeof route !== 'string') return [name];
  return typeof method === 'string' ? [`${method} ${route}`, route] : [route];
}
