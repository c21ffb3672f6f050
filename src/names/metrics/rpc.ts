/** Recorded by the instrumentation of gRPC. @see https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/ */
import { ERROR_TYPE, RPC_METHOD, RPC_RESPONSE_STATUS_CODE, RPC_SYSTEM_NAME, SERVER_ADDRESS, SERVER_PORT } from '../attributes.ts';
import { SECONDS, type MetricRows } from './metric-row.ts';

const CALL = {
  [RPC_SYSTEM_NAME]: ['grpc'],
  [RPC_METHOD]: 'label',
  [RPC_RESPONSE_STATUS_CODE]: 'label',
  [SERVER_ADDRESS]: 'any',
  [SERVER_PORT]: 'any',
  [ERROR_TYPE]: 'label',
} as const;

export const RPC_METRICS = {
  clientCallDuration: {
    name: 'rpc.client.call.duration',
    type: 'histogram',
    unit: 's',
    description: 'Duration of outbound remote procedure calls.',
    attributes: CALL,
    buckets: SECONDS,
  },
  serverCallDuration: {
    name: 'rpc.server.call.duration',
    type: 'histogram',
    unit: 's',
    description: 'Duration of inbound remote procedure calls.',
    attributes: CALL,
    buckets: SECONDS,
  },
} as const satisfies MetricRows;
