import type { ServerProgram } from '../kit/server-program.ts';

/** A static file server with a progress of its own on the terminal. */
export const sirv: ServerProgram = {
  name: 'sirv-cli',
  preload: 'node-options',
  script: 'sirv-cli/bin.js',
  args: ({ port }) => ['public', '--host', '127.0.0.1', '--port', `${port}`, '--etag'],
  ready: /Network/,
  exchanges: [
    { path: '/', status: 200 },
    { path: '/style.css', status: 200 },
    { path: '/docs/block', status: 200 },
    { path: '/style.css', status: 206, headers: { range: 'bytes=0-1' } },
    { path: '/missing', status: 404 },
  ],
  varyingHeaders: ['etag', 'last-modified'],
};
