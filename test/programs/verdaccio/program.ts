import type { ServerProgram } from '../kit/server-program.ts';

/** A package registry: Express 4 in CommonJS with a log by pino. */
export const verdaccio: ServerProgram = {
  name: 'verdaccio',
  preload: 'node-options',
  script: 'verdaccio/bin/verdaccio',
  args: ({ port }) => ['--config', 'config.yaml', '--listen', `127.0.0.1:${port}`],
  ready: /http address/,
  settled: /"status":200,"bytes":\{"in":0,"out":790\}[^\n]*\n[^\n]*"status":200,"bytes":\{"in":0,"out":790\}/,
  varies: [/"durationMs":\d+/],
  varyingHeaders: ['x-ratelimit-reset', 'etag'],
  logs: true,
  exchanges: [
    { path: '/-/ping', status: 200, route: '/-/ping', spans: 2 },
    {
      method: 'PUT',
      path: '/-/user/org.couchdb.user:ada',
      body: '{"name":"ada","password":"a-long-password"}',
      status: 201,
      route: '/-/user/:org_couchdb_user/:_rev?/:revision?',
      spans: 2,
      varies: /"token": ?"[^"]+"/,
    },
    { path: '/-/v1/search?text=x', status: 200, route: '/-/v1/search', spans: 2, varies: /"time": ?"[^"]+"/ },
    { path: '/no-such-package', status: 404, route: '/:package/:version?', spans: 2 },
    { path: '/@line%2fsignals', status: 404, route: '/:package/:version?', spans: 2 },
    { path: '/', status: 200, route: '/', spans: 2 },
  ],
};
