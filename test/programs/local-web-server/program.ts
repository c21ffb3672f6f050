import type { ServerProgram } from '../kit/server-program.ts';

/** Koa 2 with its own middleware stack, loaded from ES modules. */
export const localWebServer: ServerProgram = {
  name: 'local-web-server',
  preload: 'import',
  script: 'local-web-server/bin/cli.js',
  args: ({ port }) => [
    '--port',
    `${port}`,
    '--hostname',
    '127.0.0.1',
    '--directory',
    'public',
    '--log.format',
    'none',
    '--rewrite',
    '/signals/:name -> /docs/:name.html',
  ],
  settled: /(?:none\n){5}/,
  ready: /Listening/,
  exchanges: [
    { path: '/', status: 200 },
    { path: '/style.css', status: 200 },
    { path: '/signals/block', status: 200 },
    { path: '/docs', status: 200 },
    { path: '/missing', status: 404 },
  ],
  varyingHeaders: ['last-modified'],
};
