/**
 * Official instrumentations of databases that make spans and no measurement: their client spans are measured here, and say by
 * `error.type` why they failed.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-metrics/
 */
import { performance } from 'node:perf_hooks';
import type { Attributes, Context, Histogram, MeterProvider, Span, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';
import { DB_NAMESPACE, DB_OPERATION_NAME, DB_SYSTEM_NAME, ERROR_TYPE, SERVER_ADDRESS, SERVER_PORT } from '../../names/attributes.ts';
import { CLIENT, STATUS_ERROR } from '../../names/otel.ts';
import { contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { errorTypeOf } from '../http/http-semantics.ts';
import { durationOfOperations } from '../libraries/db-client.ts';

const LABELS = [DB_SYSTEM_NAME, DB_OPERATION_NAME, DB_NAMESPACE, SERVER_ADDRESS, SERVER_PORT];
/** Of a failure that nobody described. */
const OTHER = '_OTHER';

/** `provider`, whose client spans with `db.system.name` are measured by `meters`. */
export function measuredSpans(provider: TracerProvider, meters: MeterProvider): TracerProvider {
  return {
    getTracer(...scope) {
      const tracer = provider.getTracer(...scope);
      const duration = durationOfOperations(meters.getMeter(scope[0], scope[1]));
      function startSpan(name: string, options: SpanOptions = {}, context = api.context.active()): Span {
        const span = tracer.startSpan(name, options, context);
        const { attributes = {}, kind } = options;
        if (kind === CLIENT && attributes[DB_SYSTEM_NAME] !== undefined)
          contain('measuring a call of a database', () => measure(span, { attributes, context, duration }));
        return span;
      }
      function startActiveSpan(name: string, ...rest: unknown[]): unknown {
        const fn = rest.at(-1) as (span: Span) => unknown;
        const [options, context = api.context.active()] = rest.slice(0, -1) as [SpanOptions?, Context?];
        const span = startSpan(name, options, context);
        return api.context.with(api.trace.setSpan(context, span), fn, undefined, span);
      }
      return { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] };
    },
  };
}

interface Measurement {
  readonly attributes: Attributes;
  readonly context: Context;
  readonly duration: Histogram;
}

function measure(span: Span, { attributes, context, duration }: Measurement): void {
  const startMs = performance.now();
  const { end, recordException, setStatus } = span;
  let type: string | undefined;
  let hasFailed = false;
  span.recordException = function (...args) {
    type = errorTypeOf(args[0]);
    return Reflect.apply(recordException, this, args);
  };
  span.setStatus = function (...args) {
    hasFailed = args[0].code === STATUS_ERROR;
    return Reflect.apply(setStatus, this, args);
  };
  span.end = function (...args) {
    contain('measuring a call of a database', () => {
      const failure: Attributes = hasFailed ? { [ERROR_TYPE]: type ?? OTHER } : {};
      span.setAttributes(failure);
      const labels = Object.fromEntries(LABELS.flatMap((name) => (attributes[name] === undefined ? [] : [[name, attributes[name]]])));
      duration.record((performance.now() - startMs) / 1000, { ...labels, ...failure }, context);
    });
    return Reflect.apply(end, this, args);
  };
}
