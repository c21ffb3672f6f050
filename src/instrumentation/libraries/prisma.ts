/**
 * Prisma by its own hook, a helper that each client looks up on the global object: nothing is patched.
 *
 * A span for each operation and each transaction. A query has a CLIENT span where no driver that is recorded itself sends it: where the
 * engine or an adapter without an instrumentation does. Compiling, serializing and connecting have none.
 */
import type { Context, Histogram, Meter, Span, TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { isTracingSuppressed } from '../../context/context-keys.ts';
import { contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { version } from '../../version.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../loading/instrumentation-base.ts';
import { durationOfOperations } from './db-client.ts';
import { dispatchEngineSpans, type EngineSpan } from './prisma-engine.ts';
import { beginSpan, describe, type PrismaSpan, type SpanOptions } from './prisma-spans.ts';

type Callback = (span?: Span, context?: Context) => unknown;

const VERSIONS = ['>=6.2.0 <8'];
/** A client that is generated into a folder of its own brings a copy of the first: the others tell that it is there. */
const PACKAGES = ['@prisma/client', '@prisma/client-runtime-utils', '@prisma/driver-adapter-utils'];
/** What clients look up; of their own major first. */
const GLOBAL_NAMES = ['PRISMA_INSTRUMENTATION', 'V6_PRISMA_INSTRUMENTATION', 'V7_PRISMA_INSTRUMENTATION'];
/** Of a trace that is not sampled. */
const NO_PARENT = '00-10-10-00';

class PrismaInstrumentation extends InstrumentationBase {
  declare duration: Histogram;

  constructor(options: Record<string, unknown>) {
    super('signalbox/prisma', version, options);
  }

  get spans() {
    return this.tracer;
  }

  protected override init() {
    return PACKAGES.map((name) => new InstrumentationNodeModuleDefinition(name, VERSIONS));
  }

  protected override _updateMetricInstruments(): void {
    this.duration = durationOfOperations(this.meter as Meter);
  }

  /** From here on clients find the helper, unless somebody else's is there. */
  override setTracerProvider(provider: TracerProvider): void {
    super.setTracerProvider(provider);
    if (!this.isEnabled()) return;
    const globals = globalThis as Record<string, unknown>;
    const value = { helper: this.#helper() };
    if (GLOBAL_NAMES.some((name) => globals[name] !== undefined)) return;
    for (const name of GLOBAL_NAMES) Object.defineProperty(globals, name, { value, configurable: true, enumerable: false, writable: true });
  }

  #helper() {
    return {
      isEnabled: () => this.isEnabled(),
      getActiveContext: () => api.context.active(),
      getTraceParent(context?: Context): string {
        const parent = api.trace.getSpanContext(context ?? api.context.active());
        if (parent === undefined) return NO_PARENT;
        return `00-${parent.traceId}-${parent.spanId}-0${parent.traceFlags & 1}`;
      },
      runInChildSpan: (given: SpanOptions | string, callback: Callback) =>
        this.#run(typeof given === 'string' ? { name: given } : given, callback),
      dispatchEngineSpans: (spans: readonly EngineSpan[], events: readonly unknown[] = [], emit?: (event: unknown) => void): void => {
        if (this.isEnabled()) contain('recording queries of Prisma', () => dispatchEngineSpans(this, spans));
        for (const event of events) emit?.(event);
      },
    };
  }

  #run(options: SpanOptions, callback: Callback): unknown {
    const context = options.context ?? api.context.active();
    if (!this.isEnabled() || isTracingSuppressed(context)) return callback();
    const begun = contain('beginning an operation of Prisma', () => {
      const described = describe(options, this.getConfig());
      return described === undefined ? undefined : beginSpan(this, described, context);
    });
    if (begun === undefined) return callback();
    if (options.active === false) return settle(begun, () => callback(begun.span, context));
    const inner = api.trace.setSpan(context, begun.span);
    return settle(begun, () => api.context.with(inner, () => callback(begun.span, context)));
  }
}

/** The result of `fn`, or of a promise one that settles alike after the span has ended. */
function settle(begun: PrismaSpan, fn: () => unknown): unknown {
  let result: unknown;
  try {
    result = fn();
  } catch (error) {
    begun.fail(error);
    throw error;
  }
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') {
    begun.end();
    return result;
  }
  return (result as PromiseLike<unknown>).then(
    (value) => {
      begun.end();
      return value;
    },
    (error: unknown) => {
      begun.fail(error);
      // Thrown once more, it would be shown as from here when it ends the process.
      return result;
    },
  );
}

/** @param options - `ignoreSpanTypes` of the official instrumentation. */
export function create(options: Record<string, unknown>): Instrumentation {
  return new PrismaInstrumentation(options);
}
