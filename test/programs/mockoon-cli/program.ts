import type { ServerProgram } from '../kit/server-program.ts';

/** A server of mock APIs: Express 4 with routes made from data, a log by winston. */
export const mockoon: ServerProgram = {
  name: '@mockoon/cli',
  preload: 'require',
  script: '@mockoon/cli/bin/run.js',
  args: ({ port }) => ['start', '--data', 'signals.json', '--port', `${port}`, '--hostname', '127.0.0.1', '--disable-log-to-file', '--disable-admin-api', '--log-transaction'],
  ready: /Server started/,
  exchanges: [
    { path: '/api/signals/home', status: 200, route: '/api/signals/:name', spans: 2 },
    { path: '/api/signals/distant', status: 200, route: '/api/signals/:name', spans: 2 },
    { method: 'POST', path: '/api/signals', body: '{"name":"ground"}', status: 201, route: '/api/signals', spans: 2 },
    { path: '/api/missing', status: 404 },
    { method: 'OPTIONS', path: '/api/signals', status: 200 },
  ],
};
