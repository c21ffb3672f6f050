/** The few facts of the environment that are needed before it is worth loading anything else. */

export interface EarlyFacts {
  readonly disabled: boolean;
  /** Started by a test runner or a watcher, so an application in spite of its parent's flags. */
  readonly isRunnersChild: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The one place that reads the environment. Nothing ever writes it. */
export function readEnvironment(): Environment {
  return process.env;
}

export function readEarlyFacts(env: Environment = readEnvironment()): EarlyFacts {
  return {
    disabled: isTrue(env['OTEL_SDK_DISABLED']),
    isRunnersChild: env['NODE_TEST_CONTEXT'] !== undefined || env['WATCH_REPORT_DEPENDENCIES'] !== undefined,
  };
}

/** Whether requests are to be logged, or get an id, where the application does not import `signalbox/logging`. */
export function asksForLogging(env: Environment): boolean {
  return isTrue(env['LOG_ACCESS']) || (env['SIGNALBOX_REQUEST_ID_HEADER'] ?? '').trim() !== '';
}

/** Whether errors go to Sentry where the application does not import `signalbox/sentry`. */
export function asksForSentry(env: Environment): boolean {
  return (env['SENTRY_DSN'] ?? '').trim() !== '';
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && value.trim().toLowerCase() === 'true';
}
