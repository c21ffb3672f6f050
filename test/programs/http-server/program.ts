import type { ServerProgram } from '../kit/server-program.ts';

/** A static file server on plain `node:http`, CommonJS. */
export const httpServer: ServerProgram = {
  name: 'http-server',
  preload: 'require',
  script: 'http-server/bin/http-server',
  args: ({ port }) => ['public', '-a', '127.0.0.1', '-p', `${port}`, '-c-1'],
  ready: /Hit CTRL-C/,
  exchanges: [
    { path: '/', status: 200 },
    { path: '/style.css', status: 200 },
    { path: '/docs/', status: 200 },
    { path: '/docs/block.html', status: 206, headers: { range: 'bytes=0-8' } },
    { path: '/missing', status: 404 },
    { method: 'HEAD', path: '/style.css', status: 200 },
  ],
  // Made of the file's inode and time.
  varyingHeaders: ['etag', 'last-modified'],
};
