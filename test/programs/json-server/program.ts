import type { ServerProgram } from '../kit/server-program.ts';

/** Express 4: routers below routers, a rewriter, a catch-all. */
export const jsonServer: ServerProgram = {
  name: 'json-server',
  preload: 'require',
  script: 'json-server/lib/cli/bin.js',
  args: ({ port }) => ['--host', '127.0.0.1', '--port', `${port}`, 'db.json'],
  ready: /Type s \+ enter/,
  settled: /GET \/nothing\/here/,
  exchanges: [
    { path: '/posts?_sort=title&_order=desc', status: 200, route: '/posts', spans: 2 },
    { path: '/posts/1', status: 200, route: '/posts/:id', spans: 2 },
    { method: 'POST', path: '/posts', body: '{"title":"Ground signals"}', status: 201, route: '/posts', spans: 2 },
    { method: 'DELETE', path: '/posts/3', status: 200, route: '/posts/:id', spans: 2 },
    { path: '/authors/1/posts', status: 200, route: '/posts', spans: 3 },
    { path: '/posts/99', status: 404, route: '/posts/:id', spans: 2 },
    { path: '/nothing/here', status: 404 },
  ],
  varies: [/\d+\.\d+ ms/],
  varyingHeaders: ['last-modified'],
};
