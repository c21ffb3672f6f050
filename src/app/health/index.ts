/**
 * `signalbox/health`: checks of what the application depends on, for probes, alerts and whoever is on call.
 *
 * Works with and without `signalbox/register`. The ops server answers with it (docs/ops-server.md); an application can also call
 * `health.report()` itself.
 */
import { createHealth, type Health, type HealthSource } from './health.ts';

export type { Check, CheckAnswer, CheckOptions, CheckResult, HealthReport, HealthStatus } from './check.ts';
export type { Health };

/** One for the process, whichever copy of this package is asked. */
const KEY = Symbol.for('signalbox.health');
const globals = globalThis as { [KEY]?: HealthSource };

/** The checks of this process. */
export const health: Health = (globals[KEY] ??= createHealth());

export { diskCheck } from './checks/disk.ts';
export { eventLoopCheck } from './checks/event-loop.ts';
export { httpCheck } from './checks/http.ts';
export { llmCheck } from './checks/llm.ts';
export { memoryCheck } from './checks/memory.ts';
export { migrationsCheck } from './checks/migrations.ts';
export { mongodbCheck } from './checks/mongodb.ts';
export { mysqlCheck } from './checks/mysql.ts';
export { postgresCheck } from './checks/postgres.ts';
export { queueCheck } from './checks/queue.ts';
export { redisCheck } from './checks/redis.ts';
export { tcpCheck } from './checks/tcp.ts';
export { telegramCheck } from './checks/telegram.ts';
export { telemetryCheck } from './checks/telemetry.ts';
