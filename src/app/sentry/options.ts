/** What applications may say of an error, and of how errors are sent. */

export type ErrorTags = Readonly<Record<string, string | number | boolean | null | undefined>>;
export type ErrorLevel = 'fatal' | 'error' | 'warning' | 'info' | 'debug';

export interface ErrorUser {
  readonly id?: string | number | undefined;
  /** Redacted like every address, unless SIGNALBOX_REDACT_KEEP names it. */
  readonly email?: string | undefined;
  readonly username?: string | undefined;
  readonly [field: string]: unknown;
}

export interface CaptureOptions {
  /** Default: the `user_id` that `withLogContext()` has bound. */
  readonly user?: ErrorUser | undefined;
  /** Short facts that errors are searched by. Stronger than those of `withErrorHandler()`. */
  readonly tags?: ErrorTags | undefined;
  /** Anything else that helps to understand it; bounded, and redacted by names. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  /** What Sentry groups by, in the place of type and stack. `{{ default }}` stands for these. */
  readonly fingerprint?: readonly string[] | undefined;
  /** The part of the application that met it: the tag `handler`. */
  readonly handler?: string | undefined;
  /** @default 'error' */
  readonly level?: ErrorLevel | undefined;
}

export interface Breadcrumb {
  readonly message?: string | undefined;
  /** `db`, `auth` */
  readonly category?: string | undefined;
  readonly level?: ErrorLevel | undefined;
  readonly type?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** An error that is not sent: its code or the name of its class, what its message matches, its class. */
export type IgnoredError = string | RegExp | (abstract new (...args: never[]) => Error);

export interface SentryOptions {
  /** @default SENTRY_DSN */
  readonly dsn?: string | undefined;
  /** @default SENTRY_ENVIRONMENT, then ENVIRONMENT */
  readonly environment?: string | undefined;
  /** @default SENTRY_RELEASE, then `name@version` of the service */
  readonly release?: string | undefined;
  /** From 0 to 1. @default SENTRY_SAMPLE_RATE */
  readonly sampleRate?: number | undefined;
  /** Beside SIGNALBOX_SENTRY_IGNORE and the errors of broken connections and cancelled work. */
  readonly ignore?: readonly IgnoredError[] | undefined;
  /** @default SIGNALBOX_SENTRY_LOGS */
  readonly logs?: 'breadcrumbs' | 'events' | 'none' | undefined;
  /** Errors in a minute. @default SIGNALBOX_SENTRY_RATE_LIMIT */
  readonly maxPerMinute?: number | undefined;
  /** @default SIGNALBOX_SENTRY_SOURCE_LINES */
  readonly sourceLines?: boolean | undefined;
  /** Sees each event before it is redacted; may change it, or return `null` to drop it. */
  readonly beforeSend?: ((event: Record<string, unknown>, hint: object) => unknown) | undefined;
}
