/** The option `captureUncaughtException`: a log record of each error that ends the process, with attributes of the application's choice. */
import type { Attributes, Logger } from '@opentelemetry/api';
import { contain } from '../../runtime/contain.ts';
import { SEVERITY_FATAL } from '../../names/otel.ts';

export type ExceptionAttributes = (error: unknown, eventType: 'uncaughtException') => Attributes;

/** @returns what ends it. */
export function recordUncaughtExceptions(logger: () => Logger, attributesOf: ExceptionAttributes | undefined): () => void {
  const record = (exception: unknown): void => {
    let attributes: Attributes = {};
    contain('the hook applyCustomExceptionAttributes', () => {
      attributes = attributesOf?.(exception, 'uncaughtException') ?? {};
    });
    contain('recording an uncaught exception', () =>
      logger().emit({ body: 'exception', severityNumber: SEVERITY_FATAL, attributes, exception }),
    );
  };
  process.on('uncaughtExceptionMonitor', record);
  return () => void process.removeListener('uncaughtExceptionMonitor', record);
}
