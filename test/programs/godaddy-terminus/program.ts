import type { ServerProgram } from '../kit/server-program.ts';

/** Shutdown by terminus, which stops the server, removes its listener and raises the signal once more. */
export const terminus: ServerProgram = {
  name: '@godaddy/terminus',
  preload: 'node-options',
  script: './server.cjs',
  env: ({ port }) => ({ PORT: `${port}` }),
  ready: /ready/,
  exchanges: [
    { path: '/lines/main', status: 200, route: '/lines/:line', spans: 2 },
    { path: '/lines/branch', status: 200, route: '/lines/:line', spans: 2 },
    { path: '/status', status: 404 },
    { path: '/lines', status: 404 },
    { path: '/lines/main/signals', status: 404 },
  ],
};
