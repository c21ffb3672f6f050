/** Short names of the instrumentations that signalbox can load: those of auto-instrumentations-node, and two of its own. */
export const INSTRUMENTATION_NAMES: ReadonlySet<string> = new Set([
  'ai',
  'amqplib',
  'aws-lambda',
  'aws-sdk',
  'azure-sdk',
  'bullmq',
  'bunyan',
  'cassandra-driver',
  'connect',
  'cucumber',
  'dataloader',
  'dns',
  'express',
  'fastify',
  'fs',
  'generic-pool',
  'graphql',
  'grpc',
  'hapi',
  'hono',
  'host-metrics',
  'http',
  'ioredis',
  'kafkajs',
  'knex',
  'koa',
  'lru-memoizer',
  'memcached',
  'mongodb',
  'mongoose',
  'mysql',
  'mysql2',
  'nestjs-core',
  'net',
  'openai',
  'oracledb',
  'pg',
  'pino',
  'prisma',
  'redis',
  'restify',
  'router',
  'runtime-node',
  'socket.io',
  'tedious',
  'undici',
  'winston',
]);

const PACKAGE_PREFIX = '@opentelemetry/instrumentation-';

/** `express` for `express` and for `@opentelemetry/instrumentation-express`; whether it is known is not asked. */
export function shortInstrumentationName(name: string): string {
  const text = name.trim().toLowerCase();
  if (text.startsWith(PACKAGE_PREFIX)) return text.slice(PACKAGE_PREFIX.length);
  return text === '@fastify/otel' ? 'fastify' : text;
}
