// What the shop's services depend on. Each state is a metric (signalbox.health.status), each change a log record; with
// SIGNALBOX_OPS=true `/health` and `/ready` answer with them.
import { eventLoopCheck, health, memoryCheck, postgresCheck, tcpCheck, telemetryCheck } from 'signalbox/health';

/**
 * @param {object} what
 * @param {import('pg').Pool} [what.pool]
 * @param {string} [what.inventoryUrl] - without it the shop can list, but not sell: degraded, not down.
 */
export function registerChecks({ pool, inventoryUrl }) {
  if (pool) health.register('postgres', postgresCheck(pool));
  if (inventoryUrl) {
    const { hostname, port } = new URL(inventoryUrl);
    health.register('inventory', tcpCheck({ host: hostname, port: Number(port) }), { critical: false });
  }
  health.register('event-loop', eventLoopCheck(), { critical: false });
  health.register('memory', memoryCheck(), { critical: false });
  health.register('telemetry', telemetryCheck(), { critical: false });
}
