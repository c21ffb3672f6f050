import type { ServerProgram } from '../kit/server-program.ts';

/** A static file server; quiet, for its log is a race between the end of a request and of its connection. */
export const sirv: ServerProgram = {
  name: 'sirv-cli',
  preload: 'node-options',
  script: 'sirv-cli/bin.js',
  args: ({ port }) => ['public', '--host', '127.0.0.1', '--port', `${port}`, '--etag', '--quiet'],
  exchanges: [
    { path: '/', status: 200 },
    { path: '/style.css', status: 200 },
    { path: '/docs/block', status: 200 },
    { path: '/style.css', status: 206, headers: { range: 'bytes=0-1' } },
    { path: '/missing', status: 404 },
  ],
  varyingHeaders: ['etag', 'last-modified'],
};
