/** `diag` of the API. */
import type { DiagLogger } from '@opentelemetry/api';
import { registerDiag, registered } from './globals.ts';

export const DiagLogLevel = { NONE: 0, ERROR: 30, WARN: 50, INFO: 60, DEBUG: 70 } as const;

/** From which level on each method speaks. */
const LEVELS = { error: 30, warn: 50, info: 60, debug: 70, verbose: 80 } as const;

export const diag = {
  warn: (...args: Parameters<DiagLogger['warn']>): void => registered('diag')?.warn(...args),
  /** Another logger is overwritten without a word. */
  setLogger(logger: DiagLogger, { logLevel }: { logLevel: number; suppressOverrideMessage: true }): boolean {
    const methods = Object.entries(LEVELS).map(([name, level]) => [
      name,
      logLevel >= level ? logger[name as keyof DiagLogger].bind(logger) : () => {},
    ]);
    return registerDiag(Object.fromEntries(methods) as DiagLogger);
  },
};
