import type { ServerProgram } from '../kit/server-program.ts';

/** A package registry: Express 4 in CommonJS with a log by pino. */
export const verdaccio: ServerProgram = {
  name: 'verdaccio',
  preload: 'node-options',
  script: 'verdaccio/bin/verdaccio',
  args: ({ port }) => ['--config', 'config.yaml', '--listen', `127.0.0.1:${port}`],
  ready: /http address/,
  exchanges: [
    { path: '/-/ping', status: 200, route: '/-/ping', spans: 2 },
    { method: 'PUT', path: '/-/user/org.couchdb.user:ada', body: '{"name":"ada","password":"a-long-password"}', status: 201, route: '/-/user/:org_couchdb_user', spans: 2, varies: /"token": ?"[^"]+"/ },
    { path: '/-/v1/search?text=x', status: 200, route: '/-/v1/search', spans: 2, varies: /"time": ?"[^"]+"/ },
    { path: '/no-such-package', status: 404, route: '/:package{/:version}', spans: 2 },
    { path: '/-/verdaccio/data/packages', status: 200, spans: 2 },
    { path: '/', status: 200, spans: 2 },
  ],
};
