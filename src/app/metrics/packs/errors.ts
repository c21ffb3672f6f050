import { ERROR_MODULE, ERROR_TYPE } from '../../../names/attributes.ts';
import { ERROR_METRICS } from '../../../names/metrics/errors.ts';
import { errorType } from '../error-type.ts';
import { counterOf } from '../pack-instruments.ts';
import { quiet } from '../quiet.ts';
import { ownOptions } from '../own-copy.ts';

export interface ErrorMetrics {
  /** By its code or class; its message goes nowhere. */
  record(error: unknown): void;
}

const errors = counterOf(ERROR_METRICS.errors);

/** @param options.module - the part of the application that meets them. */
export function errorMetrics(options: { readonly module: string }): ErrorMetrics {
  const { module } = ownOptions(options);
  return quiet({ record: (error: unknown) => errors.add(1, { [ERROR_TYPE]: errorType(error), [ERROR_MODULE]: module }) });
}
