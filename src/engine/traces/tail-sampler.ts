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
import { createTailRules, slowestThreshold, type KeepReason, type TailRules } from './tail-rules.ts';

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
  const waiting = new WaitingTraces(options);
  return {
    traceState: parseTraceState(`${MARK}=${PROVISIONAL}`),
    onStart: (span) => waiting.started(span),
    onEnd: (span) => waiting.ended(span),
    decideAll: () => waiting.decideAll(),
  };
}

class WaitingTraces {
  readonly #options: TailSamplerOptions;
  readonly #nowMs: () => number;
  readonly #rules: TailRules;
  readonly #longestWaitMs: number;
  /** In the order in which they began. */
  readonly #traces = new Map<string, OpenTrace>();
  /** `undefined` for what is dropped. */
  readonly #decisions = new Map<string, KeepReason | undefined>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TailSamplerOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? monotonicMs;
    this.#rules = createTailRules(options.config, this.#nowMs);
    this.#longestWaitMs = Math.max(LONGEST_WAIT_MS, slowestThreshold(options.config.slowMs));
  }

  started(span: ReadableSpan): void {
    const { traceId } = span.spanContext();
    const trace = this.#traces.get(traceId) ?? this.#open(traceId, span);
    if (trace !== undefined) trace.open++;
  }

  ended(span: KeptSpan): void {
    const { traceId } = span.spanContext();
    const trace = this.#traces.get(traceId);
    if (trace === undefined) return this.#follow(traceId, span);
    trace.open--;
    trace.waiting.push(span);
    this.#hold(trace, spanSize(span));
    trace.hasFailed ||= span.status.code === STATUS_ERROR;
    trace.isForced ||= Number(span.attributes[SAMPLING_PRIORITY]) > 0;
    if (trace.open <= 0 || trace.hasFailed || trace.isForced) this.#decide(trace);
    if (this.#bytes > this.#options.maxBytes) this.#makeRoom();
  }

  decideAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const trace of this.#traces.values()) this.#decide(trace);
  }

  /** `undefined` where it is decided. */
  #open(traceId: string, root: ReadableSpan): OpenTrace | undefined {
    // Another request of a trace that was dropped may fail.
    if (this.#decisions.get(traceId) !== undefined || (this.#decisions.has(traceId) && !isLocalRoot(root))) return undefined;
    if (isSampledForGood(root)) {
      this.#remember(traceId, 'caller');
      return undefined;
    }
    const trace = { traceId, root, startedMs: this.#nowMs(), waiting: [], open: 0, bytes: 0, hasFailed: false, isForced: false };
    this.#traces.set(traceId, trace);
    this.#hold(trace, OPEN_TRACE_BYTES);
    this.#timer ??= setTimeout(() => this.#sweep(), SWEEP_MS).unref();
    return trace;
  }

  #hold(trace: OpenTrace, more: number): void {
    trace.bytes += more;
    this.#bytes += more;
  }

  #decide(trace: OpenTrace): void {
    const { traceId, root, startedMs, isForced, hasFailed } = trace;
    this.#traces.delete(traceId);
    this.#bytes -= trace.bytes;
    const durationMs = root.ended ? hrTimeMs(root.duration) : this.#nowMs() - startedMs;
    const reason = this.#rules({ traceId, isForced, hasFailed, durationMs, names: namesOf(root) });
    this.#remember(traceId, reason);
    if (reason !== undefined) for (const span of trace.waiting) this.#keep(span, reason, span === root || isLocalRoot(span));
  }

  /** `span` ended when its trace was decided. */
  #follow(traceId: string, span: KeptSpan): void {
    const reason = this.#decisions.get(traceId);
    if (reason !== undefined) this.#keep(span, reason, isLocalRoot(span));
  }

  #keep(span: KeptSpan, reason: KeepReason, isRoot: boolean): void {
    if (isRoot) addAttribute(span, SAMPLING_REASON, reason, Infinity, Infinity);
    this.#options.onKeep(span);
  }

  #remember(traceId: string, reason: KeepReason | undefined): void {
    this.#decisions.delete(traceId);
    this.#decisions.set(traceId, reason);
    if (this.#decisions.size > MOST_DECISIONS) this.#decisions.delete(this.#decisions.keys().next().value as string);
  }

  /** The oldest go first. */
  #makeRoom(): void {
    for (const trace of this.#traces.values()) {
      if (this.#bytes <= this.#options.maxBytes) break;
      this.#decide(trace);
    }
    this.#options.onFull();
  }

  #sweep(): void {
    this.#timer = undefined;
    contain('deciding traces that are open for long', () => {
      for (const trace of this.#traces.values()) {
        if (this.#nowMs() - trace.startedMs < this.#longestWaitMs) break;
        this.#decide(trace);
      }
    });
    if (this.#traces.size > 0) this.#timer = setTimeout(() => this.#sweep(), SWEEP_MS).unref();
  }
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
