/** @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
import {
  ERROR_TYPE,
  HTTP_REQUEST_METHOD,
  HTTP_RESPONSE_STATUS_CODE,
  HTTP_ROUTE,
  NETWORK_PROTOCOL_VERSION,
  SERVER_ADDRESS,
  SERVER_PORT,
  URL_SCHEME,
} from '../attributes.ts';
import { HTTP_CLIENT_REQUEST_DURATION, HTTP_SERVER_REQUEST_DURATION } from '../metrics.ts';
import { BYTES, SECONDS, type MetricRows } from './metric-row.ts';

/** Of RFC 9110 and 5789, and QUERY. */
const METHODS = ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE'] as const;
const SCHEMES = ['http', 'https'] as const;
const REQUEST = {
  [HTTP_REQUEST_METHOD]: METHODS,
  [HTTP_ROUTE]: 'route',
  [HTTP_RESPONSE_STATUS_CODE]: 'status',
  [URL_SCHEME]: SCHEMES,
} as const;

export const HTTP_METRICS = {
  activeRequests: {
    name: 'http.server.active_requests',
    type: 'updowncounter',
    unit: '{request}',
    description: 'Requests that are being served.',
    attributes: { [HTTP_REQUEST_METHOD]: METHODS, [URL_SCHEME]: SCHEMES },
  },
  requestBodySize: {
    name: 'http.server.request.body.size',
    type: 'histogram',
    unit: 'By',
    description: 'Sizes of the bodies of requests, as content-length names them.',
    attributes: REQUEST,
    buckets: BYTES,
  },
  responseBodySize: {
    name: 'http.server.response.body.size',
    type: 'histogram',
    unit: 'By',
    description: 'Sizes of the bodies of responses, as they were sent.',
    attributes: REQUEST,
    buckets: BYTES,
  },
} as const satisfies MetricRows;

/** Recorded by the instrumentation. */
export const HTTP_INSTRUMENTATION_METRICS = {
  serverRequestDuration: {
    name: HTTP_SERVER_REQUEST_DURATION,
    type: 'histogram',
    unit: 's',
    description: 'Duration of HTTP server requests.',
    attributes: {
      ...REQUEST,
      [ERROR_TYPE]: 'label',
      [NETWORK_PROTOCOL_VERSION]: 'label',
    },
    buckets: SECONDS,
  },
  clientRequestDuration: {
    name: HTTP_CLIENT_REQUEST_DURATION,
    type: 'histogram',
    unit: 's',
    description: 'Duration of HTTP client requests.',
    attributes: {
      [HTTP_REQUEST_METHOD]: METHODS,
      [HTTP_RESPONSE_STATUS_CODE]: 'status',
      [URL_SCHEME]: SCHEMES,
      [SERVER_ADDRESS]: 'any',
      [SERVER_PORT]: 'any',
      [ERROR_TYPE]: 'label',
      [NETWORK_PROTOCOL_VERSION]: 'label',
    },
    buckets: SECONDS,
  },
} as const satisfies MetricRows;
