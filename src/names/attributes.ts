/**
 * Keys of attributes, as the semantic conventions have them. Each stands here once.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/
 */

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/ */
export const HTTP_REQUEST_METHOD = 'http.request.method';
export const HTTP_REQUEST_METHOD_ORIGINAL = 'http.request.method_original';
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

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/messaging/ */
export const MESSAGING_SYSTEM = 'messaging.system';
export const MESSAGING_OPERATION_NAME = 'messaging.operation.name';
export const MESSAGING_OPERATION_TYPE = 'messaging.operation.type';
export const MESSAGING_DESTINATION_NAME = 'messaging.destination.name';
