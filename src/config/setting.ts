/** What one setting is: a row of the table in `settings.ts`. */
import type { StartOptions } from './start-options.ts';

export type SettingType =
  | 'boolean'
  | 'integer'
  | 'number'
  | 'enum'
  | 'exporter'
  | 'text'
  | 'list'
  /** `name=value` pairs for HTTP, percent-encoded. */
  | 'headers'
  /** `key=value` pairs of any text, percent-encoded. */
  | 'attributes'
  | 'url'
  | 'file'
  | 'certificate'
  | 'private-key'
  /** A JSON object of options by name of instrumentation. */
  | 'instrumentation-options'
  /** Names of attributes and fields, and regular expressions between slashes. */
  | 'redaction-entries'
  /** A level for all loggers, and others by name of logger. */
  | 'log-levels'
  /** A number for all routes, and others by route. */
  | 'route-numbers';

export type Group =
  | 'general'
  | 'otlp'
  | 'one-signal'
  | 'traces'
  | 'metrics'
  | 'logs'
  | 'limits'
  | 'instrumentations'
  | 'logging'
  | 'sentry'
  | 'alerts'
  | 'ops'
  | 'signalbox'
  | 'no-effect';

/** Where an option stands in `StartOptions`. */
export type OptionPath =
  | keyof StartOptions
  | 'instrumentations.enabled'
  | 'instrumentations.disabled'
  | 'instrumentations.options'
  | 'redact.keep'
  | 'tailSampling.ratio'
  | 'tailSampling.slowMs'
  | 'tailSampling.ratePerSecond'
  | 'redact.also';

export interface Setting {
  readonly name: string;
  readonly group: Group;
  readonly type: SettingType;
  /** One or two plain sentences. */
  readonly meaning: string;
  readonly default?: string | number | boolean | readonly string[];
  /** What happens when it is not set and has no default of its own; completes "Default:" and "Using". */
  readonly otherwise?: string;
  /** Why the default is not the specification's. */
  readonly differs?: string;
  /** The same thing said in code. */
  readonly option?: OptionPath;
  /** The setting that counts when this one is not set. */
  readonly general?: string;
  /** Its value is never printed. */
  readonly secret?: true;
  /** Of a URL: where its user name and password go instead, and what one looks like. */
  readonly credentials?: string;
  readonly example?: string;
  /** It must begin with http:// or https://; otherwise that is guessed, and said where it is used. */
  readonly needsScheme?: true;
  /** Allowed values of an enum, an exporter, or a list. */
  readonly values?: readonly string[];
  /** Values that exist elsewhere, with the reason why they do not work here. */
  readonly unsupported?: Readonly<Record<string, string>>;
  /** What the entries of a list are called, and the kind of check when there are no `values`. */
  readonly items?:
    | 'propagators'
    | 'resource detectors'
    | 'instrumentations'
    | 'hosts'
    | 'paths'
    | 'conventions'
    | 'names'
    | 'names and patterns'
    | 'destinations';
  readonly min?: number;
  readonly max?: number;
  readonly unit?: 'milliseconds' | 'bytes' | 'characters' | 'days';
  /** 0 stands for no limit. */
  readonly zeroIsUnlimited?: true;
  /** Of a time: less is used, and said, for it was most likely meant in seconds. */
  readonly plausibleMin?: number;
}
