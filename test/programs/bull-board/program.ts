import type { ServerProgram } from '../kit/server-program.ts';
import { flushRedis } from '../kit/flush-redis.ts';

/** BullMQ's queue and worker, and its board on Express 5. */
export const bullBoard: ServerProgram = {
  name: 'bull-board',
  preload: 'require',
  script: './server.cjs',
  service: 'redis',
  reset: flushRedis,
  env: ({ port, serviceUrl }) => ({ PORT: `${port}`, REDIS_PORT: new URL(serviceUrl).port }),
  ready: /ready/,
  exchanges: [
    { method: 'POST', path: '/signals', body: '{"name":"home"}', status: 202, route: '/signals', spans: 6 },
    { method: 'POST', path: '/signals', body: '{"name":"distant"}', status: 202, route: '/signals', spans: 6 },
    { path: '/board', status: 200, route: '/board', spans: 2 },
    { path: '/board/api/queues', status: 200, route: '/board/api/queues', spans: 8, varies: /"stats":\{[^}]*\}|\d{13}/g },
    { path: '/board/queue/signals', status: 200, route: '/board/queue/:queueName', spans: 2 },
    { path: '/missing', status: 404 },
  ],
  settled: /completed 2/,
};
