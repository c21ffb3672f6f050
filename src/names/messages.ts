/**
 * Everything that signalbox says about itself, by its code. `docs/messages.md` is made from this table; the text of a
 * message is written where it is said, for it has the figures.
 *
 * `…` in a code stands for a name: `queue-full.…` is `queue-full.traces`.
 */

export type Level = 'error' | 'warn' | 'info' | 'debug';

export interface MessageRow {
  /** The table of the page that it stands in. */
  readonly section: 'start' | 'settings' | 'silence' | 'export' | 'records' | 'logging' | 'sentry' | 'debug';
  readonly level: Level;
  /** Its beginning, or what it means; Markdown. */
  readonly says: string;
  /** What becomes of the records that it is about; Markdown. */
  readonly records?: string;
  /** What to do about it; Markdown. */
  readonly cure?: string;
  /** Where to read on, in `docs/`; each message ends with it. */
  readonly page?: string;
}

export const MESSAGES = {
  started: {
    section: 'start',
    level: 'info',
    says: '`signalbox 0.1.0: shop 1.4.2 sends traces, metrics and logs to …`',
    cure: 'nothing; with the first record, or after three seconds',
  },
  'not-started': {
    section: 'start',
    level: 'error',
    says: '`Telemetry did not start: … The application runs without it.`',
    cure: 'what stands in it',
    page: 'troubleshooting.md',
  },
  'started-twice': {
    section: 'start',
    level: 'warn',
    says: '`Telemetry must be started once, but startTelemetry() was called again.`',
    cure: 'remove the call or the preload; the options of the call were ignored',
    page: 'preload.md#from-code',
  },
  extensions: {
    section: 'start',
    level: 'warn',
    says: '`SIGNALBOX_EXTENSIONS must name a module …`, or `spanProcessors must hold objects with …`',
    cure: 'what stands in it; the rest of telemetry runs',
    page: 'official-sdk.md#processors-of-your-own',
  },
  'extension-failed.…': {
    section: 'records',
    level: 'warn',
    says: '`onEnd() of LangfuseSpanProcessor must not throw, but did: …`',
    records: 'that part misses them; they are exported',
    cure: 'a fault of the part that is named',
    page: 'official-sdk.md#processors-of-your-own',
  },
  'extension-slow': {
    section: 'records',
    level: 'warn',
    says: '`forceFlush() of a processor must settle within 5000 ms …`',
    records: 'what the processor holds may be lost',
    cure: 'where it sends to, or `SIGNALBOX_SHUTDOWN_TIMEOUT`',
    page: 'official-sdk.md#processors-of-your-own',
  },
  'ops.open': {
    section: 'start',
    level: 'info',
    says: '`The ops port is open: http://127.0.0.1:9464/metrics and …`',
    cure: 'nothing; said when the start line could not say it',
    page: 'ops-server.md',
  },
  'ops.port': {
    section: 'start',
    level: 'warn',
    says: '`The ops port must be free, but 127.0.0.1:9464 is already in use, …`, or that it cannot be opened',
    cure: 'another `SIGNALBOX_OPS_PORT`, or `SIGNALBOX_OPS=false`; a port that is in use is tried again every five seconds',
    page: 'ops-server.md',
  },
  'ops.cluster': {
    section: 'start',
    level: 'warn',
    says: '`The primary of the cluster must open the ops port, but it does not, …`',
    cure: 'preload signalbox into the primary, or send metrics by OTLP',
    page: 'ops-server.md',
  },
  'ops.conflict.…': {
    section: 'start',
    level: 'warn',
    says: '`Metrics must have different names in Prometheus, but …`',
    cure: 'rename one of the two: the one that came first is served, and the other with it only where both are of one type',
    page: 'ops-server.md',
  },
  'other-provider': {
    section: 'start',
    level: 'warn',
    says: '`signalbox must be the first …` or `… the only SDK that registers with OpenTelemetry`',
    cure: "remove the other SDK's set-up; registered first, it has what is recorded there; registered later, it gets nothing",
    page: 'official-sdk.md',
  },
  'second-api.…': {
    section: 'start',
    level: 'warn',
    says: "`@opentelemetry/api must not be newer than signalbox's 1.10.0, nor of another major, but … is 1.11.0.`",
    cure: 'the version named, by a dependency or an override: what is recorded through that copy is lost',
    page: 'troubleshooting.md#two-copies-of-the-api',
  },
  launcher: {
    section: 'start',
    level: 'warn',
    says: '`The preload must reach the application, but tsx/dist/cli.mjs starts that as a process of its own, and a flag does not go on to it. There is no telemetry.`',
    cure: "`NODE_OPTIONS='--require signalbox/register'`",
    page: 'preload.md',
  },
  'loaded-first.…': {
    section: 'start',
    level: 'warn',
    says: '`"express" must be loaded after signalbox, but was loaded before it.`',
    cure: 'put the flag before others; [from code](preload.md#from-code), start before the imports',
    page: 'preload.md',
  },
  bundled: {
    section: 'start',
    level: 'warn',
    says: '`Libraries must be loaded from node_modules to be instrumented, but …`',
    cure: 'leave them out of the [bundle](preload.md#bundlers)',
    page: 'preload.md#bundlers',
  },
  'instrumentation.…': {
    section: 'start',
    level: 'warn',
    says: '`The instrumentation "pg" could not be loaded: …`',
    cure: 'the library runs without; report it, or switch it off',
    page: 'instrumentation.md',
  },
  'unsupported-version.…': {
    section: 'start',
    level: 'warn',
    says: '`"graphql" must be >=14.0.0 <17 or >=17.0.0 <18 to be instrumented, but 18.0.0 was loaded.`',
    cure: 'it runs without telemetry: install a release that is [supported](instrumentation.md#all-of-them), or switch its instrumentation off',
    page: 'instrumentation.md#all-of-them',
  },
  'http2-unseen': {
    section: 'start',
    level: 'warn',
    says: '`Node.js must be 22.17 or later for spans of HTTP/2 servers, but is 22.15.0.`',
    cure: 'a newer Node.js; HTTP/1 is recorded as ever',
    page: 'instrumentation.md#http2',
  },
  'nothing-instrumented': {
    section: 'start',
    level: 'warn',
    says: '`OTEL_NODE_ENABLED_INSTRUMENTATIONS must name what the application uses, but …`, and the same of `OTEL_NODE_DISABLED_INSTRUMENTATIONS`',
    cure: 'correct the list, or remove it; after five seconds, when nothing was recorded',
    page: 'instrumentation.md#switching-on-and-off',
  },
  'hooks.esm': {
    section: 'start',
    level: 'warn',
    says: '`ES modules cannot be instrumented: …`',
    cure: '`--allow-worker`, or a newer [Node.js](preload.md#nodejs)',
    page: 'preload.md#nodejs',
  },
  'permission.net': {
    section: 'start',
    level: 'warn',
    says: '`Telemetry must be allowed to connect, but Node.js runs with --permission and without --allow-net.`',
    cure: 'add `--allow-net`',
    page: 'preload.md#nodejs',
  },
  'bad-value': {
    section: 'settings',
    level: 'warn',
    says: 'the value does not fit; part of a list may still be used',
    page: 'configuration.md',
  },
  'unknown-setting': {
    section: 'settings',
    level: 'warn',
    says: 'an `OTEL_*` or `SIGNALBOX_*` variable that nobody knows, with the nearest name',
    page: 'configuration.md',
  },
  'unknown-option': { section: 'settings', level: 'warn', says: 'the same for an option of `startTelemetry`', page: 'configuration.md' },
  'not-supported': {
    section: 'settings',
    level: 'warn',
    says: 'known elsewhere and not built in, such as the exporter `zipkin`',
    page: 'configuration.md',
  },
  'unreadable-file': {
    section: 'settings',
    level: 'warn',
    says: 'a certificate, key or configuration file that is not there, cannot be read, or holds none',
    page: 'configuration.md',
  },
  contradiction: {
    section: 'settings',
    level: 'warn',
    says: 'what does not go together: protocol and port, certificate without key, batch larger than queue, `none` beside other exporters',
    page: 'configuration.md',
  },
  implausible: {
    section: 'settings',
    level: 'warn',
    says: 'a time-out or an interval of less than 100 milliseconds: most likely seconds were meant. It is used as it is',
    page: 'configuration.md',
  },
  'no-effect': { section: 'settings', level: 'warn', says: 'a setting that changes nothing beside the others', page: 'configuration.md' },
  'silent.exporters': {
    section: 'silence',
    level: 'warn',
    says: '`Something must be sent, but OTEL_TRACES_EXPORTER, … are all none.`',
    cure: 'set one to `otlp`; to run without telemetry: `OTEL_SDK_DISABLED=true`',
    page: 'configuration.md#traces',
  },
  'silent.sampler': {
    section: 'silence',
    level: 'warn',
    says: '`A sampler must keep some traces, but OTEL_TRACES_SAMPLER is always_off.`',
    cure: '`OTEL_TRACES_SAMPLER=parentbased_always_on`; to send no traces: `OTEL_TRACES_EXPORTER=none`',
    page: 'configuration.md#traces',
  },
  'silent.few-traces': {
    section: 'silence',
    level: 'info',
    says: '`Only requests whose caller samples are traced: …` or `One trace in 10000 is kept: …`',
    cure: 'nothing when it is meant; otherwise `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`',
    page: 'configuration.md#traces',
  },
  'silent.callers': {
    section: 'silence',
    level: 'warn',
    says: '`Callers must sample some of their traces, but all 100 requests so far came with a traceparent that says "not sampled" …`',
    cure: 'let the caller or the proxy in front sample, or `OTEL_TRACES_SAMPLER=always_on`; after 100 requests, or a minute with 10',
    page: 'trace-context.md',
  },
  'silent.service-name': {
    section: 'silence',
    level: 'warn',
    says: '`A service must have a name, but …`',
    cure: '`OTEL_SERVICE_NAME`, or `name` in package.json',
    page: 'preload.md#name-and-version',
  },
  'silent.logger': {
    section: 'silence',
    level: 'info',
    says: '`winston is in use, and its records are not sent: …`',
    cure: 'nothing when it is meant; otherwise the setting that it names',
    page: 'instrumentation.md',
  },
  'silent.paths': {
    section: 'silence',
    level: 'warn',
    says: '`SIGNALBOX_IGNORE_PATHS must leave some paths, got "/*", …`',
    cure: 'name the paths to ignore',
    page: 'instrumentation.md#paths-that-are-ignored',
  },
  'silent.instrumentations': {
    section: 'silence',
    level: 'info',
    says: '`No instrumentation is enabled: …`',
    cure: 'nothing when it is meant; otherwise unset `OTEL_NODE_ENABLED_INSTRUMENTATIONS`',
    page: 'instrumentation.md',
  },
  'silent.propagators': {
    section: 'silence',
    level: 'info',
    says: '`Every trace begins and ends in this process: …`',
    cure: 'nothing when it is meant; otherwise put `tracecontext` into `OTEL_PROPAGATORS`',
    page: 'trace-context.md',
  },
  'silent.delay': {
    section: 'silence',
    level: 'warn',
    says: '`Metrics must be sent in time to be of use, but OTEL_METRIC_EXPORT_INTERVAL is 86400000 ms. …`',
    cure: 'it is in milliseconds; said from one hour on',
    page: 'configuration.md',
  },
  'silent.limits': {
    section: 'silence',
    level: 'warn',
    says: '`Spans must keep something of their attributes, but OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT … is 0.`',
    cure: 'a larger limit, or unset it',
    page: 'configuration.md#limits',
  },
  'silent.queue': {
    section: 'silence',
    level: 'warn',
    says: '`SIGNALBOX_QUEUE_MAX_BYTES must have room for more than a few records, got 32. …`',
    cure: 'it is in bytes; said below 65536',
    page: 'configuration.md#signalbox-itself',
  },
  'silent.shutdown': {
    section: 'silence',
    level: 'info',
    says: '`What waits when the process ends is lost: SIGNALBOX_SHUTDOWN_TIMEOUT is 0. …`',
    cure: 'nothing when it is meant; otherwise a larger one',
    page: 'end-of-process.md',
  },
  'export.connection_refused': {
    section: 'export',
    level: 'warn',
    says: '`connection refused.`',
    records: 'wait',
    cure: 'start a collector there, or set `OTEL_EXPORTER_OTLP_ENDPOINT`',
    page: 'export.md#when-it-fails',
  },
  'export.unknown_host': {
    section: 'export',
    level: 'warn',
    says: '`the host name cannot be resolved`',
    records: 'wait',
    cure: 'correct `OTEL_EXPORTER_OTLP_ENDPOINT`, or DNS',
    page: 'export.md#when-it-fails',
  },
  'export.timeout': {
    section: 'export',
    level: 'warn',
    says: '`no answer within … ms`',
    records: 'wait',
    cure: 'is the collector overloaded? `OTEL_EXPORTER_OTLP_TIMEOUT` is in milliseconds: 10 is hardly what was meant',
    page: 'export.md#when-it-fails',
  },
  'export.connection_reset': {
    section: 'export',
    level: 'warn',
    says: '`the server closed the connection without an answer.`',
    records: 'wait',
    cure: 'correct the port, or http and https, in `OTEL_EXPORTER_OTLP_ENDPOINT`; or the protocol',
    page: 'export.md#when-it-fails',
  },
  'export.network': {
    section: 'export',
    level: 'warn',
    says: '`the connection failed`',
    records: 'wait',
    cure: 'the code of Node.js stands in it; is the host in `OTEL_EXPORTER_OTLP_ENDPOINT` reachable from here?',
    page: 'export.md#when-it-fails',
  },
  'export.closed': {
    section: 'export',
    level: 'warn',
    says: '`shutdown() gave up: a request with 3 spans had no answer.`',
    records: 'lost',
    cure: 'is the collector overloaded? give it more time: `SIGNALBOX_SHUTDOWN_TIMEOUT`',
    page: 'export.md#when-it-fails',
  },
  'export.tls': {
    section: 'export',
    level: 'warn',
    says: '`the certificate …`, `TLS failed`, or a file that must be readable',
    records: 'wait',
    cure: '`OTEL_EXPORTER_OTLP_CERTIFICATE`, `…_CLIENT_CERTIFICATE` and `…_CLIENT_KEY`; or a new certificate for the collector',
    page: 'export.md#when-it-fails',
  },
  'export.protocol_mismatch': {
    section: 'export',
    level: 'warn',
    says: '`the port speaks gRPC, not http/protobuf.` and the like',
    records: 'wait',
    cure: '`OTEL_EXPORTER_OTLP_PROTOCOL`; or port, http and https in `OTEL_EXPORTER_OTLP_ENDPOINT`',
    page: 'export.md#when-it-fails',
  },
  'export.invalid_url': {
    section: 'export',
    level: 'warn',
    says: '`the endpoint must be a URL that begins with http:// or https://.`',
    records: 'lost',
    cure: 'correct `OTEL_EXPORTER_OTLP_ENDPOINT`',
    page: 'export.md#when-it-fails',
  },
  'export.invalid_header': {
    section: 'export',
    level: 'warn',
    says: '`a header or the path cannot be sent`',
    records: 'lost',
    cure: 'correct `OTEL_EXPORTER_OTLP_HEADERS`',
    page: 'export.md#when-it-fails',
  },
  'export.http_…': {
    section: 'export',
    level: 'warn',
    says: '`the server answered 401 "…"`',
    records: 'wait for 429, 502, 503, 504; lost otherwise',
    cure: '401, 403: `OTEL_EXPORTER_OTLP_HEADERS`; 404: path of the endpoint; 413: limits of the collector; 429, 503: it is overloaded',
    page: 'export.md#when-it-fails',
  },
  'export.grpc_…': {
    section: 'export',
    level: 'warn',
    says: '`the server answered UNAUTHENTICATED "…"`',
    records: 'wait for the retryable codes; lost otherwise',
    cure: '`unauthenticated`, `permission_denied`: `OTEL_EXPORTER_OTLP_HEADERS`; `unimplemented`: no pipeline for the signal',
    page: 'export.md#when-it-fails',
  },
  'export.too_large': {
    section: 'export',
    level: 'warn',
    says: '`the server answered RESOURCE_EXHAUSTED "…larger than max…"`, or 413',
    records: 'what cannot be halved is lost',
    cure: 'let the collector take larger messages',
    page: 'export.md#when-it-fails',
  },
  'export.partial_success': {
    section: 'export',
    level: 'warn',
    says: '`The collector rejected 3 of 512 spans`',
    records: 'those are lost',
    cure: 'its reason stands in it',
    page: 'export.md#when-it-fails',
  },
  'export.internal': {
    section: 'export',
    level: 'warn',
    says: '`Cannot export …: … This batch is lost.`',
    records: 'lost',
    cure: 'a mistake of signalbox: report it',
    page: 'export.md#when-it-fails',
  },
  'export.clock': {
    section: 'export',
    level: 'warn',
    says: '`The clock of the collector at … is 3 h ahead of the clock of this machine.`',
    records: 'arrive, with times that are off',
    cure: 'set both clocks (NTP); a minute is tolerated',
    page: 'export.md#when-it-fails',
  },
  'export.own_endpoint': {
    section: 'export',
    level: 'warn',
    says: '`The endpoint … is this process itself: a server of the application gets its records.`',
    records: 'reach no collector',
    cure: '`OTEL_EXPORTER_OTLP_ENDPOINT`, or another port for the application',
    page: 'export.md#when-it-fails',
  },
  'export.lines': {
    section: 'export',
    level: 'warn',
    says: '`Cannot write traces to /var/log/otlp.traces.jsonl: …`',
    records: 'wait',
    cure: 'a folder that exists and may be written to, or space: `SIGNALBOX_OTLP_FILE`',
    page: 'configuration.md#signalbox-itself',
  },
  'export.recovered': {
    section: 'export',
    level: 'info',
    says: '`Export to … works again` (info)',
    records: 'are being sent',
    cure: 'nothing',
  },
  'queue-full.…': {
    section: 'records',
    level: 'warn',
    says: '`No more spans can wait for export: the limit of … bytes is reached.`',
    cure: 'the line before says why nothing leaves; or raise `SIGNALBOX_QUEUE_MAX_BYTES`',
    page: 'export.md#what-waits-and-what-is-dropped',
  },
  'tail.full': {
    section: 'records',
    level: 'warn',
    says: '`Traces wait for their end in at most … bytes (SIGNALBOX_QUEUE_MAX_BYTES), which are used up. …`',
    cure: 'raise `SIGNALBOX_QUEUE_MAX_BYTES`, or look for spans that are never ended',
    page: 'sampling.md',
  },
  'exit.lost': {
    section: 'records',
    level: 'warn',
    says: '`Lost at exit: 1500 spans (exit deadline), 3 log records (2 queue full, 1 rejected). …`; with the [official SDK](official-sdk.md) `Lost at exit: what the SDK still held, …`',
    cure: 'look the [reason](export.md#what-waits-and-what-is-dropped) up; it counts all that was dropped since the start',
    page: 'export.md#what-waits-and-what-is-dropped',
  },
  'exit.blocked': {
    section: 'records',
    level: 'warn',
    says: '`The last export needs a worker thread, but none could be started: …`',
    cure: 'what the line says: a longer `SIGNALBOX_SHUTDOWN_TIMEOUT` on a busy machine, `--allow-worker`, or `await shutdown()`',
    page: 'end-of-process.md',
  },
  'value-cut.…': {
    section: 'records',
    level: 'warn',
    says: '`The attribute "gen_ai.prompt" of a span was cut from 20000000 to 3669760 bytes, for a span must encode to at most 3670016 bytes.`',
    records: 'are exported, with the beginning of the value',
    cure: 'put less into it; `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT` cuts sooner',
    page: 'export.md#what-waits-and-what-is-dropped',
  },
  'too-large.…': {
    section: 'records',
    level: 'warn',
    says: '`A span must encode to at most 3670016 bytes, but one has 4000213.`',
    cure: 'put less into its attributes, events or body',
    page: 'export.md#what-waits-and-what-is-dropped',
  },
  'encode-error.…': {
    section: 'records',
    level: 'warn',
    says: '`A span must be encodable, but one was not: …`',
    cure: 'correct the value that cannot be read, or put less into one attribute',
    page: 'export.md#what-waits-and-what-is-dropped',
  },
  'metrics.callback': {
    section: 'records',
    level: 'warn',
    says: '`A callback of the metric "jobs" failed: …` or `A callback of the metric "jobs" must settle within … ms …`',
    cure: 'correct the callback; the other metrics are exported',
    page: 'instrumentation.md',
  },
  'metrics.collect': {
    section: 'records',
    level: 'warn',
    says: '`Metrics could not be collected: …`',
    cure: 'what stands in it, mostly an incomplete installation; the callbacks have no part in it',
  },
  'metrics.cardinality': {
    section: 'records',
    level: 'warn',
    says: '`The metric "orders" must have fewer than 2000 combinations of attribute values, but has 1600: its attribute "user.id" has …`',
    cure: 'leave out the attribute that it names; above the limit, values are recorded without attributes',
    page: 'troubleshooting.md#something-arrives-but',
  },
  'metrics.duplicate': {
    section: 'records',
    level: 'warn',
    says: '`The metric "orders" of "shop" must be of one kind and unit, but was made as counter in "s" and as gauge in "ms". …`, or of one description',
    cure: 'give one of them another name, or make it the same in both places',
  },
  'metrics.measurement': {
    section: 'records',
    level: 'debug',
    says: '`What is recorded by the metric "orders" must be a number from 0 on, got NaN. It is ignored.`, or attributes that throw when they are read',
    cure: 'correct the value; a good one beside it arrives',
  },
  'metrics.too-many': {
    section: 'records',
    level: 'warn',
    says: '`A meter must have at most 2048 instruments, …`, and the same of 1024 meters and of 10000 values of a callback',
    cure: 'what goes beyond records nothing: put what varies into attributes, not into names',
  },
  'otel.error': {
    section: 'records',
    level: 'error',
    says: '`OpenTelemetry: …`',
    cure: 'what a package of OpenTelemetry reports itself; `OTEL_LOG_LEVEL=debug` shows more',
  },
  'otel.warn': {
    section: 'records',
    level: 'warn',
    says: '`OpenTelemetry: …`',
    cure: 'what a package of OpenTelemetry reports itself; `OTEL_LOG_LEVEL=debug` shows more',
  },
  'otel.debug': {
    section: 'records',
    level: 'debug',
    says: '`OpenTelemetry: …`',
    cure: 'what a package of OpenTelemetry reports itself; `OTEL_LOG_LEVEL=debug` shows more',
  },
  'logging.not-written': {
    section: 'logging',
    level: 'warn',
    says: '`Cannot write log lines to …: … Logging goes on elsewhere.`',
    records: 'wait as long as there is room, where it may work again; gone where stdout is closed',
    cure: 'make room on the disk, mend the folder, keep stdout open, or take the destination out of LOG_OUTPUT',
    page: 'logging.md#when-a-destination-fails',
  },
  'logging.written-again': {
    section: 'logging',
    level: 'info',
    says: '`Log lines are written to … again.`',
    cure: 'nothing',
  },
  'logging.lost': {
    section: 'logging',
    level: 'warn',
    says: '`Lost 12 log lines for …`',
    records: 'lost',
    cure: 'a faster reader, fewer records (LOG_LEVEL), or more room (SIGNALBOX_QUEUE_MAX_BYTES)',
    page: 'logging.md#when-a-destination-fails',
  },
  'logging.transport': {
    section: 'logging',
    level: 'warn',
    says: '`A transport of the logger … must call back, but does not. It loses records.`',
    records: 'lost for that transport alone',
    cure: 'mend the transport that was added to the logger',
    page: 'logging.md#transports-of-your-own',
  },
  'sentry.not-installed': {
    section: 'sentry',
    level: 'warn',
    says: '`SENTRY_DSN is set, but @sentry/node is not installed …`',
    records: 'no error is sent to Sentry',
    cure: '`npm install @sentry/node@11` in the application',
    page: 'errors.md',
  },
  'sentry.not-started': {
    section: 'sentry',
    level: 'warn',
    says: '`@sentry/node must be of version 10 or 11, …`, `setupSentry() must get a DSN, …`, or that Sentry failed to start',
    records: 'no error is sent to Sentry',
    cure: 'what stands in it',
    page: 'errors.md',
  },
  'sentry.own-client': {
    section: 'sentry',
    level: 'info',
    says: '`The application calls Sentry.init() itself …`',
    records: 'go where that client sends them, by its options',
    cure: 'nothing; or take `Sentry.init()` away, and signalbox redacts, limits and delivers them',
    page: 'errors.md#when-the-application-calls-sentryinit',
  },
  'sentry.unreachable': {
    section: 'sentry',
    level: 'warn',
    says: '`Sentry at https://… cannot be reached (connection refused). …`',
    records: 'wait, 1000 of them at most, and are sent again',
    cure: 'the address in SENTRY_DSN, or the network',
    page: 'errors.md#when-sentry-does-not-answer',
  },
  'sentry.refused': {
    section: 'sentry',
    level: 'warn',
    says: '`Sentry at https://… refused an error (it answered 403). …`',
    records: 'lost',
    cure: 'the DSN in the settings of the project',
    page: 'errors.md#when-sentry-does-not-answer',
  },
  'sentry.limited': {
    section: 'sentry',
    level: 'warn',
    says: '`Sentry at https://… answered 429: it takes no more errors for 60 s. …`',
    records: 'those of this time are lost',
    cure: 'the quota of the project, or fewer errors (SIGNALBOX_SENTRY_IGNORE, SENTRY_SAMPLE_RATE)',
    page: 'errors.md#when-sentry-does-not-answer',
  },
  'sentry.recovered': {
    section: 'sentry',
    level: 'info',
    says: '`Sentry at https://… takes errors again.`',
    cure: 'nothing',
  },
  'dropped.…': {
    section: 'debug',
    level: 'debug',
    says: '`A span must have at most 128 attributes (OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT), …`, and the same of events, links, and their attributes; items of a list',
    cure: 'record less, correct the value, or raise the limit that it names',
    page: 'configuration.md',
  },
  'span-ended': {
    section: 'debug',
    level: 'debug',
    says: '`A span must be changed before it ends, but setAttribute() was called on "…" after end().`',
    cure: 'call it before `end()`, and `end()` once',
  },
  'metrics.label': {
    section: 'debug',
    level: 'debug',
    says: '`The attribute "cache.name" of a metric must be one of few names out of code, but was something else. …`',
    cure: 'pass a name out of code: an id, an address or a message would be a series each; it is recorded as `_OTHER`',
    page: 'metrics.md',
  },
  contained: {
    section: 'debug',
    level: 'debug',
    says: '`signalbox failed in …: … The application goes on.`',
    cure: 'report it, with the stack that stands in it',
  },
  'feature-off': {
    section: 'debug',
    level: 'warn',
    says: '`signalbox failed in …: … It is switched off from now on.`',
    cure: 'report it; the application and everything else go on',
    page: 'messages.md',
  },
} as const satisfies Readonly<Record<string, MessageRow>>;

type Pattern<Code extends string> = Code extends `${infer Before}…${infer After}` ? `${Before}${string}${After}` : Code;

/** A code of the table, with a name in the place of `…`. */
export type MessageCode = Pattern<keyof typeof MESSAGES & string>;

const table: Readonly<Record<string, MessageRow>> = MESSAGES;
const prefixes = Object.keys(MESSAGES).flatMap((code) => (code.endsWith('…') ? code.slice(0, -1) : []));

/** Codes of what is wrong in the settings. */
export type ProblemCode = {
  [Code in keyof typeof MESSAGES]: (typeof MESSAGES)[Code]['section'] extends 'settings' ? Code : never;
}[keyof typeof MESSAGES];

type ReasonOf<Code> = Code extends `export.${infer Reason}` ? Reason : never;

/** Why an export failed: each has its row, `export.…`. */
export type ExportReason = Exclude<ReasonOf<MessageCode>, 'recovered' | 'clock' | 'own_endpoint'>;

/** The row of `code`, or of the pattern that it fits. */
export function messageRow(code: MessageCode): MessageRow {
  return table[code] ?? (table[`${prefixes.find((prefix) => code.startsWith(prefix))}…`] as MessageRow);
}
