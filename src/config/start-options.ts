import type { MetricView } from './metric-views.ts';
import type { Compression, Config, Exporter, Protocol, SamplerName } from './config.ts';

type ExporterOption = Exporter | 'none';

/**
 * What code can say to `startTelemetry`. Everything is optional, and what is given wins over the environment.
 *
 * A value that does not fit is reported like a bad environment variable, and the environment or the default is used. Each
 * `@default` holds when the environment says nothing either. `undefined` is as if it were not given; an empty text is a value
 * that does not fit, and an empty list means none.
 *
 * @see docs/configuration.md
 */
export interface StartOptions {
  /** `service.name`, as `OTEL_SERVICE_NAME`. @default the name in the nearest package.json */
  readonly serviceName?: string;
  /** `service.version`. @default the version in the nearest package.json */
  readonly serviceVersion?: string;
  /** `deployment.environment.name` (`production`), as `ENVIRONMENT`. @default none: the attribute is left out */
  readonly environment?: string;
  /** More resource attributes. Added to those of `OTEL_RESOURCE_ATTRIBUTES`, and stronger than they are. @default {} */
  readonly resourceAttributes?: Readonly<Record<string, string>>;

  /**
   * Where all signals go: `http://collector:4318`, as `OTEL_EXPORTER_OTLP_ENDPOINT`. Over HTTP `/v1/traces`, `/v1/metrics`
   * and `/v1/logs` are added. Wins over the endpoints that the environment sets for single signals.
   *
   * @default 'http://localhost:4318', with `grpc` 'http://localhost:4317'
   */
  readonly endpoint?: string;
  /** How telemetry is sent. @default 'grpc' when the endpoint's port is 4317, otherwise 'http/protobuf' */
  readonly protocol?: Protocol;
  /** Headers of every export, as they are: not percent-encoded. Added to those of the environment, and stronger than they are. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** How requests are compressed. @default 'none' */
  readonly compression?: Compression;
  /** Longest time that one request to the endpoint may take, in milliseconds; 0 means no limit. @default 10000 */
  readonly timeoutMs?: number;

  /**
   * A share of traces from 0 to 1 (a caller's decision is kept), the sampler's name, or a sampler of your own: an object with
   * `shouldSample`, as the official SDK has it.
   *
   * @default 'parentbased_always_on'
   */
  readonly sampler?: number | SamplerName | SamplerObject;
  /** Decides traces when they have ended. @default they are decided as they start; see docs/sampling.md */
  readonly tailSampling?: {
    /** Share, 0 to 1, of the ordinary traces, or shares by route (`'0.1,/search=0.01'`), as `SIGNALBOX_TAIL_RATIO`. */
    readonly ratio?: number | string;
    /** From how many milliseconds on a trace is slow, or times by route, as `SIGNALBOX_TAIL_SLOW`. @default 1000 */
    readonly slowMs?: number | string;
    /** Most ordinary traces that are kept in a second, as `SIGNALBOX_TAIL_RATE`. @default no limit */
    readonly ratePerSecond?: number;
  };
  /** Processors of the official interface (`onStart`, `onEnd`, `forceFlush`, `shutdown`), called in order; the endpoint gets all spans as well. @default [] */
  readonly spanProcessors?: readonly object[];
  /** The same for log records (`onEmit`, `forceFlush`, `shutdown`). @default [] */
  readonly logRecordProcessors?: readonly object[];
  /** Makes the ids of traces and spans (`generateTraceId`, `generateSpanId`). @default random ones */
  readonly idGenerator?: object;
  /** Where traces go, one exporter or several: `false` sends none; `true` is `'otlp'`. @default 'otlp' */
  readonly traces?: boolean | ExporterOption | readonly ExporterOption[];
  /**
   * Where metrics go, one exporter or several: `false` sends none; `true` is `'otlp'`; `'prometheus'` opens the ops port.
   *
   * @default 'otlp'
   */
  readonly metrics?: boolean | ExporterOption | 'prometheus' | readonly (ExporterOption | 'prometheus')[];
  /** Where log records go, one exporter or several: `false` sends none; `true` is `'otlp'`. @default 'otlp' */
  readonly logs?: boolean | ExporterOption | readonly ExporterOption[];
  /** Time between two exports of metrics, in milliseconds. @default 60000 */
  readonly metricIntervalMs?: number;
  /** What becomes of the measurements of some instruments: another name, fewer attributes, other buckets. @default [] */
  readonly metricViews?: readonly MetricView[];

  /** Most that signalbox adds to the end of the process, in milliseconds, everything together; 0 waits for nothing. @default 5000 */
  readonly shutdownTimeoutMs?: number;
  /**
   * URL paths whose requests are neither traced nor counted: `/health`, `/internal/*`. Takes the place of the default list; `[]`
   * ignores none.
   *
   * @default the usual paths of health checks and `/metrics`, see docs/configuration.md
   */
  readonly ignorePaths?: readonly string[];
  /** Hosts that outbound baggage may be sent to: `example.com`, `*.example.com`, `*` for all. @default [], none */
  readonly baggageHosts?: readonly string[];
  readonly instrumentations?: {
    /** Names (`express`) of the only ones to use; `[]` uses none. @default the default set, see docs/instrumentation.md */
    readonly enabled?: readonly string[];
    /** Names of those not to use. @default [] */
    readonly disabled?: readonly string[];
    /** Options by name (`{ pg: { requireParentSpan: true } }`), passed to the instrumentation as they are. @default {} */
    readonly options?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  /** What is redacted beside what is built in. Added to what the environment says; see docs/privacy.md. */
  readonly redact?: {
    /** Names of attributes, fields and query parameters whose values stay readable, as `SIGNALBOX_REDACT_KEEP`. @default [] */
    readonly keep?: readonly string[];
    /** Names whose values go, and patterns of text that goes, as `SIGNALBOX_REDACT_ALSO`. Stronger than `keep`. @default [] */
    readonly also?: readonly (string | RegExp)[];
  };
  /** What signalbox says about itself on stderr; `'none'` says nothing. @default 'info' */
  readonly logLevel?: Config['logLevel'];

  /**
   * Components of the official SDK to run instead of signalbox's own. They are not looked at here.
   *
   * @default signalbox's own engines run
   */
  readonly sdk?: SdkComponents;
}

/** A sampler of the official interface. Typed loosely, so that no SDK type is needed to read options. */
export interface SamplerObject {
  shouldSample(...args: never[]): unknown;
}

/** What `startTelemetry` takes beside settings: parts that are called, not read. */
export interface ExtensionOptions {
  readonly spanProcessors?: unknown;
  readonly logRecordProcessors?: unknown;
  readonly idGenerator?: unknown;
  readonly sampler?: unknown;
}

/** Parts of the official OpenTelemetry SDK, version 3, made by the user. Typed loosely, so that no SDK type is needed to read options. */
export interface SdkComponents {
  readonly spanProcessors?: readonly unknown[];
  readonly metricReaders?: readonly unknown[];
  readonly logRecordProcessors?: readonly unknown[];
  readonly sampler?: unknown;
  readonly idGenerator?: unknown;
  readonly textMapPropagator?: unknown;
  readonly contextManager?: unknown;
  readonly resource?: unknown;
}
