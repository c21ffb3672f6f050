/**
 * All SDKs of Azure by the hook that they share, the instrumenter of `@azure/core-tracing`: a span for each operation, by the names and
 * with the attributes that the SDK gives it.
 *
 * The request below it has the span of the HTTP client, so none is made for it a second time, and one `traceparent` is sent.
 */
import type { Attributes, Context, Exception, Link, Span, SpanKind, TimeInput } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { ERROR_TYPE } from '../../names/attributes.ts';
import { CLIENT, CONSUMER, INTERNAL, PRODUCER, SERVER, STATUS_ERROR } from '../../names/otel.ts';
import { contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { version } from '../../version.ts';
import { errorTypeOf, messageOf } from '../http/http-semantics.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../loading/instrumentation-base.ts';

interface Module {
  useInstrumenter?(instrumenter: object): void;
}

interface SpanOptions {
  readonly packageName?: string;
  readonly spanKind?: string;
  readonly spanAttributes?: Readonly<Record<string, unknown>>;
  readonly spanLinks?: readonly { readonly tracingContext: Context; readonly attributes?: Attributes }[];
  /** A context of ours, or one of Azure's, which has values in the same way. */
  readonly tracingContext?: Context;
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  internal: INTERNAL,
  server: SERVER,
  client: CLIENT,
  producer: PRODUCER,
  consumer: CONSUMER,
};
/** What sends requests of the SDKs. */
const PIPELINES = new Set(['@azure/core-rest-pipeline', '@typespec/ts-http-runtime']);

class AzureInstrumentation extends InstrumentationBase {
  constructor(options: Record<string, unknown>) {
    super('signalbox/azure-sdk', version, options);
  }

  protected override init() {
    return [
      new InstrumentationNodeModuleDefinition('@azure/core-tracing', ['>=1.0.0 <2'], (exported: Module) => {
        contain('watching SDKs of Azure', () => exported.useInstrumenter?.(this.#instrumenter()));
        return exported;
      }),
    ];
  }

  /** What the SDKs ask for; see `interfaces.ts` of the package. */
  #instrumenter() {
    return {
      startSpan: (name: string, options: SpanOptions = {}) => {
        const parent = contextOf(options.tracingContext);
        if (!this.isEnabled() || PIPELINES.has(options.packageName ?? '')) return { span: SILENT, tracingContext: parent };
        const span = this.tracer.startSpan(
          name,
          { kind: KINDS[options.spanKind ?? ''] ?? INTERNAL, attributes: attributesIn(options.spanAttributes), links: linksIn(options) },
          parent,
        );
        return { span: adapt(span), tracingContext: api.trace.setSpan(parent, span) };
      },
      withContext: (context: Context, callback: (...args: unknown[]) => unknown, ...args: unknown[]) =>
        api.context.with(contextOf(context), callback, undefined, ...args),
      parseTraceparentHeader: (traceparent: string) => api.propagation.extract(api.ROOT_CONTEXT, { traceparent }),
      createRequestHeaders(context?: Context) {
        const headers: Record<string, string> = {};
        api.propagation.inject(contextOf(context), headers);
        return headers;
      },
    };
  }
}

/** A context that the SDKs made before they had an instrumenter has no span: what is active counts then. */
function contextOf(context: Context | undefined): Context {
  return context === undefined || api.trace.getSpan(context) === undefined ? api.context.active() : context;
}

function linksIn({ spanLinks = [] }: SpanOptions): Link[] {
  return spanLinks.flatMap(({ attributes, tracingContext }) => {
    const context = api.trace.getSpanContext(tracingContext);
    return context === undefined ? [] : [{ context, ...(attributes === undefined ? {} : { attributes: attributesIn(attributes) }) }];
  });
}

function attributesIn(given: Readonly<Record<string, unknown>> = {}): Attributes {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null)) as Attributes;
}

function adapt(span: Span) {
  return {
    isRecording: () => span.isRecording(),
    setAttribute(name: string, value: unknown) {
      if (value !== undefined && value !== null) span.setAttribute(name, value as Attributes[string] & {});
    },
    setStatus({ error, status }: { readonly status: string; readonly error?: unknown }) {
      if (status !== 'error') return;
      span.setStatus({
        code: STATUS_ERROR,
        ...(error === undefined ? {} : { message: typeof error === 'string' ? error : messageOf(error) }),
      });
      if (error !== undefined && typeof error !== 'string') span.setAttribute(ERROR_TYPE, errorTypeOf(error));
    },
    recordException: (error: unknown) => span.recordException(error as Exception),
    addEvent: (name: string, options: { readonly attributes?: Attributes; readonly startTime?: Date } = {}) =>
      void span.addEvent(name, attributesIn(options.attributes), options.startTime as TimeInput | undefined),
    end: () => span.end(),
  };
}

const nothing = (): void => {};
const SILENT = {
  isRecording: () => false,
  setAttribute: nothing,
  setStatus: nothing,
  recordException: nothing,
  addEvent: nothing,
  end: nothing,
};

export function create(options: Record<string, unknown>): Instrumentation {
  return new AzureInstrumentation(options);
}
