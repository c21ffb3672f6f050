/** Records into the Logs API of OpenTelemetry, once each. Without telemetry nobody listens there, and it costs a question. */
import type { Attributes, Logger } from '@opentelemetry/api';
import { SEVERITIES } from '../../names/log-levels.ts';
import { attempt } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import type { PlainValue } from '../../values/plain-value.ts';
import { stackWithCauses } from './logged-error.ts';
import type { LogRecord } from './record.ts';

const MOST_LOGGERS = 1000;
const loggers = new Map<string, Logger>();

export function emitByOtlp(record: LogRecord): void {
  const logger = loggerOf(record.logger);
  if (!logger.enabled()) return;
  const { context, error, fields, level, message, rank } = record;
  const attributes: Record<string, PlainValue> = { ...fields };
  if (error?.code !== undefined) attributes['error.code'] = error.code;
  if (error?.fields !== undefined) attributes['error.fields'] = error.fields;
  logger.emit({
    // Without a time it has that of this moment, by the clock of spans, which knows more than milliseconds.
    context,
    severityNumber: SEVERITIES[rank] as NonNullable<Parameters<Logger['emit']>[0]['severityNumber']>,
    severityText: level,
    body: message,
    attributes: attributes as Attributes,
    ...(error === undefined ? {} : { exception: { name: error.type, message: error.message, stack: stackWithCauses(error) } }),
  });
}

function loggerOf(name: string): Logger {
  let logger = loggers.get(name);
  if (logger === undefined) {
    // The API's proxy: it finds the provider that is registered later.
    logger = attempt(() => api.logs.getLogger(name)) ?? NOWHERE;
    if (loggers.size >= MOST_LOGGERS) loggers.clear();
    loggers.set(name, logger);
  }
  return logger;
}

const NOWHERE: Logger = { enabled: () => false, emit() {} };
