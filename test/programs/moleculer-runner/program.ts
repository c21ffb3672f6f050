import type { ServerProgram } from '../kit/server-program.ts';

/** Moleculer's runner and gateway: a framework that signalbox does not know, on plain `node:http`. */
export const moleculer: ServerProgram = {
  name: 'moleculer-runner',
  preload: 'require',
  script: 'moleculer/bin/moleculer-runner.js',
  args: () => ['services/*.service.cjs'],
  env: ({ port }) => ({ PORT: `${port}`, NODEID: 'node-1', NO_COLOR: '1' }),
  settled: /404 GET \/missing/,
  varyingHeaders: ['x-request-id'],
  ready: /ServiceBroker with .* started/,
  exchanges: [
    { path: '/api/signals/home', status: 200 },
    { path: '/api/signals/far-too-long', status: 422 },
    { method: 'POST', path: '/api/signals', body: '{"name":"ground"}', status: 200 },
    { path: '/api/missing', status: 404 },
    { path: '/missing', status: 404 },
  ],
};
