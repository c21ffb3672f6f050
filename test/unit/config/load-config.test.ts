import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../../src/config/load-config.ts';
import type { StartOptions } from '../../../src/config/start-options.ts';
import { checkConfig } from './check-config.ts';

function messages(env: Record<string, string | undefined>, options?: unknown): string[] {
  const { config, problems } = loadConfig(env, options as StartOptions);
  checkConfig(config);
  return problems.map(({ message }) => message);
}

test('the defaults are those of the specification, save where the table says why not', () => {
  const { config, problems } = loadConfig({});
  assert.deepEqual(problems, []);
  const otlp = (signal: string) => ({
    protocol: 'http/protobuf',
    url: `http://localhost:4318/v1/${signal}`,
    headers: {},
    timeoutMs: 10_000,
    compression: 'none',
  });
  const batch = { exportTimeoutMs: 30_000, maxQueueSize: Infinity, maxExportBatchSize: 512 };
  assert.deepEqual(config, {
    disabled: false,
    logLevel: 'info',
    resourceAttributes: {},
    propagators: ['tracecontext', 'baggage'],
    baggageHosts: [],
    traces: {
      exporters: ['otlp'],
      otlp: otlp('traces'),
      batch: { scheduleDelayMs: 5000, ...batch },
      sampler: 'parentbased_always_on',
      samplerRatio: 1,
      limits: {
        attributeCount: 128,
        attributeValueLength: Infinity,
        eventCount: 128,
        linkCount: 128,
        attributePerEventCount: 128,
        attributePerLinkCount: 128,
      },
    },
    metrics: {
      exporters: ['otlp'],
      otlp: otlp('metrics'),
      intervalMs: 60_000,
      exportTimeoutMs: 30_000,
      temporality: 'cumulative',
      defaultHistogram: 'explicit_bucket_histogram',
      isServed: false,
      exemplarFilter: 'trace_based',
      views: [],
    },
    logs: {
      exporters: ['otlp'],
      otlp: otlp('logs'),
      batch: { scheduleDelayMs: 1000, ...batch },
      limits: { attributeCount: 128, attributeValueLength: Infinity },
    },
    ops: { isWanted: false, host: '127.0.0.1', port: 9464, portSetting: 'SIGNALBOX_OPS_PORT', details: false, aliases: false },
    otlpFile: 'otlp.jsonl',
    queueMaxBytes: 33_554_432,
    shutdownTimeoutMs: 5000,
    workerThreads: true,
    console: false,
    instrumentations: { disabled: [], options: {} },
    redaction: { keep: [], also: [] },
    exportsAppLogs: true,
    redactsAppLogs: false,
    ignorePaths: [
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
  });
});

test('correct set-ups are no problem', () => {
  const setUps: Record<string, string>[] = [
    { OTEL_SERVICE_NAME: 'shop', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
    { OTEL_SERVICE_NAME: 'shop', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.vendor.example:443',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=abc%2Cdef',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.1',
    },
    {
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=shop,service.version=1.2.3,deployment.environment.name=production,k8s.pod.name=shop-1',
      OTEL_RESOURCE_ATTRIBUTES_POD_NAME: 'shop-1',
      OTEL_RESOURCE_ATTRIBUTES_NODE_NAME: 'node-1',
      OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os',
    },
    { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
    {
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_PROPAGATORS: 'tracecontext,baggage,b3',
      OTEL_LOG_LEVEL: 'debug',
      OTEL_BSP_SCHEDULE_DELAY: '500',
      OTEL_METRIC_EXPORT_INTERVAL: '5000',
    },
    {
      OTEL_SDK_DISABLED: 'true',
      PATH: '/usr/bin',
      HOME: '/root',
      NODE_OPTIONS: '--require signalbox/register',
      ENVIRONMENT: 'production',
      GIT_COMMIT: 'abc123',
    },
    {
      OTEL_SEMCONV_STABILITY_OPT_IN: 'http/dup,database',
      OTEL_EXPORTER_PROMETHEUS_PORT: '9464',
      OTEL_METRICS_EXEMPLAR_FILTER: 'always_off',
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,@opentelemetry/instrumentation-express, PG',
    },
    {
      SIGNALBOX_LOG_LEVEL: 'warn',
      SIGNALBOX_SHUTDOWN_TIMEOUT: '0',
      SIGNALBOX_QUEUE_MAX_BYTES: '1048576',
      SIGNALBOX_IGNORE_PATHS: '/internal/*,/up',
      SIGNALBOX_BAGGAGE_HOSTS: '*.example.com,10.0.0.1,[::1]',
      SIGNALBOX_WORKER_THREADS: 'true',
      SIGNALBOX_INSTRUMENTATION_OPTIONS: '{"pg":{"requireParentSpan":true}}',
    },
    // What Kubernetes says of services called otel, otel-collector and signalbox.
    {
      OTEL_SERVICE_HOST: '10.1.2.3',
      OTEL_SERVICE_PORT: '4317',
      OTEL_PORT: 'tcp://10.1.2.3:4317',
      OTEL_PORT_4317_TCP: 'tcp://10.1.2.3:4317',
      OTEL_PORT_4317_TCP_ADDR: '10.1.2.3',
      OTEL_COLLECTOR_SERVICE_PORT_OTLP_GRPC: '4317',
      SIGNALBOX_SERVICE_HOST: '10.1.2.4',
      SIGNALBOX_PORT: 'tcp://10.1.2.4:80',
    },
    // What other languages and the Collector read.
    {
      OTEL_JAVAAGENT_ENABLED: 'true',
      OTEL_INSTRUMENTATION_JDBC_ENABLED: 'false',
      OTEL_PYTHON_LOG_CORRELATION: 'true',
      OTEL_GO_AUTO_TARGET_EXE: '/x',
      OTEL_DOTNET_AUTO_HOME: '/x',
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
      OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true',
    },
  ];
  for (const env of setUps) assert.deepEqual(messages(env), [], JSON.stringify(env));
});

test('the environment is read and never written', () => {
  const env = Object.freeze({ OTEL_SERVICE_NAME: 'a', OTEL_TRACES_SAMPLER: 'bogus' });
  assert.deepEqual(loadConfig(env), loadConfig({ ...env }));
});

test('unknown names are reported with the nearest known one, and their values are not shown', () => {
  const wrong = {
    OTEL_SERVCE_NAME: 'OTEL_SERVICE_NAME',
    OTEL_TRACE_SAMPLER: 'OTEL_TRACES_SAMPLER',
    OTEL_EXPORTER_ENDPOINT: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    OTEL_EXPORTER_OLTP_ENDPOINT: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    OTEL_EXPORTER_OTLP_TRACE_ENDPOINT: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    otel_service_name: 'OTEL_SERVICE_NAME',
    OTEL_NODE_DISABLED_INSTRUMENTATION: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    OTEL_EXPERIMENTAL_CONFIG_FILE: 'OTEL_CONFIG_FILE',
    SIGNALBOX_SHUTDOWN_TIMEOUT_MS: 'SIGNALBOX_SHUTDOWN_TIMEOUT',
  };
  for (const [name, meant] of Object.entries(wrong))
    assert.deepEqual(messages({ [name]: 'S3CR3T' }), [`${name} is not a known setting; did you mean ${meant}? It is ignored.`]);
  assert.deepEqual(messages({ OTEL_MAKE_COFFEE: 'S3CR3T' }), ['OTEL_MAKE_COFFEE is not a known setting. It is ignored.']);
  assert.deepEqual(messages({ ['OTEL_\u001b[31m\n']: 'x' }), ['"OTEL_\\u001b[31m\\n" is not a known setting. It is ignored.']);
});

test('an environment full of unknown names gives a few lines', () => {
  const env = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`OTEL_SOMETHING_${index}`, 'x']));
  assert.equal(messages(env).length, 21);
});

test('service name, version, environment and commit are found in their places, and only there', () => {
  const list = 'service.name=list,service.version=1,deployment.environment.name=list-env,vcs.ref.head.revision=c1,team=a%2Cb';
  const { config } = loadConfig({ OTEL_RESOURCE_ATTRIBUTES: list, ENVIRONMENT: 'env', GIT_COMMIT: 'c2' });
  assert.deepEqual([config.serviceName, config.serviceVersion, config.environment, config.commit], ['list', '1', 'list-env', 'c1']);
  assert.deepEqual(config.resourceAttributes, { team: 'a,b' });
  assert.equal(loadConfig({ OTEL_RESOURCE_ATTRIBUTES: list, OTEL_SERVICE_NAME: 'own' }).config.serviceName, 'own');
  const inCode = loadConfig(
    { OTEL_RESOURCE_ATTRIBUTES: list, OTEL_SERVICE_NAME: 'own' },
    { resourceAttributes: { 'service.name': 'code', team: 'code' }, serviceVersion: '9', environment: 'code-env' },
  ).config;
  assert.deepEqual(
    [inCode.serviceName, inCode.serviceVersion, inCode.environment, inCode.resourceAttributes],
    ['code', '9', 'code-env', { team: 'code' }],
  );
  assert.equal(loadConfig({}, { serviceName: 'option', resourceAttributes: { 'service.name': 'attribute' } }).config.serviceName, 'option');
  const plain = loadConfig({ ENVIRONMENT: 'staging', GIT_COMMIT: 'abc' }).config;
  assert.deepEqual([plain.environment, plain.commit], ['staging', 'abc']);
});

test('one malformed resource attribute falls alone', () => {
  const { config, problems } = loadConfig({ OTEL_RESOURCE_ATTRIBUTES: 'a=1,b,c=%ZZ,d=4' });
  assert.deepEqual(config.resourceAttributes, { a: '1', d: '4' });
  assert.deepEqual(
    problems.map(({ message }) => message),
    [
      'OTEL_RESOURCE_ATTRIBUTES must be key=value pairs separated by commas, got a value in which pair 2 has no "=" (a comma inside the value of "a" is written %2C) and pair 3 ("c") has a "%" that begins no percent-encoded character (a percent sign is %25). The other pairs are used.',
    ],
  );
});

test('the sampler argument is a number from 0 to 1, and counts only beside a ratio sampler', () => {
  assert.deepEqual(messages({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' }), [
    'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, got "2". Using 1.',
  ]);
  assert.equal(loadConfig({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '.25' }).config.traces.samplerRatio, 0.25);
  assert.deepEqual(messages({ OTEL_TRACES_SAMPLER_ARG: '0.1' }), [
    'OTEL_TRACES_SAMPLER_ARG must stand beside a traceidratio sampler, got 0.1 with parentbased_always_on. It is ignored; set OTEL_TRACES_SAMPLER to parentbased_traceidratio.',
  ]);
  assert.deepEqual(messages({ OTEL_TRACES_SAMPLER: 'always_on', OTEL_TRACES_SAMPLER_ARG: '1.0' }), []);
  assert.deepEqual(messages({ OTEL_TRACES_SAMPLER: 'jaeger_remote', OTEL_TRACES_SAMPLER_ARG: 'endpoint=http://localhost:14250' }), [
    'OTEL_TRACES_SAMPLER must be one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio, got "jaeger_remote" (not built in). Using parentbased_always_on.',
  ]);
});

test('the sampler may be a share of traces in code', () => {
  const { config, problems } = loadConfig({ OTEL_TRACES_SAMPLER: 'always_off' }, { sampler: 0.5 });
  assert.deepEqual([config.traces.sampler, config.traces.samplerRatio, problems], ['parentbased_traceidratio', 0.5, []]);
  assert.equal(loadConfig({}, { sampler: 'always_off' }).config.traces.sampler, 'always_off');
  assert.deepEqual(messages({}, { sampler: 1.5 }), [
    'sampler must be a number from 0 to 1 or the name of a sampler, got 1.5. It is ignored.',
  ]);
});

test('exporters that are not there go by OTLP, and it is said', () => {
  for (const [name, value, reason] of [
    ['OTEL_TRACES_EXPORTER', 'zipkin', /not built in/],
    ['OTEL_LOGS_EXPORTER', 'logging', /write "console"/],
  ] as const) {
    const [message] = messages({ [name]: value });
    assert.match(message ?? '', reason);
  }
});

test('a signal may have several exporters, each once; what is wrong in the list is named and the rest is used', () => {
  for (const [value, used] of [
    ['otlp,console', ['otlp', 'console']],
    [' Console , OTLP ', ['console', 'otlp']],
    ['otlp,otlp', ['otlp']],
    ['otlp/stdout,otlp_file', ['otlp/stdout', 'otlp_file']],
    ['none', []],
    ['none,none', []],
  ] as const) {
    const { config, problems } = loadConfig({ OTEL_METRICS_EXPORTER: value });
    assert.deepEqual([config.metrics.exporters, problems], [used, []], value);
  }
  const must = 'OTEL_TRACES_EXPORTER must be none alone, or one or more of otlp, console, otlp/stdout, otlp_file, separated by commas';
  for (const [value, used, said] of [
    ['none,console', ['console'], `${must}, got "none,console". Using console.`],
    ['otlp,consol,zipkin', ['otlp'], `${must}, got "consol" (did you mean console?) and "zipkin" (not built in; `],
    ['bogus', ['otlp'], `${must}, got "bogus". Using otlp.`],
    ['none,bogus', [], `${must}, got "bogus". Using none.`],
  ] as const) {
    const { config, problems } = loadConfig({ OTEL_TRACES_EXPORTER: value });
    assert.deepEqual(config.traces.exporters, used, value);
    assert.equal(problems.length, 1, value);
    assert.ok(problems[0]?.message.startsWith(said), problems[0]?.message);
  }
  assert.equal(loadConfig({ OTEL_TRACES_EXPORTER: 'none,otlp' }).problems[0]?.code, 'contradiction');
  const { config, problems } = loadConfig(
    { OTEL_TRACES_EXPORTER: 'console' },
    { traces: true, metrics: false, logs: ['console', 'otlp_file'] },
  );
  assert.deepEqual(
    [config.traces.exporters, config.metrics.exporters, config.logs.exporters, problems],
    [['otlp'], [], ['console', 'otlp_file'], []],
  );
  assert.deepEqual(messages({}, { logs: ['otlp', 5] as unknown as 'otlp' }), [
    'logs must be none alone, or one or more of otlp, console, otlp/stdout, otlp_file, separated by commas, got 5. Using otlp.',
  ]);
});

test('a path for OTLP lines needs an exporter that writes there', () => {
  assert.deepEqual(messages({ SIGNALBOX_OTLP_FILE: '/var/log/shop.jsonl', OTEL_LOGS_EXPORTER: 'otlp_file' }), []);
  assert.deepEqual(messages({ SIGNALBOX_OTLP_FILE: '/var/log/shop.jsonl' }), [
    'SIGNALBOX_OTLP_FILE must stand beside an exporter otlp_file, got it alone. It is ignored; set OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER or OTEL_LOGS_EXPORTER to otlp_file.',
  ]);
});

test('a time so short that seconds were meant is used, and said', () => {
  for (const [name, value, seconds] of [
    ['OTEL_EXPORTER_OTLP_TIMEOUT', 10, '10 seconds write 10000'],
    ['OTEL_EXPORTER_OTLP_LOGS_TIMEOUT', 1, '1 second write 1000'],
    ['OTEL_BSP_EXPORT_TIMEOUT', 30, '30 seconds write 30000'],
    ['OTEL_METRIC_EXPORT_INTERVAL', 60, '60 seconds write 60000'],
    ['SIGNALBOX_SHUTDOWN_TIMEOUT', 5, '5 seconds write 5000'],
  ] as const) {
    assert.deepEqual(messages({ [name]: String(value) }), [
      `${name} must be in milliseconds, got ${value}, which is mostly too short. Using ${value} ms; for ${seconds}.`,
    ]);
    assert.deepEqual(messages({ [name]: '100' }), [], name);
  }
  assert.equal(loadConfig({ OTEL_EXPORTER_OTLP_TIMEOUT: '10' }).config.traces.otlp.timeoutMs, 10);
  assert.equal(loadConfig({}, { metricIntervalMs: 60 }).config.metrics.intervalMs, 60);
  // No limit, nothing waited for, and a wait that only makes requests small.
  for (const env of [{ OTEL_EXPORTER_OTLP_TIMEOUT: '0' }, { SIGNALBOX_SHUTDOWN_TIMEOUT: '0' }, { OTEL_BSP_SCHEDULE_DELAY: '5' }])
    assert.deepEqual(messages(env), []);
});

test('a malformed resource attribute is named by its key, never by its value', () => {
  for (const [value, got] of [
    ['team=a%ZZsecret', 'pair 1 ("team") has a "%" that begins no percent-encoded character (a percent sign is %25)'],
    ['a=b,service.name: secret', 'pair 2 ("service.name") has no "=" but ":"'],
    ['owner=secret,secret,c=d', 'pair 2 has no "=" (a comma inside the value of "owner" is written %2C)'],
    ['secret', 'pair 1 has no "="'],
    ['=secret', 'pair 1 has no key'],
  ] as const) {
    const [message = '', ...more] = messages({ OTEL_RESOURCE_ATTRIBUTES: value });
    assert.ok(message.includes(`got a value in which ${got}. `), message);
    assert.doesNotMatch(message, /secret/);
    assert.deepEqual(more, []);
  }
});

test('only true switches a switch on', () => {
  assert.deepEqual(messages({ OTEL_SDK_DISABLED: '1' }), ['OTEL_SDK_DISABLED must be true or false, got "1". Using false.']);
  assert.equal(loadConfig({ OTEL_SDK_DISABLED: ' TRUE ' }).config.disabled, true);
});

test('OTEL_LOG_LEVEL counts when SIGNALBOX_LOG_LEVEL is not set', () => {
  const level = (env: Record<string, string>) => loadConfig(env).config.logLevel;
  assert.equal(level({ OTEL_LOG_LEVEL: 'error' }), 'error');
  assert.equal(level({ OTEL_LOG_LEVEL: 'verbose' }), 'debug');
  assert.equal(level({ OTEL_LOG_LEVEL: 'error', SIGNALBOX_LOG_LEVEL: 'none' }), 'none');
  assert.equal(level({ OTEL_LOG_LEVEL: 'error', SIGNALBOX_LOG_LEVEL: 'bogus' }), 'error');
});

test('propagators are read once each; those that are not built in are dropped alone', () => {
  const { config, problems } = loadConfig({ OTEL_PROPAGATORS: 'b3,datadog,TraceContext,b3' });
  assert.deepEqual(config.propagators, ['b3', 'tracecontext']);
  assert.deepEqual(
    problems.map(({ message }) => message),
    ['OTEL_PROPAGATORS must be a list of propagators separated by commas, got "datadog". The other entries are used.'],
  );
  assert.deepEqual(loadConfig({ OTEL_PROPAGATORS: 'none' }).config.propagators, []);
  assert.deepEqual(loadConfig({ OTEL_PROPAGATORS: 'datadog' }).config.propagators, ['tracecontext', 'baggage']);
  assert.deepEqual(loadConfig({ OTEL_PROPAGATORS: 'jaeger,xray,ottrace' }).config.propagators, ['jaeger', 'xray', 'ottrace']);
});

test('instrumentations go by short name or by package, and a misspelt one gets the nearest', () => {
  const { config, problems } = loadConfig({
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: '@opentelemetry/instrumentation-http,@fastify/otel,expres',
    OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'fs',
  });
  assert.deepEqual([config.instrumentations.enabled, config.instrumentations.disabled], [['http', 'fastify'], ['fs']]);
  assert.deepEqual(
    problems.map(({ message }) => message),
    [
      'OTEL_NODE_ENABLED_INSTRUMENTATIONS must be a list of instrumentations separated by commas, got "expres" (did you mean express?). The other entries are used.',
    ],
  );
  assert.deepEqual(loadConfig({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'none' }).config.instrumentations.enabled, []);
  assert.equal(loadConfig({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'expres' }).config.instrumentations.enabled, undefined);
});

test('options of instrumentations come as JSON, and a prototype cannot be smuggled in', () => {
  const { config, problems } = loadConfig({
    SIGNALBOX_INSTRUMENTATION_OPTIONS:
      '{"@opentelemetry/instrumentation-pg":{"a":{"b":[1]},"__proto__":{"polluted":1}},"__proto__":{"polluted":1}}',
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(config.instrumentations.options, { pg: { a: { b: [1] } } });
  assert.equal('polluted' in Object.assign({}, config.instrumentations.options['pg']), false);
  checkConfig(config);
});

test("an application's own option objects are handed on and not frozen", () => {
  const hooks = { requestHook: () => {}, nested: { deep: 1 } };
  const { config, problems } = loadConfig({}, { instrumentations: { options: { http: hooks }, disabled: ['fs'], enabled: ['http'] } });
  assert.deepEqual(problems, []);
  assert.equal(config.instrumentations.options['http']?.['requestHook'], hooks.requestHook);
  assert.deepEqual([Object.isFrozen(hooks), Object.isFrozen(hooks.nested)], [false, false]);
});

test('paths and hosts are checked, and none takes the default away', () => {
  assert.deepEqual(loadConfig({ SIGNALBOX_IGNORE_PATHS: 'none' }).config.ignorePaths, []);
  const { config, problems } = loadConfig({
    SIGNALBOX_IGNORE_PATHS: '/Up,health',
    SIGNALBOX_BAGGAGE_HOSTS: 'https://example.com,Other.example',
  });
  assert.deepEqual([config.ignorePaths, config.baggageHosts], [['/Up'], ['other.example']]);
  assert.deepEqual(problems.map(({ setting }) => setting).sort(), ['SIGNALBOX_BAGGAGE_HOSTS', 'SIGNALBOX_IGNORE_PATHS']);
});

test('numbers too large for a timer are lowered, and it is said', () => {
  const { config, problems } = loadConfig({ OTEL_METRIC_EXPORT_INTERVAL: '99999999999' });
  assert.equal(config.metrics.intervalMs, 2 ** 31 - 1);
  assert.deepEqual(
    problems.map(({ message }) => message),
    ['OTEL_METRIC_EXPORT_INTERVAL must be a whole number of milliseconds from 1 to 2147483647, got "99999999999". Using 2147483647.'],
  );
});

test('batches fit into their queue and exports of metrics into their interval', () => {
  const { config, problems } = loadConfig({ OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_METRIC_EXPORT_INTERVAL: '1000' });
  assert.deepEqual([config.traces.batch.maxExportBatchSize, config.metrics.exportTimeoutMs, problems], [100, 1000, []]);
  assert.deepEqual(
    messages({
      OTEL_BSP_MAX_QUEUE_SIZE: '100',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '200',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_METRIC_EXPORT_TIMEOUT: '2000',
    }),
    [
      'OTEL_BSP_MAX_EXPORT_BATCH_SIZE must be at most OTEL_BSP_MAX_QUEUE_SIZE (100), got 200. Using 100.',
      'OTEL_METRIC_EXPORT_TIMEOUT must be at most OTEL_METRIC_EXPORT_INTERVAL (1000), got 2000. Using 1000.',
    ],
  );
  assert.deepEqual(messages({ OTEL_METRIC_EXPORT_TIMEOUT: '0' }), []);
});

test('limits of spans and log records fall back to the general ones', () => {
  const { config } = loadConfig({
    OTEL_ATTRIBUTE_COUNT_LIMIT: '10',
    OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '20',
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '0',
    OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '30',
  });
  assert.deepEqual(
    [
      config.traces.limits.attributeCount,
      config.traces.limits.attributeValueLength,
      config.logs.limits.attributeCount,
      config.logs.limits.attributeValueLength,
    ],
    [0, 20, 10, 30],
  );
});

test('a configuration file must exist, and then silences the settings that it replaces', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'otel.yaml');
  writeFileSync(file, 'file_format: "1.0"\n');
  const { config, problems } = loadConfig({
    OTEL_CONFIG_FILE: file,
    OTEL_TRACES_SAMPLER: 'bogus',
    OTEL_MY_OWN: 'x',
    SIGNALBOX_LOG_LEVEL: 'bogus',
  });
  assert.equal(config.configFile, file);
  assert.deepEqual(
    problems.map(({ setting }) => setting),
    ['SIGNALBOX_LOG_LEVEL'],
  );
  const missing = join(folder, 'gone.yaml');
  assert.deepEqual(messages({ OTEL_CONFIG_FILE: missing, OTEL_TRACES_SAMPLER: 'always_off' }).length, 1);
  assert.equal(loadConfig({ OTEL_CONFIG_FILE: folder }).config.configFile, undefined);
});

test('every option wins over its variable', () => {
  const env = {
    OTEL_SERVICE_NAME: 'env',
    SIGNALBOX_LOG_LEVEL: 'debug',
    OTEL_METRIC_EXPORT_INTERVAL: '1',
    SIGNALBOX_SHUTDOWN_TIMEOUT: '1',
    SIGNALBOX_IGNORE_PATHS: '/env',
    SIGNALBOX_BAGGAGE_HOSTS: 'env',
  };
  const options: StartOptions = {
    serviceName: 'code',
    logLevel: 'error',
    metricIntervalMs: 60_001,
    shutdownTimeoutMs: 0,
    ignorePaths: ['/code'],
    baggageHosts: ['code'],
    sdk: { spanProcessors: [] },
  };
  const { config, problems } = loadConfig(env, options);
  assert.deepEqual(
    [
      config.serviceName,
      config.logLevel,
      config.metrics.intervalMs,
      config.shutdownTimeoutMs,
      config.ignorePaths,
      config.baggageHosts,
      problems,
    ],
    ['code', 'error', 60_001, 0, ['/code'], ['code'], []],
  );
  assert.equal(Object.isFrozen(options.ignorePaths), false);
});

test('bad options are reported like bad variables, and the environment counts', () => {
  assert.deepEqual(
    messages({ OTEL_METRIC_EXPORT_INTERVAL: '1000' }, { metricIntervalMs: 'soon', servceName: 'x', instrumentations: { enable: [] } }),
    [
      'servceName is not a known option; did you mean serviceName? It is ignored.',
      'instrumentations.enable is not a known option; did you mean instrumentations.enabled? It is ignored.',
      'metricIntervalMs must be a whole number of milliseconds from 1 to 2147483647, got "soon". Using OTEL_METRIC_EXPORT_INTERVAL.',
    ],
  );
  assert.deepEqual(messages({}, { headers: { 'x-key': 'S3CR3T\r\n', good: '1' } }), [
    'headers must be name=value pairs separated by commas, got a value in which entry 1 has a line break or another character that HTTP does not allow. The other pairs are used.',
  ]);
  assert.equal(messages({}, 'nonsense').length, 1);
  assert.equal(messages({}, { sdk: 5, serviceVersion: 7 }).length, 2);
});

test('options that throw when they are read do no harm', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const throwing = {
    get serviceName(): string {
      throw new Error('mine');
    },
  };
  for (const options of [
    proxy,
    throwing,
    { headers: proxy },
    { ignorePaths: proxy },
    { ignorePaths: [proxy] },
    { instrumentations: proxy },
    { instrumentations: { options: { http: proxy } } },
    { resourceAttributes: proxy },
    { endpoint: proxy },
    { sampler: proxy },
    { serviceVersion: proxy },
    { traces: Symbol('x') },
    { timeoutMs: 5n },
  ]) {
    assert.equal(messages({}, options).length, 1);
  }
});

test('under the permission model a file that may not be read is reported', () => {
  const root = new URL('../../../', import.meta.url);
  const script = `import { loadConfig } from '${new URL('src/config/load-config.ts', root).href}';
    console.log(loadConfig({ OTEL_EXPORTER_OTLP_CERTIFICATE: process.execPath }).problems.map(({ message }) => message).join('\\n'));`;
  const readable = ['src', 'package.json'].map((path) => `--allow-fs-read=${fileURLToPath(new URL(path, root))}`);
  const output = execFileSync(process.execPath, ['--permission', ...readable, '--input-type=module', '--eval', script], {
    encoding: 'utf8',
    cwd: root,
  });
  assert.match(
    output,
    /^OTEL_EXPORTER_OTLP_CERTIFICATE must be a PEM file with a certificate, got ".*" \(ERR_ACCESS_DENIED\)\. Using the default/,
  );
});

test('parts of settings that are empty count as not set', () => {
  const { config, problems } = loadConfig({
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=,service.version= ,deployment.environment.name=,vcs.ref.head.revision=,team=',
    ENVIRONMENT: 'production',
    GIT_COMMIT: 'abc',
    OTEL_PROPAGATORS: ',',
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: ' , ',
    SIGNALBOX_IGNORE_PATHS: ',',
    OTEL_TRACES_EXPORTER: ',',
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    [config.serviceName, config.serviceVersion, config.environment, config.commit, config.resourceAttributes],
    [undefined, undefined, 'production', 'abc', { team: '' }],
  );
  const defaults = loadConfig({}).config;
  assert.deepEqual(
    [config.propagators, config.instrumentations.enabled, config.ignorePaths, config.traces.exporters],
    [defaults.propagators, undefined, defaults.ignorePaths, ['otlp']],
  );
  assert.deepEqual(loadConfig({}, { instrumentations: { enabled: [] } }).config.instrumentations.enabled, []);
});

test('an endpoint whose host cannot be one is refused with its cure', () => {
  const using = 'Using the default: http://localhost:4318, with grpc http://localhost:4317.';
  for (const [endpoint, got] of [
    ['4318', '"4318" (the host is missing)'],
    ['https//collector:4318', '"https//collector:4318" (write https://)'],
    ['http://${HOST}:4318', '"http://${HOST}:4318" (a placeholder that was not filled in)'],
  ] as const) {
    assert.deepEqual(messages({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }), [
      `OTEL_EXPORTER_OTLP_ENDPOINT must be a URL such as http://localhost:4318, got ${got}. ${using}`,
    ]);
  }
  assert.deepEqual(messages({ OTEL_TRACES_EXPORTER: '"otlp"' }), [
    'OTEL_TRACES_EXPORTER must be none alone, or one or more of otlp, console, otlp/stdout, otlp_file, separated by commas, got "\\"otlp\\"" (did you mean otlp?). Using otlp. Drop the quotes around it.',
  ]);
});

test('an endpoint that ends in /v1 does not get it twice', () => {
  assert.deepEqual(messages({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/v1' }), [
    'OTEL_EXPORTER_OTLP_ENDPOINT must be without /v1, /v1/traces, /v1/metrics and /v1/logs, which are added to it, got http://collector:4318/v1. Using http://collector:4318.',
  ]);
  assert.equal(loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:1/v1' }).config.logs.otlp.url, 'http://c:1/v1/logs');
});

test('a key or a certificate in place of its path is not repeated', () => {
  for (const pasted of ['-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----', `MIIE${'CANARY7x'.repeat(8)}==`]) {
    assert.deepEqual(messages({ OTEL_EXPORTER_OTLP_CLIENT_KEY: pasted }), [
      'OTEL_EXPORTER_OTLP_CLIENT_KEY must be the path of a PEM file with a private key, got its content. Using the default: no client certificate.',
    ]);
  }
});

test("variables of the stack's Collector are left alone", () => {
  assert.deepEqual(messages({ SIGNALBOX_TAIL_SAMPLING_SLOW_MS: '1', SIGNALBOX_SPAN_METRICS_DIMENSIONS: 'x' }), []);
});

test('beside a configuration file, mistakes in the settings that still count are said', () => {
  const env = {
    OTEL_CONFIG_FILE: fileURLToPath(import.meta.url),
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'expresss',
    OTEL_TRACES_EXPORTER: 'x',
  };
  assert.deepEqual(
    loadConfig(env).problems.map(({ setting }) => setting),
    ['OTEL_NODE_ENABLED_INSTRUMENTATIONS'],
  );
});

describe('the ops port', () => {
  const opsOf = (env: Record<string, string>) => loadConfig(env).config.ops;

  it('is asked for by the list of exporters, by a host or a port, and by its own setting', () => {
    assert.equal(opsOf({}).isWanted, false);
    for (const env of [
      { OTEL_METRICS_EXPORTER: 'otlp,prometheus' },
      { OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0' },
      { OTEL_EXPORTER_PROMETHEUS_PORT: '9464' },
      { SIGNALBOX_OPS_HOST: '::' },
      { SIGNALBOX_OPS_PORT: '0' },
      { SIGNALBOX_OPS: 'true' },
    ])
      // prettier-ignore
      assert.equal(opsOf(env as Record<string, string>).isWanted, true, JSON.stringify(env));
    assert.equal(opsOf({ SIGNALBOX_OPS_PORT: '9000', SIGNALBOX_OPS: 'false' }).isWanted, false);
    assert.equal(opsOf({ SIGNALBOX_OPS_PORT: 'http' }).isWanted, false);
  });

  it('takes prometheus out of what is sent', () => {
    const { exporters, isServed } = loadConfig({ OTEL_METRICS_EXPORTER: 'prometheus' }).config.metrics;
    assert.deepEqual([exporters, isServed], [[], true]);
    assert.deepEqual(loadConfig({ OTEL_METRICS_EXPORTER: 'otlp,prometheus' }).config.metrics.exporters, ['otlp']);
    assert.deepEqual(loadConfig({}, { metrics: ['prometheus', 'console'] }).config.metrics.exporters, ['console']);
    const { config, problems } = loadConfig({ OTEL_METRICS_EXPORTER: 'prometheus', SIGNALBOX_OPS: 'false' });
    assert.equal(config.ops.isWanted, false);
    assert.match(problems[0]?.message ?? '', /^OTEL_METRICS_EXPORTER must not name prometheus where SIGNALBOX_OPS is false/);
  });

  it('is 127.0.0.1:9464, and knows which setting says otherwise', () => {
    const { host, port, portSetting } = opsOf({});
    assert.deepEqual([host, port, portSetting], ['127.0.0.1', 9464, 'SIGNALBOX_OPS_PORT']);
    assert.equal(opsOf({ OTEL_EXPORTER_PROMETHEUS_PORT: '9000' }).portSetting, 'OTEL_EXPORTER_PROMETHEUS_PORT');
    assert.equal(opsOf({ OTEL_EXPORTER_PROMETHEUS_PORT: '9000', SIGNALBOX_OPS_PORT: '9001' }).port, 9001);
  });

  it('never prints its token', () => {
    const { problems } = loadConfig({ SIGNALBOX_OPS_TOKEN: 'hunter2\u0000hunter2' });
    assert.equal(problems.length, 1);
    assert.doesNotMatch(problems[0]?.message ?? '', /hunter2/);
  });
});
