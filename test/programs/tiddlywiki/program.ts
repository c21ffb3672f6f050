import type { ServerProgram } from '../kit/server-program.ts';

const HEADERS = { 'x-requested-with': 'TiddlyWiki' };

/** A wiki that keeps its pages in files: routes of its own on plain `node:http`, one large page. */
export const tiddlywiki: ServerProgram = {
  name: 'tiddlywiki',
  preload: 'node-options',
  script: 'tiddlywiki/tiddlywiki.js',
  args: ({ port }) => ['wiki', '--listen', `port=${port}`, 'host=127.0.0.1'],
  ready: /Serving on/,
  exchanges: [
    { path: '/status', status: 200 },
    {
      method: 'PUT',
      path: '/recipes/default/tiddlers/Home',
      headers: HEADERS,
      body: '{"title":"Home","text":"Stop here","created":"20260101000000000","modified":"20260101000000000"}',
      status: 204,
    },
    { path: '/recipes/default/tiddlers/Home', status: 200 },
    { path: '/recipes/default/tiddlers.json', status: 200 },
    { method: 'DELETE', path: '/bags/default/tiddlers/Home', headers: HEADERS, status: 204 },
    { path: '/recipes/default/tiddlers/Gone', status: 404 },
    { path: '/', status: 200 },
  ],
};
