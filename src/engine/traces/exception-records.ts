/**
 * Exceptions as log records, in the place of events of spans: what `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN` asks for.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/
 */
import type { HrTime, LoggerProvider } from '@opentelemetry/api';
import type { Config } from '../../config/config.ts';
import { EXCEPTION_MESSAGE, EXCEPTION_TYPE } from '../../names/attributes.ts';
import { EXCEPTION, SEVERITY_ERROR } from '../../names/otel.ts';
import { api } from '../../runtime/otel.ts';
import type { SpanShared } from './span-birth.ts';

/**
 * For `SpanShared.takeException`. An exception whose record would go nowhere stays on its span.
 *
 * @returns `undefined` where exceptions are events of spans, as by default.
 */
export function takeExceptions(
  signal: Config['traces']['exceptions'],
  loggerProvider: LoggerProvider,
): SpanShared['takeException'] | undefined {
  if (signal === undefined) return undefined;
  return (span, { attributes = {}, time }) => {
    if (attributes[EXCEPTION_TYPE] === undefined && attributes[EXCEPTION_MESSAGE] === undefined) return false;
    const { name, version, schemaUrl } = span.instrumentationScope;
    const logger = loggerProvider.getLogger(name, version, schemaUrl === undefined ? {} : { schemaUrl });
    const context = api.trace.setSpan(api.context.active(), span);
    if (!logger.enabled({ context, eventName: EXCEPTION, severityNumber: SEVERITY_ERROR })) return false;
    logger.emit({
      eventName: EXCEPTION,
      timestamp: [...time] as HrTime,
      severityNumber: SEVERITY_ERROR,
      severityText: 'ERROR',
      attributes,
      context,
    });
    return signal === 'logs';
  };
}
