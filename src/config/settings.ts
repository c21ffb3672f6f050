/**
 * Every setting there is. Defaults stand here and nowhere else; `docs/configuration.md` is written from this table.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
import { INSTRUMENTATION_NAMES } from './instrumentation-names.ts';
import type { Setting } from './setting.ts';
import type { StartOptions } from './start-options.ts';

/** What timers hold. A longer time would fire at once. */
export const MAX_INTEGER = 2 ** 31 - 1;
/** Of traces for which no rule of SIGNALBOX_TAIL_SLOW says it. */
export const SLOW_MS = 1000;

const QUEUE_DIFFERS =
  'The specification says 2048, which loses records in every longer outage; bytes bound the queue here (SIGNALBOX_QUEUE_MAX_BYTES).';
const EXPORTERS = { type: 'exporter', default: ['otlp'], values: ['otlp', 'console', 'otlp/stdout', 'otlp_file', 'none'] } as const;
const UNSUPPORTED_EXPORTERS = {
  logging: 'write "console"',
  'otlp_file/development': 'write "otlp_file", and the path into SIGNALBOX_OTLP_FILE',
} as const;
/** What each of the three may be. */
const ONE_OR_SEVERAL =
  'by OTLP, as OTLP JSON lines to stdout (`otlp/stdout`) or to a file (`otlp_file`), one JSON object a record to the console, or nowhere; several are separated by commas, and each gets every record.';
const UNSUPPORTED_TRACE_EXPORTERS = {
  zipkin: 'not built in; Zipkin takes OTLP through an OpenTelemetry Collector',
  jaeger: 'not built in; Jaeger itself takes OTLP',
  ...UNSUPPORTED_EXPORTERS,
} as const;
const NO_SAMPLER = 'not built in';
const LIMIT = { group: 'limits', type: 'integer', min: 0 } as const;
const TIME = { type: 'integer', min: 1, unit: 'milliseconds' } as const;
const TIMEOUT = { type: 'integer', min: 0, unit: 'milliseconds', zeroIsUnlimited: true, plausibleMin: 100 } as const;

const GENERAL: readonly Setting[] = [
  {
    name: 'OTEL_SDK_DISABLED',
    group: 'general',
    type: 'boolean',
    default: false,
    meaning: 'Turns telemetry off: nothing is loaded but the preload itself.',
  },
  {
    name: 'OTEL_SERVICE_NAME',
    group: 'general',
    type: 'text',
    option: 'serviceName',
    otherwise: 'service.name of OTEL_RESOURCE_ATTRIBUTES, then the name in package.json',
    meaning: 'Name of this service (`service.name`).',
  },
  {
    name: 'OTEL_RESOURCE_ATTRIBUTES',
    group: 'general',
    type: 'attributes',
    option: 'resourceAttributes',
    meaning:
      'More about this process, as `key=value` pairs separated by commas; a comma, an equals sign or a percent sign in a value is percent-encoded.',
  },
  {
    name: 'ENVIRONMENT',
    group: 'general',
    type: 'text',
    option: 'environment',
    meaning: 'Where the service runs (`production`): `deployment.environment.name`, unless OTEL_RESOURCE_ATTRIBUTES says it.',
  },
  {
    name: 'GIT_COMMIT',
    group: 'general',
    type: 'text',
    meaning: 'The commit that runs: `vcs.ref.head.revision`, unless OTEL_RESOURCE_ATTRIBUTES says it.',
  },
  {
    name: 'OTEL_NODE_RESOURCE_DETECTORS',
    group: 'general',
    type: 'list',
    items: 'resource detectors',
    values: ['env', 'host', 'os', 'process', 'serviceinstance', 'container', 'kubernetes', 'alibaba', 'aws', 'azure', 'gcp', 'all'],
    otherwise: 'all but the clouds, which are asked only when they are named',
    meaning: 'What is found out about the process by itself; `none` for nothing.',
  },
  {
    name: 'OTEL_PROPAGATORS',
    group: 'general',
    type: 'list',
    items: 'propagators',
    default: ['tracecontext', 'baggage'],
    values: ['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger', 'xray', 'ottrace'],
    meaning: 'Formats in which trace ids and baggage travel between services; `none` for none.',
  },
  {
    name: 'OTEL_LOG_LEVEL',
    group: 'general',
    type: 'enum',
    values: ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'],
    default: 'info',
    meaning: 'How much signalbox and the SDK say about themselves, when SIGNALBOX_LOG_LEVEL is not set.',
  },
  {
    name: 'OTEL_CONFIG_FILE',
    group: 'general',
    type: 'file',
    meaning:
      'A declarative configuration file in YAML. The official SDK then reads it and runs, and other `OTEL_*` settings count only where the file names them, but OTEL_SDK_DISABLED, OTEL_LOG_LEVEL, OTEL_NODE_ENABLED_INSTRUMENTATIONS and OTEL_NODE_DISABLED_INSTRUMENTATIONS.',
  },
];

/** Settings of the OTLP exporter for all signals; each exists once more for each signal. */
const OTLP: readonly Setting[] = [
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    group: 'otlp',
    type: 'url',
    option: 'endpoint',
    otherwise: 'http://localhost:4318, with grpc http://localhost:4317',
    meaning: 'Where telemetry is sent. Over HTTP, `/v1/traces`, `/v1/metrics` and `/v1/logs` are added to it.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    group: 'otlp',
    type: 'enum',
    option: 'protocol',
    values: ['http/protobuf', 'http/json', 'grpc'],
    otherwise: 'grpc for port 4317, otherwise http/protobuf',
    meaning: 'How telemetry is sent.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    group: 'otlp',
    type: 'headers',
    option: 'headers',
    secret: true,
    meaning: 'Headers of every export, as `name=value` pairs separated by commas, values percent-encoded (`authorization=Bearer%20…`).',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    group: 'otlp',
    ...TIMEOUT,
    option: 'timeoutMs',
    default: 10_000,
    meaning: 'Longest time that one request may take.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_COMPRESSION',
    group: 'otlp',
    type: 'enum',
    option: 'compression',
    values: ['gzip', 'none'],
    default: 'none',
    meaning: 'Whether requests are compressed.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_CERTIFICATE',
    group: 'otlp',
    type: 'certificate',
    otherwise: 'the certificates that Node.js trusts',
    meaning: 'PEM file of the certificates to trust when the endpoint is `https`.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
    group: 'otlp',
    type: 'certificate',
    otherwise: 'no client certificate',
    meaning: 'PEM file of the certificate that proves who this client is. Needs the key beside it.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_CLIENT_KEY',
    group: 'otlp',
    type: 'private-key',
    otherwise: 'no client certificate',
    meaning: 'PEM file of the private key of the client certificate.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_INSECURE',
    group: 'otlp',
    type: 'boolean',
    default: false,
    meaning: 'Sends without TLS. Counts only for gRPC and an endpoint without `http://` or `https://`.',
  },
];

function ofSignal(setting: Setting, signal: 'TRACES' | 'METRICS' | 'LOGS'): Setting {
  const { name, type, secret, values, min, unit, zeroIsUnlimited, plausibleMin } = setting;
  return {
    name: name.replace('_OTLP_', `_OTLP_${signal}_`),
    group: 'one-signal',
    type,
    meaning:
      type === 'url'
        ? `As ${name}, for ${signal.toLowerCase()} alone, and used as it is: nothing is added to the path.`
        : `As ${name}, for ${signal.toLowerCase()} alone.`,
    general: name,
    ...(secret && { secret }),
    ...(values && { values }),
    ...(min !== undefined && { min }),
    ...(unit && { unit }),
    ...(zeroIsUnlimited && { zeroIsUnlimited }),
    ...(plausibleMin !== undefined && { plausibleMin }),
  };
}

const SIGNALS: readonly Setting[] = [
  {
    name: 'OTEL_TRACES_EXPORTER',
    group: 'traces',
    ...EXPORTERS,
    option: 'traces',
    unsupported: UNSUPPORTED_TRACE_EXPORTERS,
    meaning: `Where traces go: ${ONE_OR_SEVERAL}`,
  },
  {
    name: 'SIGNALBOX_SENTRY_SPANS',
    group: 'traces',
    type: 'boolean',
    default: false,
    meaning: 'Sends spans to the project of SENTRY_DSN as well, by OTLP.',
  },
  {
    name: 'OTEL_TRACES_SAMPLER',
    group: 'traces',
    type: 'enum',
    option: 'sampler',
    values: ['always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'],
    default: 'parentbased_always_on',
    unsupported: { jaeger_remote: NO_SAMPLER, parentbased_jaeger_remote: NO_SAMPLER, xray: NO_SAMPLER },
    meaning: 'Which traces are kept. `parentbased_…` keeps to what the caller decided.',
  },
  {
    name: 'OTEL_TRACES_SAMPLER_ARG',
    group: 'traces',
    type: 'number',
    min: 0,
    max: 1,
    default: 1,
    meaning: 'Share of the traces that the two `traceidratio` samplers keep.',
  },
  {
    name: 'OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN',
    group: 'traces',
    type: 'enum',
    values: ['logs', 'logs/dup'],
    otherwise: 'an event of the span',
    meaning:
      'What an exception of a span is recorded as: a log record with the ids of the span (`logs`), or that and an event of the span (`logs/dup`). Where log records go nowhere it stays an event of the span.',
  },
  {
    name: 'SIGNALBOX_TAIL_RATIO',
    group: 'traces',
    type: 'route-numbers',
    min: 0,
    max: 1,
    option: 'tailSampling.ratio',
    otherwise: 'traces are decided as they start, by OTEL_TRACES_SAMPLER alone',
    meaning:
      'Share of the traces kept whose end shows nothing special: `0.1`, and other shares for single routes or names of spans, in which `*` stands for any text (`0.1,/search*=0.01,POST /orders=1`). Those that failed, were slow or ask for it by the attribute `sampling.priority` are all kept.',
  },
  {
    name: 'SIGNALBOX_TAIL_SLOW',
    group: 'traces',
    type: 'route-numbers',
    min: 1,
    unit: 'milliseconds',
    option: 'tailSampling.slowMs',
    otherwise: String(SLOW_MS),
    meaning:
      'Beside SIGNALBOX_TAIL_RATIO: how long a trace must last to be kept as a slow one, and other times for single routes (`1000,/reports/*=20000`).',
  },
  {
    name: 'SIGNALBOX_TAIL_RATE',
    group: 'traces',
    type: 'number',
    min: 0.001,
    max: 1_000_000,
    option: 'tailSampling.ratePerSecond',
    otherwise: 'no limit',
    meaning: 'Beside SIGNALBOX_TAIL_RATIO: most traces a second that are kept by that share.',
  },
  { name: 'OTEL_BSP_SCHEDULE_DELAY', group: 'traces', ...TIME, default: 5000, meaning: 'Longest wait of a span before it is sent.' },
  {
    name: 'OTEL_BSP_EXPORT_TIMEOUT',
    group: 'traces',
    ...TIMEOUT,
    default: 30_000,
    meaning:
      'Longest time that one request with spans may take, where that is less than the OTLP time-out. Records that were not accepted are sent again for as long as there is room.',
  },
  {
    name: 'OTEL_BSP_MAX_QUEUE_SIZE',
    group: 'traces',
    type: 'integer',
    min: 1,
    default: Infinity,
    differs: QUEUE_DIFFERS,
    meaning: 'Most spans that wait for export.',
  },
  {
    name: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    group: 'traces',
    type: 'integer',
    min: 1,
    default: 512,
    meaning: 'Most spans in one export; at most the size of the queue.',
  },

  {
    name: 'OTEL_METRICS_EXPORTER',
    group: 'metrics',
    ...EXPORTERS,
    values: [...EXPORTERS.values, 'prometheus'],
    option: 'metrics',
    unsupported: UNSUPPORTED_EXPORTERS,
    meaning:
      'As OTEL_TRACES_EXPORTER, for metrics. `prometheus` serves them on the ops port, `/metrics`, and opens it; alone, nothing is sent; `otlp,prometheus` does both.',
  },
  {
    name: 'OTEL_METRIC_EXPORT_INTERVAL',
    group: 'metrics',
    ...TIME,
    plausibleMin: 100,
    option: 'metricIntervalMs',
    default: 60_000,
    meaning: 'Time between two exports of metrics.',
  },
  {
    name: 'OTEL_METRIC_EXPORT_TIMEOUT',
    group: 'metrics',
    ...TIMEOUT,
    default: 30_000,
    meaning: 'Longest time that one export of metrics may take; at most the interval.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    group: 'metrics',
    type: 'enum',
    values: ['cumulative', 'delta', 'lowmemory'],
    default: 'cumulative',
    meaning: 'Whether counters are sent as totals since the start or as what was added since the last export.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
    group: 'metrics',
    type: 'enum',
    values: ['explicit_bucket_histogram', 'base2_exponential_bucket_histogram'],
    default: 'explicit_bucket_histogram',
    meaning: 'Kind of the histograms that are sent.',
  },
  {
    name: 'OTEL_METRICS_EXEMPLAR_FILTER',
    group: 'metrics',
    type: 'enum',
    values: ['trace_based', 'always_on', 'always_off'],
    default: 'trace_based',
    meaning:
      'Which measurements may become exemplars, single values that lead from a metric to a trace: those made in a sampled span, all, or none.',
  },

  {
    name: 'OTEL_LOGS_EXPORTER',
    group: 'logs',
    ...EXPORTERS,
    option: 'logs',
    unsupported: UNSUPPORTED_EXPORTERS,
    meaning: 'As OTEL_TRACES_EXPORTER, for log records.',
  },
  { name: 'OTEL_BLRP_SCHEDULE_DELAY', group: 'logs', ...TIME, default: 1000, meaning: 'Longest wait of a log record before it is sent.' },
  {
    name: 'OTEL_BLRP_EXPORT_TIMEOUT',
    group: 'logs',
    ...TIMEOUT,
    default: 30_000,
    meaning: 'Longest time that one request with log records may take, where that is less than the OTLP time-out.',
  },
  {
    name: 'OTEL_BLRP_MAX_QUEUE_SIZE',
    group: 'logs',
    type: 'integer',
    min: 1,
    default: Infinity,
    differs: QUEUE_DIFFERS,
    meaning: 'Most log records that wait for export.',
  },
  {
    name: 'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE',
    group: 'logs',
    type: 'integer',
    min: 1,
    default: 512,
    meaning: 'Most log records in one export; at most the size of the queue.',
  },
];

const LIMITS: readonly Setting[] = [
  {
    name: 'OTEL_ATTRIBUTE_COUNT_LIMIT',
    ...LIMIT,
    default: 128,
    meaning: 'Most attributes of a span or a log record; further ones are dropped.',
  },
  {
    name: 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    ...LIMIT,
    unit: 'characters',
    default: Infinity,
    meaning:
      'Longest text of an attribute of a span or a log record; the rest is cut off. A record must encode to at most 3.5 MiB; of a larger one, the longest values are cut until it fits, and a message says so.',
  },
  {
    name: 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
    ...LIMIT,
    general: 'OTEL_ATTRIBUTE_COUNT_LIMIT',
    meaning: 'As OTEL_ATTRIBUTE_COUNT_LIMIT, for spans alone.',
  },
  {
    name: 'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    ...LIMIT,
    unit: 'characters',
    general: 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    meaning: 'As OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT, for spans alone.',
  },
  { name: 'OTEL_SPAN_EVENT_COUNT_LIMIT', ...LIMIT, default: 128, meaning: 'Most events of a span.' },
  { name: 'OTEL_SPAN_LINK_COUNT_LIMIT', ...LIMIT, default: 128, meaning: 'Most links of a span.' },
  { name: 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', ...LIMIT, default: 128, meaning: 'Most attributes of an event of a span.' },
  { name: 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', ...LIMIT, default: 128, meaning: 'Most attributes of a link of a span.' },
  {
    name: 'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
    ...LIMIT,
    general: 'OTEL_ATTRIBUTE_COUNT_LIMIT',
    meaning: 'As OTEL_ATTRIBUTE_COUNT_LIMIT, for log records alone.',
  },
  {
    name: 'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    ...LIMIT,
    unit: 'characters',
    general: 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    meaning: 'As OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT, for log records alone.',
  },
];

const INSTRUMENTATIONS: readonly Setting[] = [
  {
    name: 'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
    group: 'instrumentations',
    type: 'list',
    items: 'instrumentations',
    values: [...INSTRUMENTATION_NAMES],
    option: 'instrumentations.enabled',
    otherwise: 'the default set',
    meaning: 'The only instrumentations to use, by name (`http,express`); `none` for none.',
  },
  {
    name: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    group: 'instrumentations',
    type: 'list',
    items: 'instrumentations',
    values: [...INSTRUMENTATION_NAMES],
    option: 'instrumentations.disabled',
    default: [],
    meaning: 'Instrumentations not to use, by name.',
  },
  {
    name: 'SIGNALBOX_INSTRUMENTATION_OPTIONS',
    group: 'instrumentations',
    type: 'instrumentation-options',
    option: 'instrumentations.options',
    meaning: 'Options of instrumentations as a JSON object by name: `{"pg":{"requireParentSpan":true}}`.',
  },
  {
    name: 'SIGNALBOX_CONSOLE',
    group: 'instrumentations',
    type: 'boolean',
    default: false,
    meaning:
      'Exports what the main thread prints by `console` as log records with the ids of the active span. What is printed stays as it is.',
  },
  {
    name: 'SIGNALBOX_IGNORE_PATHS',
    group: 'instrumentations',
    type: 'list',
    items: 'paths',
    option: 'ignorePaths',
    default: [
      '/health',
      '/healthz',
      '/healthcheck',
      '/health/live',
      '/health/ready',
      '/live',
      '/livez',
      '/ready',
      '/readyz',
      '/health/telemetry',
      '/metrics',
    ],
    meaning:
      'URL paths whose requests are neither traced nor counted; `/internal/*` takes everything below. Takes the place of the default list; `none` ignores nothing.',
  },
];

const PORT = { type: 'integer', min: 0, max: 65_535 } as const;

const OPS: readonly Setting[] = [
  {
    name: 'SIGNALBOX_OPS',
    group: 'ops',
    type: 'boolean',
    otherwise: 'false, unless OTEL_METRICS_EXPORTER names prometheus, or a host or a port is set',
    meaning: 'Opens the ops port: `/metrics`, `/health`, `/live` and `/ready`. `false` keeps it closed whatever else is set.',
  },
  {
    name: 'OTEL_EXPORTER_PROMETHEUS_HOST',
    group: 'ops',
    type: 'text',
    default: '127.0.0.1',
    meaning: 'Where the ops port listens; in a container `0.0.0.0`, so that others can reach it.',
  },
  {
    name: 'OTEL_EXPORTER_PROMETHEUS_PORT',
    group: 'ops',
    ...PORT,
    default: 9464,
    meaning: 'The ops port; 0 takes any that is free, and says which.',
  },
  {
    name: 'SIGNALBOX_OPS_HOST',
    group: 'ops',
    type: 'text',
    general: 'OTEL_EXPORTER_PROMETHEUS_HOST',
    meaning: 'As OTEL_EXPORTER_PROMETHEUS_HOST, and stronger.',
  },
  {
    name: 'SIGNALBOX_OPS_PORT',
    group: 'ops',
    ...PORT,
    general: 'OTEL_EXPORTER_PROMETHEUS_PORT',
    meaning: 'As OTEL_EXPORTER_PROMETHEUS_PORT, and stronger.',
  },
  {
    name: 'SIGNALBOX_OPS_DETAILS',
    group: 'ops',
    type: 'boolean',
    default: false,
    meaning: 'Shows the details and errors of health checks to everybody who can reach the port. Names, states and times are always shown.',
  },
  {
    name: 'SIGNALBOX_OPS_TOKEN',
    group: 'ops',
    type: 'text',
    secret: true,
    meaning: 'Shows them to whoever sends it: `Authorization: Bearer …`.',
  },
  {
    name: 'SIGNALBOX_OPS_TOKEN_FILE',
    group: 'ops',
    type: 'file',
    meaning: 'The same, read from a file, each time anew.',
  },
  {
    name: 'SIGNALBOX_METRICS_ALIASES',
    group: 'ops',
    type: 'boolean',
    default: false,
    meaning: 'Serves metrics under older names as well (docs/ops-server.md).',
  },
];

const SIGNALBOX: readonly Setting[] = [
  {
    name: 'SIGNALBOX_LOG_LEVEL',
    group: 'signalbox',
    type: 'enum',
    option: 'logLevel',
    values: ['none', 'error', 'warn', 'info', 'debug'],
    general: 'OTEL_LOG_LEVEL',
    meaning: 'How much signalbox says about itself on stderr.',
  },
  {
    name: 'SIGNALBOX_SHUTDOWN_TIMEOUT',
    group: 'signalbox',
    type: 'integer',
    min: 0,
    unit: 'milliseconds',
    plausibleMin: 100,
    option: 'shutdownTimeoutMs',
    default: 5000,
    meaning: 'Most that signalbox adds to the end of the process to send what is left; 0 waits for nothing.',
  },
  {
    name: 'SIGNALBOX_OTLP_FILE',
    group: 'signalbox',
    type: 'text',
    default: 'otlp.jsonl',
    meaning:
      'Path of the files that the exporter `otlp_file` appends to, one for each signal: its name is put before the ending (`otlp.traces.jsonl`).',
  },
  {
    name: 'SIGNALBOX_QUEUE_MAX_BYTES',
    group: 'signalbox',
    type: 'integer',
    min: 1,
    unit: 'bytes',
    default: 33_554_432,
    meaning: 'Most memory for records that wait for export, for each signal.',
  },
  {
    name: 'SIGNALBOX_BAGGAGE_HOSTS',
    group: 'signalbox',
    type: 'list',
    items: 'hosts',
    option: 'baggageHosts',
    default: [],
    meaning: 'Hosts that outbound baggage may be sent to (`example.com`, `*.example.com`, `*` for all).',
  },
  {
    name: 'SIGNALBOX_REDACT_KEEP',
    group: 'signalbox',
    type: 'redaction-entries',
    items: 'names',
    option: 'redact.keep',
    default: [],
    meaning:
      'Names of attributes, fields and query parameters whose values stay readable (`app.region_key,page`). Keys of known issuers, cards and passwords in URLs go all the same.',
  },
  {
    name: 'SIGNALBOX_REDACT_ALSO',
    group: 'signalbox',
    type: 'redaction-entries',
    items: 'names and patterns',
    option: 'redact.also',
    default: [],
    meaning:
      'Names whose values go too (`employee_number`, also at the end of a longer name), and regular expressions between slashes of text that goes wherever it stands (`/EMP-\\d+/`). One that may be slow is refused.',
  },
  {
    name: 'SIGNALBOX_REDACT_APP_LOGS',
    group: 'signalbox',
    type: 'boolean',
    default: false,
    meaning:
      "Removes secrets from what the application's own winston, pino and bunyan loggers print, too. What is exported has none in any case.",
  },
  {
    name: 'SIGNALBOX_EXPORT_APP_LOGS',
    group: 'signalbox',
    type: 'boolean',
    default: true,
    meaning:
      "Exports what the application's own winston, pino and bunyan loggers log. `false`: their lines have the ids of spans all the same, and something else stores them.",
  },
  {
    name: 'SIGNALBOX_WORKER_THREADS',
    group: 'signalbox',
    type: 'boolean',
    default: true,
    meaning: 'What worker threads record is exported by the main thread. `false`: it goes nowhere.',
  },
  {
    name: 'SIGNALBOX_EXTENSIONS',
    group: 'signalbox',
    type: 'text',
    meaning:
      'A module (`./telemetry.cjs`, or a package) that exports processors and the like, for processes that are preloaded: `spanProcessors`, `logRecordProcessors`, `sampler`, `idGenerator`.',
  },
];

/** Of `signalbox/logging`; read when it is loaded. */
const LOGGING: readonly Setting[] = [
  {
    name: 'LOG_LEVEL',
    group: 'logging',
    type: 'log-levels',
    default: 'info',
    meaning:
      'What is written: `error`, `warn`, `info`, `http`, `verbose`, `debug`, `silly` or `none`, for all loggers and for single ones by name, in which `*` stands for any text.',
  },
  {
    name: 'LOG_FORMAT',
    group: 'logging',
    type: 'enum',
    values: ['json', 'pretty', 'ecs'],
    otherwise: 'pretty on a terminal, otherwise json',
    meaning: 'How a line looks on stdout. Files have the same; `pretty` is for people, and files get JSON then.',
  },
  {
    name: 'LOG_OUTPUT',
    group: 'logging',
    type: 'list',
    items: 'destinations',
    values: ['stdout', 'otlp'],
    default: ['stdout', 'otlp'],
    meaning: 'Where records go, beside the files of LOG_DIR; `none` for nowhere else. OTLP needs the preload or startTelemetry().',
  },
  {
    name: 'LOG_SYNC',
    group: 'logging',
    type: 'boolean',
    default: false,
    meaning:
      'Writes each line at once. Without it, lines of one turn of the event loop are written together at its end, where signalbox watches the end of the process.',
  },
  {
    name: 'LOG_MAX_LENGTH',
    group: 'logging',
    type: 'integer',
    min: 1024,
    unit: 'bytes',
    default: 65_536,
    meaning: 'Longest line. What is longer is cut: long texts first, then the last fields.',
  },
  {
    name: 'LOG_DIR',
    group: 'logging',
    type: 'text',
    otherwise: 'no files',
    meaning: 'Folder of log files: `app_20261130.log`, `error_…` with errors alone, `access_…`. Made when it is not there.',
  },
  {
    name: 'LOG_FILE_MAX_BYTES',
    group: 'logging',
    type: 'integer',
    min: 1024,
    unit: 'bytes',
    default: 52_428_800,
    meaning: 'Size from which a further file of the day is begun (`app_20261130.1.log`).',
  },
  {
    name: 'LOG_FILE_MAX_COUNT',
    group: 'logging',
    type: 'integer',
    min: 1,
    default: 10,
    meaning: 'Most files of each kind; the oldest are removed.',
  },
  {
    name: 'LOG_FILE_MAX_DAYS',
    group: 'logging',
    type: 'integer',
    min: 0,
    unit: 'days',
    default: 30,
    meaning: 'Files that were last written longer ago are removed; 0 keeps them.',
  },
  {
    name: 'LOG_ACCESS',
    group: 'logging',
    type: 'boolean',
    otherwise: 'true where the application imports signalbox/logging',
    meaning: 'One record for each HTTP request that is traced.',
  },
  {
    name: 'LOG_ACCESS_EXCLUDE',
    group: 'logging',
    type: 'list',
    items: 'paths',
    default: [],
    meaning: 'URL paths without access records (`/static/*`), beside those of SIGNALBOX_IGNORE_PATHS.',
  },
  {
    name: 'LOG_ACCESS_SAMPLE',
    group: 'logging',
    type: 'number',
    min: 0,
    max: 1,
    default: 1,
    meaning: 'Share of the requests that have an access record. Those that failed (status from 500, or no answer) always have one.',
  },
  {
    name: 'LOG_ACCESS_CLIENT',
    group: 'logging',
    type: 'boolean',
    default: false,
    meaning: 'Whether access records have the address of the client (`client_address`).',
  },
  {
    name: 'LOG_SLOW_SECONDS',
    group: 'logging',
    type: 'number',
    min: 0,
    max: 86_400,
    default: 1,
    meaning: 'From this duration on, logPerformance() warns.',
  },
  {
    name: 'SIGNALBOX_REQUEST_ID_HEADER',
    group: 'logging',
    type: 'text',
    otherwise: 'responses are left alone',
    meaning: 'Name of a response header that the request id is put into (`x-request-id`).',
  },
];

/** Of `signalbox/alerts`, which reads them itself. */
const ALERTS: readonly Setting[] = [
  {
    name: 'SIGNALBOX_ALERTMANAGER_URL',
    group: 'alerts',
    type: 'url',
    needsScheme: true,
    credentials: 'SIGNALBOX_ALERTS_TOKEN',
    example: 'http://localhost:9093',
    otherwise: 'alerts from code go to no Alertmanager',
    meaning: 'Where `sendAlert()` sends: an Alertmanager, without `/api` (`http://localhost:9093`).',
  },
  {
    name: 'SIGNALBOX_ALERT_WEBHOOK_URL',
    group: 'alerts',
    type: 'url',
    needsScheme: true,
    credentials: 'SIGNALBOX_ALERTS_TOKEN',
    example: 'http://localhost:8080/alerts',
    otherwise: 'alerts from code go to no webhook',
    meaning: 'The same to whatever takes a POST with JSON, in place of an Alertmanager or beside it.',
  },
  {
    name: 'SIGNALBOX_ALERTS_TOKEN',
    group: 'alerts',
    type: 'text',
    secret: true,
    meaning: 'Sent to both: `Authorization: Bearer …`.',
  },
  {
    name: 'SIGNALBOX_ON_ALERT_TOKEN',
    group: 'alerts',
    type: 'text',
    secret: true,
    otherwise: 'no alert is received',
    meaning: 'Who sends it (`Authorization: Bearer …`), or signs with it, may post alerts to `/alerts` of the ops port, for `onAlert()`.',
  },
  {
    name: 'SIGNALBOX_ON_ALERT_TOKEN_FILE',
    group: 'alerts',
    type: 'file',
    meaning: 'The same, read from a file, each time anew.',
  },
  {
    name: 'SIGNALBOX_ON_ALERT_TIMEOUT',
    group: 'alerts',
    ...TIME,
    default: 30_000,
    meaning: 'For one run of a handler of `onAlert()`.',
  },
  {
    name: 'SIGNALBOX_ON_ALERT_DRY_RUN',
    group: 'alerts',
    type: 'boolean',
    default: false,
    meaning: 'Handlers of `onAlert()` are not called; what would have run is traced and logged.',
  },
];

/** Of `signalbox/sentry`, which reads them itself. */
const SENTRY: readonly Setting[] = [
  {
    name: 'SENTRY_DSN',
    group: 'sentry',
    type: 'text',
    secret: true,
    otherwise: 'nothing is sent to Sentry, and nothing of it loaded',
    meaning:
      'Where errors go: the DSN of a project in Sentry (`https://KEY@HOST/PROJECT`). Needs `@sentry/node` 10 or 11 in the application.',
  },
  {
    name: 'SENTRY_ENVIRONMENT',
    group: 'sentry',
    type: 'text',
    otherwise: 'ENVIRONMENT, then `production`',
    meaning: 'Environment of the errors.',
  },
  {
    name: 'SENTRY_RELEASE',
    group: 'sentry',
    type: 'text',
    otherwise: '`name@version` of the service, then GIT_COMMIT',
    meaning: 'Release of the errors.',
  },
  {
    name: 'SENTRY_NAME',
    group: 'sentry',
    type: 'text',
    otherwise: 'the name of the host',
    meaning: 'Name of the server that the errors are from.',
  },
  {
    name: 'SENTRY_SAMPLE_RATE',
    group: 'sentry',
    type: 'number',
    min: 0,
    max: 1,
    default: 1,
    meaning: 'Share of the errors that is sent.',
  },
  {
    name: 'SIGNALBOX_SENTRY_LOGS',
    group: 'sentry',
    type: 'enum',
    values: ['breadcrumbs', 'events', 'none'],
    default: 'breadcrumbs',
    meaning: 'What becomes of log records at `error` of `signalbox/logging`: breadcrumbs of later errors, errors themselves, or nothing.',
  },
  {
    name: 'SIGNALBOX_SENTRY_IGNORE',
    group: 'sentry',
    type: 'list',
    items: 'names',
    default: [],
    meaning: 'Codes and names of classes of errors that are not sent, beside those of broken connections and cancelled work.',
  },
  {
    name: 'SIGNALBOX_SENTRY_RATE_LIMIT',
    group: 'sentry',
    type: 'integer',
    min: 0,
    default: 300,
    zeroIsUnlimited: true,
    meaning: 'Most errors that are sent in a minute; others are dropped and counted.',
  },
  {
    name: 'SIGNALBOX_SENTRY_SOURCE_LINES',
    group: 'sentry',
    type: 'boolean',
    default: false,
    meaning: 'Sends the lines of source around each frame of the application.',
  },
];

/** Known, so that they are not called misspelt; nothing reads them. */
const NO_EFFECT: readonly Setting[] = [
  {
    name: 'OTEL_SEMCONV_STABILITY_OPT_IN',
    group: 'no-effect',
    type: 'list',
    items: 'conventions',
    meaning: 'Accepted, and has no effect: the instrumentations send the stable names only.',
  },
  {
    name: 'OTEL_NODE_EXPERIMENTAL_SDK_METRICS',
    group: 'no-effect',
    type: 'boolean',
    default: false,
    meaning: 'Accepted, and has no effect: signalbox always counts what it exports.',
  },
];

export const settings: readonly Setting[] = [
  ...GENERAL,
  ...OTLP,
  ...(['TRACES', 'METRICS', 'LOGS'] as const).flatMap((signal) => OTLP.map((setting) => ofSignal(setting, signal))),
  ...SIGNALS,
  ...LIMITS,
  ...INSTRUMENTATIONS,
  ...LOGGING,
  ...SENTRY,
  ...ALERTS,
  ...OPS,
  ...SIGNALBOX,
  ...NO_EFFECT,
];

export const settingsByName: ReadonlyMap<string, Setting> = new Map(settings.map((setting) => [setting.name, setting]));

/** Options of `StartOptions` that no environment variable says. */
export const CODE_ONLY_OPTIONS: readonly (keyof StartOptions)[] = [
  'serviceVersion',
  'metricViews',
  'instrumentations',
  'redact',
  'tailSampling',
  'sdk',
  'spanProcessors',
  'logRecordProcessors',
  'idGenerator',
];
