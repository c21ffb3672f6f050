import type { ServerProgram } from '../kit/server-program.ts';

/** Hapi with a plugin that serves files; it ends by itself when its server is stopped. */
export const hapi: ServerProgram = {
  name: '@hapi/hapi',
  preload: 'node-options',
  script: './server.cjs',
  env: ({ port }) => ({ PORT: `${port}` }),
  ready: /started/,
  exchanges: [
    { path: '/signals/home', status: 200, route: '/signals/{name}' },
    { path: '/files/signal.txt', status: 200, route: '/files/{path*}' },
    { method: 'POST', path: '/signals', body: '{"name":"distant"}', status: 201, route: '/signals' },
    { path: '/broken', status: 500, route: '/broken' },
    { path: '/missing', status: 404 },
  ],
  varyingHeaders: ['etag', 'last-modified'],
  varies: [/\d{6}\/\d{6}\.\d{3}/],
};
