/**
 * Keys of attributes, as the semantic conventions have them. Each stands here once.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/
 */

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/ */
export const HTTP_REQUEST_METHOD = 'http.request.method';
export const HTTP_REQUEST_METHOD_ORIGINAL = 'http.request.method_original';
export const HTTP_REQUEST_RESEND_COUNT = 'http.request.resend_count';
export const HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
export const HTTP_ROUTE = 'http.route';

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/ */
export const URL_FULL = 'url.full';
export const URL_PATH = 'url.path';
export const URL_QUERY = 'url.query';
export const URL_SCHEME = 'url.scheme';

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/user-agent/ */
export const USER_AGENT_ORIGINAL = 'user_agent.original';

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/network/ */
export const NETWORK_PEER_ADDRESS = 'network.peer.address';
export const NETWORK_PEER_PORT = 'network.peer.port';
export const NETWORK_PROTOCOL_VERSION = 'network.protocol.version';
export const CLIENT_ADDRESS = 'client.address';
export const SERVER_ADDRESS = 'server.address';
export const SERVER_PORT = 'server.port';

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/ */
export const ERROR_TYPE = 'error.type';

/** Of alerts that are handled: no convention has them. */
export const ALERT_NAME = 'signalbox.alert.name';
export const ALERT_STATUS = 'signalbox.alert.status';
export const ALERT_FINGERPRINT = 'signalbox.alert.fingerprint';
export const ALERT_LABELS = 'signalbox.alert.labels';
export const ALERT_IS_DRY_RUN = 'signalbox.alert.dry_run';

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/db/ */
export const DB_NAMESPACE = 'db.namespace';
export const DB_OPERATION_BATCH_SIZE = 'db.operation.batch.size';
export const DB_COLLECTION_NAME = 'db.collection.name';
export const DB_OPERATION_NAME = 'db.operation.name';
export const DB_QUERY_TEXT = 'db.query.text';
export const DB_RESPONSE_STATUS_CODE = 'db.response.status_code';
export const DB_SYSTEM_NAME = 'db.system.name';

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/rpc/ */
export const RPC_METHOD = 'rpc.method';
/** Until 1.44 of the conventions. */
export const RPC_RESPONSE_STATUS_CODE = 'rpc.response.status_code';
export const RPC_STATUS_CODE = 'rpc.status_code';
export const RPC_SYSTEM_NAME = 'rpc.system.name';

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/messaging/ */
export const MESSAGING_SYSTEM = 'messaging.system';
export const MESSAGING_OPERATION_NAME = 'messaging.operation.name';
export const MESSAGING_OPERATION_TYPE = 'messaging.operation.type';
export const MESSAGING_DESTINATION_NAME = 'messaging.destination.name';
export const MESSAGING_MESSAGE_BODY_SIZE = 'messaging.message.body.size';
export const MESSAGING_MESSAGE_CONVERSATION_ID = 'messaging.message.conversation_id';
export const MESSAGING_MESSAGE_ID = 'messaging.message.id';
export const MESSAGING_RABBITMQ_ROUTING_KEY = 'messaging.rabbitmq.destination.routing_key';
export const MESSAGING_BATCH_MESSAGE_COUNT = 'messaging.batch.message_count';
export const MESSAGING_CONSUMER_GROUP_NAME = 'messaging.consumer.group.name';
export const MESSAGING_DESTINATION_PARTITION_ID = 'messaging.destination.partition.id';
export const MESSAGING_KAFKA_MESSAGE_KEY = 'messaging.kafka.message.key';
export const MESSAGING_KAFKA_MESSAGE_TOMBSTONE = 'messaging.kafka.message.tombstone';
export const MESSAGING_KAFKA_OFFSET = 'messaging.kafka.offset';

/** Of the official instrumentation of socket.io; the conventions have none. */
export const MESSAGING_SOCKET_IO_EVENT_NAME = 'messaging.socket.io.event_name';
export const MESSAGING_SOCKET_IO_NAMESPACE = 'messaging.socket.io.namespace';
export const MESSAGING_SOCKET_IO_ROOMS = 'messaging.socket.io.rooms';

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/exception/ */
export const EXCEPTION_TYPE = 'exception.type';
export const EXCEPTION_MESSAGE = 'exception.message';
export const EXCEPTION_STACKTRACE = 'exception.stacktrace';

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/otel/ */
export const OTEL_COMPONENT_NAME = 'otel.component.name';
/** On the point that holds what went beyond the cardinality limit of a metric. */
export const OTEL_METRIC_OVERFLOW = 'otel.metric.overflow';

/** @see https://opentelemetry.io/docs/specs/semconv/resource/ */
export const SERVICE_NAME = 'service.name';
export const SERVICE_VERSION = 'service.version';
export const SERVICE_INSTANCE_ID = 'service.instance.id';
export const TELEMETRY_SDK_LANGUAGE = 'telemetry.sdk.language';
export const TELEMETRY_SDK_NAME = 'telemetry.sdk.name';
export const TELEMETRY_SDK_VERSION = 'telemetry.sdk.version';
export const TELEMETRY_DISTRO_NAME = 'telemetry.distro.name';
export const TELEMETRY_DISTRO_VERSION = 'telemetry.distro.version';
export const DEPLOYMENT_ENVIRONMENT_NAME = 'deployment.environment.name';
export const VCS_REF_HEAD_REVISION = 'vcs.ref.head.revision';
export const HOST_NAME = 'host.name';
export const HOST_ARCH = 'host.arch';
export const OS_TYPE = 'os.type';
export const OS_VERSION = 'os.version';
export const PROCESS_PID = 'process.pid';
export const PROCESS_RUNTIME_NAME = 'process.runtime.name';
export const PROCESS_RUNTIME_VERSION = 'process.runtime.version';
export const CONTAINER_ID = 'container.id';
export const K8S_POD_NAME = 'k8s.pod.name';
export const K8S_NAMESPACE_NAME = 'k8s.namespace.name';

/** Ours: `uncaughtException` or `unhandledRejection`, on the log record of an uncaught error. */
export const CRASH_ORIGIN = 'signalbox.crash.origin';

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/graphql/ */
export const GRAPHQL_OPERATION_NAME = 'graphql.operation.name';
export const GRAPHQL_OPERATION_TYPE = 'graphql.operation.type';
export const GRAPHQL_DOCUMENT = 'graphql.document';

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/ */
export const GEN_AI_OPERATION_NAME = 'gen_ai.operation.name';
export const GEN_AI_PROVIDER_NAME = 'gen_ai.provider.name';
export const GEN_AI_CONVERSATION_ID = 'gen_ai.conversation.id';
export const GEN_AI_REQUEST_MODEL = 'gen_ai.request.model';
export const GEN_AI_REQUEST_FREQUENCY_PENALTY = 'gen_ai.request.frequency_penalty';
export const GEN_AI_REQUEST_PRESENCE_PENALTY = 'gen_ai.request.presence_penalty';
export const GEN_AI_REQUEST_MAX_TOKENS = 'gen_ai.request.max_tokens';
export const GEN_AI_REQUEST_TEMPERATURE = 'gen_ai.request.temperature';
export const GEN_AI_REQUEST_TOP_P = 'gen_ai.request.top_p';
export const GEN_AI_REQUEST_ENCODING_FORMATS = 'gen_ai.request.encoding_formats';
export const GEN_AI_REQUEST_STOP_SEQUENCES = 'gen_ai.request.stop_sequences';
export const GEN_AI_RESPONSE_ID = 'gen_ai.response.id';
export const GEN_AI_RESPONSE_MODEL = 'gen_ai.response.model';
export const GEN_AI_RESPONSE_FINISH_REASONS = 'gen_ai.response.finish_reasons';
export const GEN_AI_USAGE_INPUT_TOKENS = 'gen_ai.usage.input_tokens';
export const GEN_AI_USAGE_OUTPUT_TOKENS = 'gen_ai.usage.output_tokens';
export const GEN_AI_TOKEN_TYPE = 'gen_ai.token.type';
export const GEN_AI_TOOL_NAME = 'gen_ai.tool.name';
export const GEN_AI_TOOL_CALL_ID = 'gen_ai.tool.call.id';

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/thread/ */
export const THREAD_ID = 'thread.id';

/** Of metrics alone. @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/ */
export const DB_CLIENT_CONNECTION_POOL_NAME = 'db.client.connection.pool.name';
export const DB_CLIENT_CONNECTION_STATE = 'db.client.connection.state';
export const NETWORK_IO_DIRECTION = 'network.io.direction';

/** Ours, for what no convention names yet. See `names/metrics/`. */
export const OUTCOME = 'outcome';
export const BOT_COMMAND = 'bot.command';
export const BOT_HANDLER = 'bot.handler';
export const BOT_MESSAGE_TYPE = 'bot.message.type';
export const CACHE_EVICTION_REASON = 'cache.eviction.reason';
export const CACHE_NAME = 'cache.name';
export const CACHE_OPERATION = 'cache.operation';
export const CACHE_RESULT = 'cache.result';
export const ERROR_MODULE = 'error.module';
export const PAYMENT_CURRENCY = 'payment.currency';
export const PAYMENT_OUTCOME = 'payment.outcome';
export const PAYMENT_PROVIDER = 'payment.provider';
export const QUEUE_STATE = 'queue.state';
export const SUBSCRIPTION_CHANGE = 'subscription.change';
export const SUBSCRIPTION_PLAN = 'subscription.plan';
export const TRANSFER_KIND = 'transfer.kind';
export const USER_LOGIN_METHOD = 'user.login.method';
export const USER_REGISTRATION_SOURCE = 'user.registration.source';
export const USER_WINDOW = 'user.window';

/** Ours: why a trace was kept, on its local root. */
export const SAMPLING_REASON = 'signalbox.sampling.reason';
/** Of OpenTracing: above 0, the trace is to be kept. @see https://github.com/opentracing/specification/blob/master/semantic_conventions.md */
export const SAMPLING_PRIORITY = 'sampling.priority';

/** Ours: the name of the metric that a metric tells of. */
export const METRIC_NAME = 'signalbox.metric.name';

/** Ours: the name and the state of a health check. */
export const HEALTH_CHECK_NAME = 'signalbox.health.check.name';
export const HEALTH_STATUS = 'signalbox.health.status';
