import type { ServerProgram } from '../kit/server-program.ts';

/** Readiness and shutdown by lightship, which runs a server of its own beside, and Express 5; ES modules. */
export const lightship: ServerProgram = {
  name: 'lightship',
  preload: 'import',
  script: './server.mjs',
  env: ({ port }) => ({ PORT: `${port}` }),
  ready: /ready/,
  exchanges: [
    { path: '/signals/home', status: 200, route: '/signals/:name', spans: 2 },
    { path: '/signals/distant', status: 200, route: '/signals/:name', spans: 2 },
    { path: '/slow', status: 200, route: '/slow', spans: 2 },
    { path: '/missing', status: 404 },
    { method: 'HEAD', path: '/slow', status: 200, route: '/slow', spans: 2 },
  ],
};
