/** The settings of a process, read once and frozen. Every part of signalbox reads this and never the environment. */
import type { ProblemCode } from '../names/messages.ts';
import type { MetricView } from './metric-views.ts';
import type { RouteNumbers } from './route-numbers.ts';

export type Signal = 'traces' | 'metrics' | 'logs';
/** What has an account and a place in the delivery at the end of the process: the signals, and errors on their way to Sentry. */
export type Delivered = Signal | 'errors' | 'alerts';
export type Protocol = 'http/protobuf' | 'http/json' | 'grpc';
export type Compression = 'gzip' | 'none';

/** Everything needed to reach one OTLP endpoint. Plain data, so that it can be sent to a worker thread. */
export interface OtlpConfig {
  readonly protocol: Protocol;
  /** HTTP: the full URL, path included (`http://localhost:4318/v1/traces`). gRPC: scheme, host and port, always all three. */
  readonly url: string;
  /** Header names in lower case. Values are secrets: never printed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly compression: Compression;
  /** Paths of PEM files. */
  readonly caFile?: string;
  readonly clientCertificateFile?: string;
  readonly clientKeyFile?: string;
  /** Of a body that is no OTLP. Default: that of the protocol. */
  readonly contentType?: string;
  /** What each was written under, for messages. Where nothing was, the variable for all signals is named. */
  readonly settings?: Readonly<Partial<Record<OtlpSetting, string>>>;
}

/** As in `OTEL_EXPORTER_OTLP_ENDPOINT` and `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`. */
export type OtlpSetting =
  | 'ENDPOINT'
  | 'PROTOCOL'
  | 'HEADERS'
  | 'TIMEOUT'
  | 'COMPRESSION'
  | 'CERTIFICATE'
  | 'CLIENT_CERTIFICATE'
  | 'CLIENT_KEY';

/** Limits of one kind of record, as the SDK specification names them. Characters and counts. */
export interface AttributeLimits {
  readonly attributeCount: number;
  readonly attributeValueLength: number;
}

export interface SpanLimits extends AttributeLimits {
  readonly eventCount: number;
  readonly linkCount: number;
  readonly attributePerEventCount: number;
  readonly attributePerLinkCount: number;
}

/** Which traces are kept when their outcome is known. */
export interface TailConfig {
  /** Shares, 0 to 1, of the traces that are ordinary in every way. */
  readonly ratio: RouteNumbers;
  readonly slowMs: RouteNumbers;
  /** Most of the ordinary ones in a second; `Infinity` for no limit. */
  readonly ratePerSecond: number;
}

/** How records of one signal wait and leave. */
export interface BatchConfig {
  /** Longest wait before a record is sent. */
  readonly scheduleDelayMs: number;
  /** Longest time that one request may take. */
  readonly exportTimeoutMs: number;
  /** `Infinity` when only bytes bound the queue. */
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
}

export type Exporter = 'otlp' | 'console' | 'otlp/stdout' | 'otlp_file' | 'sentry';

export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';

/** The port on which metrics and health are served. */
export interface OpsConfig {
  /** Whether the settings ask for it. */
  readonly isWanted: boolean;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** What the port was written under, for messages. */
  readonly portSetting: string;
  /** Whether details are shown to everybody. */
  readonly details: boolean;
  /** A secret: never printed. */
  readonly token?: string;
  readonly tokenFile?: string;
  /** Who may post alerts; `undefined` when nobody may. Secrets: never printed. */
  readonly alerts?: { readonly token?: string; readonly tokenFile?: string };
  /** Whether metrics are served under older names as well. */
  readonly aliases: boolean;
}

export interface Config {
  /** `OTEL_SDK_DISABLED` */
  readonly disabled: boolean;
  /** `OTEL_CONFIG_FILE`: the official SDK reads it and runs. */
  readonly configFile?: string;
  /** `SIGNALBOX_LOG_LEVEL`: what signalbox says about itself. */
  readonly logLevel: 'none' | 'error' | 'warn' | 'info' | 'debug';

  readonly serviceName?: string;
  readonly serviceVersion?: string;
  /** `deployment.environment.name` */
  readonly environment?: string;
  /** `vcs.ref.head.revision` */
  readonly commit?: string;
  /** All others: none of the four above stands in here. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  /** Names of `OTEL_NODE_RESOURCE_DETECTORS`, `all` among them; empty for none, undefined when not set. */
  readonly resourceDetectors?: readonly string[];

  /** `tracecontext`, `baggage`, `b3`, `b3multi`; each once. */
  readonly propagators: readonly string[];
  /** Hosts (`example.com`, `*.example.com`, `*`) that outbound baggage may be sent to. */
  readonly baggageHosts: readonly string[];

  readonly traces: {
    /** Each record goes to all of them; empty when it goes nowhere. */
    readonly exporters: readonly Exporter[];
    readonly otlp: OtlpConfig;
    /** Of the exporter `sentry`; left out where it is not asked for. */
    readonly sentry?: OtlpConfig;
    readonly batch: BatchConfig;
    readonly sampler: SamplerName;
    /** 0 to 1 */
    readonly samplerRatio: number;
    /** Exceptions are log records, or both; left out where they are events of spans. */
    readonly exceptions?: 'logs' | 'logs/dup';
    /** Left out where traces are decided as they start. */
    readonly tail?: TailConfig;
    readonly limits: SpanLimits;
  };
  readonly metrics: {
    readonly exporters: readonly Exporter[];
    readonly otlp: OtlpConfig;
    readonly intervalMs: number;
    readonly exportTimeoutMs: number;
    readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
    readonly defaultHistogram: 'explicit_bucket_histogram' | 'base2_exponential_bucket_histogram';
    readonly exemplarFilter: 'trace_based' | 'always_on' | 'always_off';
    readonly views: readonly MetricView[];
    /** The list of exporters names `prometheus`, which is not among `exporters`. */
    readonly isServed: boolean;
  };
  readonly logs: {
    readonly exporters: readonly Exporter[];
    readonly otlp: OtlpConfig;
    readonly batch: BatchConfig;
    readonly limits: AttributeLimits;
  };

  readonly ops: OpsConfig;

  /** Where the exporter `otlp_file` writes; the name of the signal is put before the ending. */
  readonly otlpFile: string;
  /** Most bytes of encoded records that wait for export, for each signal. */
  readonly queueMaxBytes: number;
  /** Most that signalbox adds to the end of the process, everything together. */
  readonly shutdownTimeoutMs: number;
  /** `SIGNALBOX_EXTENSIONS`: a module with processors and the like. */
  readonly extensions?: string;
  /** Whether what worker threads record is exported too, by the main thread. */
  readonly workerThreads: boolean;

  readonly instrumentations: {
    /** Short names (`express`); undefined means the default set, empty means none. */
    readonly enabled?: readonly string[];
    readonly disabled: readonly string[];
    /** Options by short name, passed to the instrumentation as they are. */
    readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  /** Whether calls of `console` are exported. */
  readonly console: boolean;
  readonly redaction: {
    /** Names that stay readable. */
    readonly keep: readonly string[];
    /** Names that go, and patterns (`/EMP-\d+/i`) that do. */
    readonly also: readonly string[];
  };
  /** Whether what the application's own loggers log is exported. Their lines have ids in any case. */
  readonly exportsAppLogs: boolean;
  /** Whether what the application's own loggers print is redacted, too. */
  readonly redactsAppLogs: boolean;
  /** URL paths (`/health`, `/internal/*`) whose requests are neither traced nor counted. */
  readonly ignorePaths: readonly string[];
}

/** One thing that was wrong in the settings; `message` is a whole line with its cure and without any secret. */
export interface Problem {
  readonly code: ProblemCode;
  readonly setting: string;
  readonly message: string;
}
