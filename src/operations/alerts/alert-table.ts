/** Every alert, each once. Rules, runbooks, settings and tests are made from it. */
import type { AlertGroup, AlertRow } from './alert-row.ts';
import { AI_ALERTS } from './rows/ai.ts';
import { ALERTING_ALERTS } from './rows/alerting.ts';
import { CACHE_ALERTS } from './rows/caches.ts';
import { DATABASE_ALERTS } from './rows/databases.ts';
import { BOT_ALERTS, TRANSFER_ALERTS, USER_ALERTS } from './rows/domains.ts';
import { HEALTH_ALERTS } from './rows/health.ts';
import { OUTBOUND_ALERTS } from './rows/outbound.ts';
import { PAYMENT_ALERTS } from './rows/payments.ts';
import { QUEUE_ALERTS } from './rows/queues.ts';
import { RESOURCE_ALERTS } from './rows/resources.ts';
import { RUNTIME_ALERTS } from './rows/runtime.ts';
import { SERVICE_ALERTS } from './rows/service.ts';
import { TELEMETRY_ALERTS } from './rows/telemetry.ts';

export const ALERT_GROUPS: readonly AlertGroup[] = [
  { name: 'service', title: 'Requests', alerts: SERVICE_ALERTS },
  { name: 'outbound', title: 'What services call', alerts: OUTBOUND_ALERTS },
  { name: 'health', title: 'Health', alerts: HEALTH_ALERTS },
  { name: 'runtime', title: 'Node.js', alerts: RUNTIME_ALERTS },
  { name: 'resources', title: 'Processor and memory', alerts: RESOURCE_ALERTS },
  { name: 'databases', title: 'Databases', alerts: DATABASE_ALERTS },
  { name: 'caches', title: 'Redis and caches', alerts: CACHE_ALERTS },
  { name: 'queues', title: 'Queues and workers', alerts: QUEUE_ALERTS },
  { name: 'transfers', title: 'Downloads', alerts: TRANSFER_ALERTS },
  { name: 'ai', title: 'AI', alerts: AI_ALERTS },
  { name: 'payments', title: 'Payments', alerts: PAYMENT_ALERTS },
  { name: 'bots', title: 'Bots', alerts: BOT_ALERTS },
  { name: 'users', title: 'Users', alerts: USER_ALERTS },
  { name: 'telemetry', title: 'Telemetry itself', alerts: TELEMETRY_ALERTS },
  { name: 'alerting', title: 'Alerting itself', alerts: ALERTING_ALERTS },
];

export const ALERTS: ReadonlyMap<string, AlertRow> = new Map(
  ALERT_GROUPS.flatMap(({ alerts }) => alerts.map((row) => [row.name, row] as const)),
);
