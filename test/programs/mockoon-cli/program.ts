import type { ServerProgram } from '../kit/server-program.ts';

/** A server of mock APIs: Express 4 with one route for all that it matches itself, a log by winston. */
export const mockoon: ServerProgram = {
  name: '@mockoon/cli',
  preload: 'require',
  script: '@mockoon/cli/bin/run.js',
  args: ({ port }) => [
    'start',
    '--data',
    'signals.json',
    '--port',
    `${port}`,
    '--hostname',
    '127.0.0.1',
    '--disable-log-to-file',
    '--disable-admin-api',
    '--log-transaction',
  ],
  ready: /Server started/,
  settled: /"requestMethod":"OPTIONS"/,
  varies: [/"uuid":"[0-9a-f-]{36}"/],
  logs: true,
  exchanges: [
    { path: '/api/signals/home', status: 200, route: '*', spans: 2 },
    { path: '/api/signals/distant', status: 200, route: '*', spans: 2 },
    { method: 'POST', path: '/api/signals', body: '{"name":"ground"}', status: 201, route: '*', spans: 2 },
    { path: '/api/missing', status: 404, route: '*', spans: 2 },
    { method: 'OPTIONS', path: '/api/signals', status: 200, route: '/*', spans: 3 },
  ],
};
