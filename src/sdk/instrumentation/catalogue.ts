/**
 * What can be instrumented: which modules call for which instrumentation, and how each is set so that one request gives
 * the spans a person wants and no others. A test holds the targets against what the packages themselves declare.
 */
import { fileURLToPath } from 'node:url';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { Config } from '../../config/config.ts';
import { require } from '../otel.ts';
import { httpOptions } from './http-options.ts';

export interface CatalogueEntry {
  /** Short name, as `OTEL_NODE_ENABLED_INSTRUMENTATIONS` has it. */
  readonly name: string;
  /** Packages or built-in modules whose first resolution loads it. Empty: see `instrument.ts`. */
  readonly targets: readonly string[];
  /** Off unless asked for by name. */
  readonly optIn?: true;
  readonly options?: (config: Config) => Record<string, unknown>;
  readonly create: (options: Record<string, unknown>) => Instrumentation;
}

type InstrumentationClass = new (options: Record<string, unknown>) => Instrumentation;

function official(name: string, className: string, targets: readonly string[], options: CatalogueEntry['options'] = () => ({})): CatalogueEntry {
  return {
    name,
    targets,
    options,
    create(given) {
      const loaded = require(`@opentelemetry/instrumentation-${name}`) as Record<string, InstrumentationClass>;
      const Loaded = loaded[className] as InstrumentationClass;
      return new Loaded(given);
    },
  };
}

const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

function own(name: string, targets: readonly string[], options: CatalogueEntry['options'] = () => ({})): CatalogueEntry {
  return {
    name,
    targets,
    options,
    create(given) {
      const file = fileURLToPath(new URL(`./${name}${EXTENSION}`, import.meta.url));
      return (require(file) as { create: (given: Record<string, unknown>) => Instrumentation }).create(given);
    },
  };
}

const optIn = (entry: CatalogueEntry): CatalogueEntry => ({ ...entry, optIn: true });
const underParent = (): Record<string, unknown> => ({ requireParentSpan: true });

export const CATALOGUE: readonly CatalogueEntry[] = [
  official('http', 'HttpInstrumentation', ['http', 'https'], httpOptions),
  official('undici', 'UndiciInstrumentation', []),
  official('runtime-node', 'RuntimeNodeInstrumentation', []),
  official('grpc', 'GrpcInstrumentation', ['@grpc/grpc-js']),
  official('graphql', 'GraphQLInstrumentation', ['graphql'], () => ({ ignoreTrivialResolveSpans: true, mergeItems: true, ignoreResolveSpans: true })),
  official('socket.io', 'SocketIoInstrumentation', ['socket.io']),

  own('express', ['express']),
  own('fastify', []),
  official('koa', 'KoaInstrumentation', ['koa'], () => ({ ignoreLayersType: ['middleware'] })),
  official('hapi', 'HapiInstrumentation', ['@hapi/hapi']),
  official('nestjs-core', 'NestInstrumentation', ['@nestjs/core']),
  official('restify', 'RestifyInstrumentation', ['restify']),

  official('pg', 'PgInstrumentation', ['pg', 'pg-pool'], () => ({ requireParentSpan: true, ignoreConnectSpans: true })),
  official('mysql', 'MySQLInstrumentation', ['mysql']),
  official('mysql2', 'MySQL2Instrumentation', ['mysql2'], () => ({ maskStatement: true })),
  official('mongodb', 'MongoDBInstrumentation', ['mongodb'], underParent),
  official('mongoose', 'MongooseInstrumentation', ['mongoose'], underParent),
  official('redis', 'RedisInstrumentation', ['redis', '@redis/client', '@node-redis/client'], underParent),
  official('ioredis', 'IORedisInstrumentation', ['ioredis'], underParent),
  official('cassandra-driver', 'CassandraDriverInstrumentation', ['cassandra-driver']),
  official('tedious', 'TediousInstrumentation', ['tedious']),
  official('oracledb', 'OracleInstrumentation', ['oracledb'], underParent),
  official('memcached', 'MemcachedInstrumentation', ['memcached']),
  official('knex', 'KnexInstrumentation', ['knex'], underParent),

  official('amqplib', 'AmqplibInstrumentation', ['amqplib']),
  official('kafkajs', 'KafkaJsInstrumentation', ['kafkajs']),
  own('bullmq', ['bullmq']),
  official('aws-sdk', 'AwsInstrumentation', ['@aws-sdk/middleware-stack', '@smithy/middleware-stack', '@smithy/core', '@aws-sdk/smithy-client', '@smithy/smithy-client'], () => ({ suppressInternalInstrumentation: true })),
  official('openai', 'OpenAIInstrumentation', ['openai']),

  own('winston', ['winston']),
  official('pino', 'PinoInstrumentation', ['pino']),
  official('bunyan', 'BunyanInstrumentation', ['bunyan']),

  // Spans that nobody asks for: sockets and files, or a second span for what another entry shows already.
  optIn(official('aws-lambda', 'AwsLambdaInstrumentation', [])),
  optIn(official('connect', 'ConnectInstrumentation', ['connect'])),
  optIn(official('cucumber', 'CucumberInstrumentation', ['@cucumber/cucumber'])),
  optIn(official('dataloader', 'DataloaderInstrumentation', ['dataloader'], underParent)),
  optIn(official('dns', 'DnsInstrumentation', ['dns', 'dns/promises'])),
  optIn(official('fs', 'FsInstrumentation', ['fs', 'fs/promises'], underParent)),
  optIn(official('generic-pool', 'GenericPoolInstrumentation', ['generic-pool'])),
  optIn(official('host-metrics', 'HostMetricsInstrumentation', [])),
  optIn(official('lru-memoizer', 'LruMemoizerInstrumentation', ['lru-memoizer'])),
  optIn(official('net', 'NetInstrumentation', ['net'])),
  optIn(official('router', 'RouterInstrumentation', ['router'])),
];

/** The entries that `config` lets run. */
export function enabledEntries({ instrumentations }: Config): readonly CatalogueEntry[] {
  return CATALOGUE.filter(({ name, optIn }) => {
    if (instrumentations.disabled.includes(name)) return false;
    return instrumentations.enabled === undefined ? optIn !== true : instrumentations.enabled.includes(name);
  });
}
