/** @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/ */
import {
  DB_CLIENT_CONNECTION_POOL_NAME,
  DB_CLIENT_CONNECTION_STATE,
  DB_OPERATION_NAME,
  DB_SYSTEM_NAME,
  ERROR_TYPE,
  SERVER_ADDRESS,
  SERVER_PORT,
} from '../attributes.ts';
import type { MetricRows } from './metric-row.ts';

const POOL = { [DB_SYSTEM_NAME]: 'label', [DB_CLIENT_CONNECTION_POOL_NAME]: 'label' } as const;

export const DATABASE_METRICS = {
  connections: {
    name: 'db.client.connection.count',
    type: 'updowncounter',
    unit: '{connection}',
    description: 'Connections of a pool, by state.',
    attributes: { ...POOL, [DB_CLIENT_CONNECTION_STATE]: ['idle', 'used'] },
    isObserved: true,
  },
  maxConnections: {
    name: 'db.client.connection.max',
    type: 'updowncounter',
    unit: '{connection}',
    description: 'Connections that a pool may open.',
    attributes: POOL,
    isObserved: true,
  },
  pendingRequests: {
    name: 'db.client.connection.pending_requests',
    type: 'updowncounter',
    unit: '{request}',
    description: 'Requests that wait for a connection of a pool.',
    attributes: POOL,
    isObserved: true,
  },
  slowOperations: {
    name: 'db.client.slow_operations',
    type: 'counter',
    unit: '{operation}',
    description: 'Operations that took longer than the application allows.',
    attributes: {
      [DB_SYSTEM_NAME]: 'label',
      [DB_OPERATION_NAME]: 'label',
    },
  },
  lockWaits: {
    name: 'db.lock_waits',
    type: 'gauge',
    unit: '{session}',
    description: 'Sessions of the database that wait for a lock, as the application counts them.',
    attributes: POOL,
    isObserved: true,
  },
} as const satisfies MetricRows;

/** What the conventions advise for operations of databases, which are shorter than requests. */
const OPERATION_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] as const;

/** Recorded by instrumentations. */
export const DATABASE_INSTRUMENTATION_METRICS = {
  operationDuration: {
    name: 'db.client.operation.duration',
    type: 'histogram',
    unit: 's',
    description: 'Duration of database client operations.',
    attributes: {
      [DB_SYSTEM_NAME]: 'label',
      [DB_OPERATION_NAME]: 'label',
      'db.namespace': 'any',
      [SERVER_ADDRESS]: 'any',
      [SERVER_PORT]: 'any',
      [ERROR_TYPE]: 'label',
    },
    buckets: OPERATION_SECONDS,
  },
} as const satisfies MetricRows;
