import type { CheckAnswer } from '../check.ts';
import { detailsOf, numberOr } from './client.ts';

/** A client of `ioredis` or of `redis`. */
export interface RedisClient {
  ping(): Promise<unknown>;
  info(): Promise<unknown>;
}

/** States of `ioredis` in which a command would wait in its own queue until there is a connection. */
const WAITING = new Set(['close', 'reconnecting', 'end']);

/**
 * Redis or Valkey answers `PING`; its memory and its clients are details.
 *
 * @example health.register('redis', redisCheck(redis));
 */
export function redisCheck(client: RedisClient): () => Promise<CheckAnswer> {
  return async () => {
    const { status, isReady } = client as { status?: unknown; isReady?: unknown };
    if (isReady === false) return { status: 'unhealthy', error: 'not connected' };
    if (typeof status === 'string' && WAITING.has(status)) return { status: 'unhealthy', error: `not connected (${status})` };
    await client.ping();
    const details = await detailsOf(async () => detailsIn(String(await client.info())));
    return { ...(details !== undefined && { details }) };
  };
}

function detailsIn(info: string): Readonly<Record<string, number | undefined>> {
  const field = (name: string): number | undefined => numberOr(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  return {
    used_memory_bytes: field('used_memory'),
    // 0 stands for no limit.
    max_memory_bytes: field('maxmemory') || undefined,
    connected_clients: field('connected_clients'),
    blocked_clients: field('blocked_clients'),
  };
}
