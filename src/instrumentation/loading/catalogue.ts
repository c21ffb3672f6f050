/**
 * What can be instrumented: which modules call for which instrumentation, and how each is set so that one request gives
 * the spans a person wants and no others. A test holds the targets against what the packages themselves declare.
 */
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { Config } from '../../config/config.ts';
import { loadPart } from '../../runtime/load-part.ts';
import { requireBundled } from '../../runtime/otel.ts';
import { captureClock } from './capture-clock.ts';
import { httpOptions } from '../http/http-options.ts';

export interface CatalogueEntry {
  /** Short name, as `OTEL_NODE_ENABLED_INSTRUMENTATIONS` has it. */
  readonly name: string;
  /** Packages or built-in modules whose first resolution loads it. Empty: see `instrument.ts`. */
  readonly targets: readonly string[];
  /** Files inside an ES-module package that it patches beside the package's entry: `@scope/name/file.js`. */
  readonly files?: readonly string[];
  /** Packages that a target brings, and that are patched with it. */
  readonly brings?: readonly string[];
  /** Releases of a target that are instrumented through another one. */
  readonly throughOthers?: Readonly<Record<string, string>>;
  /** Instead of targets, what may be part of Node.js or of a bundle: it is instrumented when it speaks. */
  readonly announced?: Announced;
  /** Needs no target, and cannot wait until the application's own start is over. */
  readonly atOnce?: true;
  /**
   * Names of spans that it makes only within others, or `all`; where it has no option for that, we see to it. With an option
   * `requireParentSpan` of `false` it makes them everywhere.
   */
  readonly underParent?: 'all' | ReadonlySet<string>;
  /** Makes spans of database calls and no measurement: see `measured-spans.ts`. */
  readonly isMeasuredByUs?: true;
  /** Off unless asked for by name, or by its option `enabled: true`. */
  readonly optIn?: true;
  /** Off because nothing here has tried it against its library; whoever loads that is told how to switch it on. */
  readonly untried?: true;
  /** What it is created with, when the user has `given` options for it. */
  readonly options: (config: Config, given: Readonly<Record<string, unknown>>) => Record<string, unknown>;
  readonly create: (options: Record<string, unknown>) => Instrumentation;
}

export interface Announced {
  /** Of its first word. */
  readonly channel: string;
  /** Of the instrumentation: takes the first word. */
  readonly method: string;
  /** The package, where it is one, and its releases that have the channel; of later ones nobody can know. */
  readonly library: string;
  readonly versions: string;
}

/** Options that a user may overrule one by one. */
const defaults =
  (ours: Readonly<Record<string, unknown>>): CatalogueEntry['options'] =>
  (_config, given) => ({ ...ours, ...given });
const NO_DEFAULTS = defaults({});
const UNDER_PARENT = defaults({ requireParentSpan: true });

type InstrumentationClass = new (options: Record<string, unknown>) => Instrumentation;

function official(
  name: string,
  className: string,
  targets: readonly string[],
  options: CatalogueEntry['options'] = NO_DEFAULTS,
): CatalogueEntry {
  return {
    name,
    targets,
    options,
    create(given) {
      const loaded = requireBundled(`@opentelemetry/instrumentation-${name}`) as Record<string, InstrumentationClass>;
      captureClock();
      const Loaded = loaded[className] as InstrumentationClass;
      return new Loaded(given);
    },
  };
}

/** @param room - the folder beside this one that has the file. */
function own(
  room: 'http' | 'frameworks' | 'libraries' | 'node-runtime',
  name: string,
  targets: readonly string[],
  options: CatalogueEntry['options'] = NO_DEFAULTS,
): CatalogueEntry {
  return {
    name,
    targets,
    options,
    create(given) {
      return loadPart<{ create: (given: Record<string, unknown>) => Instrumentation }>(import.meta.url, `../${room}/${name}`).create(given);
    },
  };
}

/** Nothing is watched for metrics that go nowhere; `process.*` comes from one of both, where the metrics of the host are wanted too. */
const runtimeOptions: CatalogueEntry['options'] = ({ configFile, instrumentations, metrics }, given) => ({
  ...given,
  ...(configFile === undefined && !metrics.isServed && metrics.exporters.length === 0 ? { isCollected: false } : {}),
  ...(instrumentations.enabled?.includes('host-metrics') === true ? { measuresProcess: false } : {}),
});

const logOptions: CatalogueEntry['options'] = ({ exportsAppLogs, redactsAppLogs }, given) => ({
  ...given,
  ...(exportsAppLogs ? {} : { disableLogSending: true }),
  ...(redactsAppLogs ? { redactsOutput: true } : {}),
});

/** Its target is the file of the handler, which is of no package and so has no version to look for. */
const awsLambda = official('aws-lambda', 'AwsLambdaInstrumentation', []);
const lambda: CatalogueEntry = {
  ...awsLambda,
  atOnce: true,
  create: (given) => Object.assign(awsLambda.create(given), { _extractPackageVersion: () => undefined }),
};

const onlyUnderParent = (entry: CatalogueEntry): CatalogueEntry => ({ ...entry, underParent: 'all' });
const measured = (entry: CatalogueEntry): CatalogueEntry => ({ ...entry, isMeasuredByUs: true });
const optIn = (entry: CatalogueEntry): CatalogueEntry => ({ ...entry, optIn: true });
const untried = (entry: CatalogueEntry): CatalogueEntry => ({ ...optIn(entry), untried: true });

export const CATALOGUE: readonly CatalogueEntry[] = [
  own('http', 'http', ['http', 'https', 'http2'], httpOptions),
  {
    ...own('http', 'undici', []),
    brings: ['undici'],
    announced: { channel: 'undici:request:create', method: 'onRequestCreated', library: 'undici', versions: '>=5.12.0' },
  },
  own('node-runtime', 'runtime-node', [], runtimeOptions),
  own('libraries', 'grpc', ['@grpc/grpc-js']),
  {
    ...own('libraries', 'graphql', ['graphql'], defaults({ ignoreTrivialResolveSpans: true, mergeItems: true, ignoreResolveSpans: true })),
    // Programs parse their schema when they start. An operation may come by a socket, without a request around it.
    underParent: new Set(['graphql.parse', 'graphql.parseSchema', 'graphql.validate', 'graphql.validateSchema']),
  },
  own('libraries', 'socket.io', ['socket.io']),

  { ...own('frameworks', 'express', ['express']), brings: ['finalhandler', 'parseurl'] },
  {
    ...own('frameworks', 'fastify', []),
    announced: { channel: 'fastify.initialization', method: 'onInitialization', library: 'fastify', versions: '>=4.0.0' },
  },
  own('frameworks', 'koa', ['koa']),
  own('frameworks', 'hapi', ['@hapi/hapi']),
  { ...own('frameworks', 'nestjs-core', ['@nestjs/core']), files: ['@nestjs/core/exceptions/exceptions-handler.js'] },
  {
    ...own('frameworks', 'hono', ['hono']),
    files: ['hono/dist/router/smart-router/router.js', 'hono/dist/cjs/router/smart-router/router.js'],
  },
  own('frameworks', 'restify', ['restify']),

  own('libraries', 'pg', ['pg', 'pg-pool'], defaults({ requireParentSpan: true, ignoreConnectSpans: true })),
  onlyUnderParent(own('libraries', 'mysql', ['mysql'], defaults({ maskStatement: true }))),
  onlyUnderParent(own('libraries', 'mysql2', ['mysql2'], defaults({ maskStatement: true }))),
  measured(official('mongodb', 'MongoDBInstrumentation', ['mongodb'], UNDER_PARENT)),
  onlyUnderParent(own('libraries', 'mongoose', ['mongoose'])),
  {
    ...onlyUnderParent(own('libraries', 'redis', ['redis', '@redis/client', '@node-redis/client'])),
    throughOthers: { redis: '>=4.0.0' },
  },
  onlyUnderParent(own('libraries', 'ioredis', ['ioredis'])),
  onlyUnderParent(own('libraries', 'prisma', ['@prisma/client', '@prisma/client-runtime-utils', '@prisma/driver-adapter-utils'])),
  measured(onlyUnderParent(official('memcached', 'MemcachedInstrumentation', ['memcached']))),

  own('libraries', 'amqplib', ['amqplib']),
  own('libraries', 'kafkajs', ['kafkajs']),
  own('libraries', 'bullmq', ['bullmq']),
  {
    ...own(
      'libraries',
      'aws-sdk',
      ['@aws-sdk/middleware-stack', '@smithy/middleware-stack', '@smithy/core', '@aws-sdk/smithy-client', '@smithy/smithy-client'],
      defaults({ suppressInternalInstrumentation: true }),
    ),
    throughOthers: { '@smithy/core': '<3.24.0' },
  },
  own('libraries', 'azure-sdk', ['@azure/core-tracing']),
  own('libraries', 'openai', ['openai']),
  own('libraries', 'ai', ['ai']),

  own('libraries', 'winston', ['winston'], logOptions),
  own('libraries', 'pino', ['pino'], logOptions),
  own('libraries', 'bunyan', ['bunyan'], logOptions),

  // Spans that nobody asks for: sockets and files, or a second span for what another entry shows already.
  optIn(lambda),
  optIn(official('connect', 'ConnectInstrumentation', ['connect'])),
  optIn(official('cucumber', 'CucumberInstrumentation', ['@cucumber/cucumber'])),
  optIn(official('dataloader', 'DataloaderInstrumentation', ['dataloader'], UNDER_PARENT)),
  optIn(official('dns', 'DnsInstrumentation', ['dns', 'dns/promises'])),
  optIn(official('fs', 'FsInstrumentation', ['fs', 'fs/promises'], UNDER_PARENT)),
  optIn(official('generic-pool', 'GenericPoolInstrumentation', ['generic-pool'])),
  optIn(official('host-metrics', 'HostMetricsInstrumentation', [])),
  optIn(official('knex', 'KnexInstrumentation', ['knex'], UNDER_PARENT)),
  optIn(official('lru-memoizer', 'LruMemoizerInstrumentation', ['lru-memoizer'])),
  optIn(official('net', 'NetInstrumentation', ['net'])),
  optIn(official('router', 'RouterInstrumentation', ['router'])),

  // Of databases that cannot be run for the tests: that an application does with it what it does without is not known.
  untried(measured(onlyUnderParent(official('cassandra-driver', 'CassandraDriverInstrumentation', ['cassandra-driver'])))),
  untried(measured(onlyUnderParent(official('tedious', 'TediousInstrumentation', ['tedious'])))),
  untried(official('oracledb', 'OracleInstrumentation', ['oracledb'], UNDER_PARENT)),
];

/** The entries that `config` lets run. */
export function enabledEntries({ instrumentations }: Config): readonly CatalogueEntry[] {
  return CATALOGUE.filter(({ name, optIn }) => {
    if (instrumentations.disabled.includes(name)) return false;
    if (instrumentations.enabled !== undefined) return instrumentations.enabled.includes(name);
    return optIn !== true || instrumentations.options[name]?.['enabled'] === true;
  });
}
