/** What docs/instrumentation.md says of each entry of the catalogue beside its name and releases. Nothing loads it at run time. */

/**
 * `channel`: diagnostics channels of the library or of Node.js. `hook`: what the library offers for this. `patch`: functions of the
 * library are replaced. `official`: the instrumentation of the OpenTelemetry project, which mostly patches.
 */
type Way = 'channel' | 'hook' | 'patch' | 'official';

export interface LibraryFacts {
  /** What comes first watches most releases. */
  readonly ways: readonly [way: Way, ...others: Way[]];
  /** Where several ways are used: which when, in Markdown. */
  readonly when?: string;
  /** In place of what the catalogue has no target for. */
  readonly library?: string;
  /** In Markdown. */
  readonly records: string;
  /** Names of options beside `enabled`. */
  readonly options?: readonly string[];
  /** What is known not to work, in Markdown. */
  readonly missing?: string;
}

const QUERIES = 'client spans of queries';

export const LIBRARY_FACTS: Readonly<Record<string, LibraryFacts>> = {
  http: {
    ways: ['channel', 'patch'],
    when: '`emit` of its classes',
    records: 'server and client spans, their durations; servers of HTTP/2 from Node.js 22.17 on',
    options: [
      'ignoreIncomingRequestHook',
      'ignoreOutgoingRequestHook',
      'requestHook',
      'responseHook',
      'startIncomingSpanHook',
      'startOutgoingSpanHook',
      'applyCustomAttributesOnSpan',
      'headersToSpanAttributes',
      'requireParentforIncomingSpans',
      'requireParentforOutgoingSpans',
      'redactedQueryParams',
      'redactedQueryParamsServer',
      'enableSyntheticSourceDetection',
      'disableIncomingRequestInstrumentation',
      'disableOutgoingRequestInstrumentation',
    ],
    missing:
      'clients of `node:http2` have no spans; options do not concern HTTP/2, but for the paths that are ignored and `ignoreIncomingRequestHook`',
  },
  undici: {
    ways: ['channel', 'patch'],
    when: 'where requests wait for connections of a pool',
    records: 'client spans of `fetch` and undici, redirects and retries each (`http.request.resend_count`); their durations',
    options: ['ignoreRequestHook', 'requestHook', 'responseHook', 'startSpanHook', 'requireParentforSpans', 'headersToSpanAttributes'],
    missing:
      'a request that is aborted with an error of your own while its body is sent is an error; what a `MockAgent` answers has no span',
  },
  'runtime-node': {
    ways: ['hook'],
    when: '`node:perf_hooks`, `node:v8`',
    records: 'metrics of the event loop, garbage collection, memory and the process; uncaught errors on request',
    options: ['monitoringPrecision', 'captureUncaughtException', 'applyCustomExceptionAttributes'],
  },
  grpc: {
    ways: ['patch', 'official'],
    when: 'before 1.10 and with `metadataToSpanAttributes`',
    records: 'server and client spans, their durations',
    options: ['ignoreGrpcMethods', 'metadataToSpanAttributes'],
    missing: 'by the official one, trailers of unary answers are lost and plain `Client` streams throw',
  },
  graphql: {
    ways: ['channel', 'patch', 'official'],
    when: '17 by channels, 14 to 16 by patch; resolvers by the official one',
    records: 'spans of operations, of parsing and validating within a trace',
    options: ['allowValues', 'responseHook'],
    missing: 'executors other than `graphql` itself (GraphQL Yoga, the JIT of Mercurius); resolvers of 17',
  },
  'socket.io': {
    ways: ['patch', 'official'],
    when: 'release 2, and with `emitHook`, `onHook` or `traceReserved`',
    records: 'spans of events that are emitted and received, their metrics',
    options: ['emitHook', 'emitIgnoreEventList', 'onHook', 'onIgnoreEventList', 'traceReserved'],
    missing:
      'the span of a received event ends when its listeners have been called, also asynchronous ones; by the official one, a listener that was removed is still called',
  },
  express: { ways: ['patch'], records: 'route of the server span; one span for its handler; errors' },
  fastify: { ways: ['channel', 'hook'], records: 'route and errors, on the server span' },
  koa: {
    ways: ['patch'],
    records: 'route and errors, on the server span',
    missing: 'routes of routers that do not note them on the context',
  },
  hapi: { ways: ['hook', 'patch'], when: '`onPreResponse` on each server', records: 'route and errors, on the server span' },
  'nestjs-core': { ways: ['patch'], records: 'errors, on the server span; the route is from Express or Fastify' },
  hono: {
    ways: ['patch'],
    records: 'route of the server span',
    missing: 'routes of `hono/tiny` and of applications with a router of their own',
  },
  restify: {
    ways: ['patch', 'official'],
    when: 'with `requestHook`',
    records: 'route and errors, on the server span',
    options: ['requestHook'],
    missing: 'by the official one, handlers that applications look up are others',
  },
  pg: {
    ways: ['patch', 'official'],
    when: 'with an option other than `requireParentSpan`',
    records: `${QUERIES}, their durations; connections of pools`,
    options: [
      'requestHook',
      'responseHook',
      'connectionHook',
      'enhancedDatabaseReporting',
      'addSqlCommenterCommentToQueries',
      'enableTraceContextPropagation',
    ],
    missing: 'by the official one, spans of cursors and streams never end, and a frozen configuration with a callback throws',
  },
  mysql: {
    ways: ['patch', 'official'],
    when: 'with `enhancedDatabaseReporting`',
    records: `${QUERIES}, their durations`,
    options: ['maskStatementHook', 'responseHook', 'enhancedDatabaseReporting'],
    missing: 'by the official one, an error of a query that nobody hears does not end the process',
  },
  mysql2: {
    ways: ['patch', 'official'],
    when: 'with `addSqlCommenterCommentToQueries`',
    records: `${QUERIES}, their durations`,
    options: ['maskStatementHook', 'responseHook', 'addSqlCommenterCommentToQueries'],
    missing: 'by the official one, queries of a pool that is smaller than the load are in traces of other requests',
  },
  mongodb: {
    ways: ['official'],
    records: 'client spans of commands, their durations; connections of pools',
    options: ['dbStatementSerializer', 'enhancedDatabaseReporting', 'responseHook'],
  },
  mongoose: {
    ways: ['channel', 'official'],
    when: 'before 9.7 and with an option',
    records: 'client spans of operations',
    options: ['dbStatementSerializer', 'responseHook', 'suppressInternalInstrumentation'],
    missing: 'each is a second span above that of `mongodb`, unless `suppressInternalInstrumentation: true`; cursors by the driver alone',
  },
  redis: {
    ways: ['channel', 'official'],
    when: 'before 5.12 and with `dbStatementSerializer` or `responseHook`',
    records: 'client spans of commands, their durations from 5.12 on',
    options: ['dbStatementSerializer', 'responseHook'],
    missing: 'commands of a transaction have no spans of their own',
  },
  ioredis: {
    ways: ['patch'],
    records: 'client spans of commands, their durations',
    options: ['dbStatementSerializer', 'requestHook', 'responseHook'],
  },
  'cassandra-driver': {
    ways: ['official'],
    records: `${QUERIES}, their durations`,
    options: ['enhancedDatabaseReporting', 'maxQueryLength', 'responseHook'],
  },
  tedious: { ways: ['official'], records: `${QUERIES}, their durations`, options: ['enableTraceContextPropagation'] },
  prisma: {
    ways: ['hook'],
    when: 'the helper that clients look up on the global object, unless somebody set one',
    records: 'spans of operations and transactions; client spans and durations of queries, where no driver has them (`pg`, `tedious`)',
    options: ['ignoreSpanTypes'],
    missing:
      'before 6.2, and 6 where neither `@prisma/client` nor an adapter is loaded; `findUnique` calls that Prisma puts together are one query, in the trace of the first; queries by the adapter of Neon where `pg` is loaded too',
  },
  oracledb: {
    ways: ['official'],
    when: 'by the hook of the driver',
    records: 'client spans of calls; from 7 on their durations, connections of pools',
    options: ['dbStatementDump', 'enhancedDatabaseReporting', 'requestHook', 'responseHook', 'propagateTraceContextToSessionAction'],
    missing: 'releases from 8 on, which a line names',
  },
  memcached: { ways: ['official'], records: 'client spans of commands, their durations', options: ['enhancedDatabaseReporting'] },
  knex: {
    ways: ['official'],
    records: QUERIES,
    options: ['maxQueryLength'],
    missing: 'each is a second span above that of the driver',
  },
  amqplib: {
    ways: ['patch', 'official'],
    when: 'with `consumeTimeoutMs` and options that end in `Hook`',
    records: 'spans of messages that are sent and processed, their metrics',
    options: ['useLinksForConsume', 'publishHook', 'publishConfirmHook', 'consumeHook', 'consumeEndHook', 'consumeTimeoutMs'],
    missing: 'by the official one, frozen options and messages throw',
  },
  kafkajs: {
    ways: ['patch', 'official'],
    when: 'before 2 and with `producerHook` or `consumerHook`',
    records: 'spans of messages that are sent and processed, of batches; their metrics',
    options: ['producerHook', 'consumerHook'],
    missing: 'by the official one, frozen messages throw',
  },
  bullmq: {
    ways: ['hook', 'patch'],
    when: 'its `telemetry`, set by patch',
    records: 'spans of jobs that are sent and processed',
    options: ['recordJobResults'],
    missing: 'the metrics of messages',
  },
  'aws-sdk': {
    ways: ['official'],
    when: 'on copies of what is passed in',
    records: 'client spans of calls; metrics of Bedrock',
    options: ['preRequestHook', 'responseHook', 'exceptionHook', 'dynamoDBStatementSerializer', 'sqsExtractContextPropagationFromPayload'],
  },
  'azure-sdk': {
    ways: ['hook'],
    when: 'its instrumenter, of all SDKs that stand on it',
    records: 'spans of operations, as the SDKs name them; messages carry the trace',
  },
  openai: {
    ways: ['patch', 'official'],
    when: 'with `captureMessageContent`, openai 4 to 6',
    records: 'client spans of chat, responses, completions and embeddings; durations and tokens',
    options: ['captureMessageContent'],
    missing: 'by the official one, `parse()` and `asResponse()` throw; it does not know 7',
  },
  ai: {
    ways: ['channel', 'hook'],
    when: 'an integration, for what streams used',
    records: 'client spans of language and embedding models, spans of operations and tools; durations and tokens; never what was said',
    missing: 'a stream that is left early ends ten minutes later, and has no tokens; neither has one with `integrations` of its own',
  },
  winston: {
    ways: ['patch'],
    records: 'log records; ids of spans in lines',
    options: ['disableLogCorrelation', 'disableLogSending'],
  },
  pino: {
    ways: ['patch'],
    records: 'log records; ids of spans in lines',
    options: ['disableLogCorrelation', 'disableLogSending', 'logHook', 'logKeys'],
  },
  bunyan: {
    ways: ['patch'],
    records: 'log records; ids of spans in lines',
    options: ['disableLogCorrelation', 'disableLogSending', 'logHook', 'logSeverity'],
  },
  'aws-lambda': {
    ways: ['official'],
    library: 'the handler that `_HANDLER` names',
    records: 'server spans of invocations',
    options: ['requestHook', 'responseHook', 'eventContextExtractor', 'useGlobalPropagatorForSqsExtraction'],
  },
  connect: { ways: ['official'], records: 'a span for each middleware; the route' },
  cucumber: { ways: ['official'], records: 'spans of scenarios and steps' },
  dataloader: { ways: ['official'], records: 'spans of loads and batches' },
  dns: { ways: ['official'], records: 'spans of look-ups', options: ['ignoreHostnames'] },
  fs: { ways: ['official'], records: 'spans of calls', options: ['createHook', 'endHook'] },
  'generic-pool': { ways: ['official'], records: 'spans of acquiring' },
  'host-metrics': {
    ways: ['official'],
    when: 'reads the system',
    records: '`system.*` and `process.*` metrics',
    options: ['metricGroups'],
  },
  'lru-memoizer': { ways: ['official'], records: 'nothing; callbacks keep their trace' },
  net: { ways: ['official'], records: 'spans of connections' },
  router: { ways: ['official'], records: 'a span for each middleware and handler' },
};
