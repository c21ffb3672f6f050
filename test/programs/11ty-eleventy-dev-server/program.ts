import type { ServerProgram } from '../kit/server-program.ts';

/** A site generator's server: pages are rewritten on the way, a WebSocket tells browsers of changes. */
export const eleventyDevServer: ServerProgram = {
  name: '@11ty/eleventy-dev-server',
  preload: 'import',
  script: '@11ty/eleventy-dev-server/cmd.js',
  args: ({ port }) => ['--dir=public', `--port=${port}`],
  ready: /Server at/,
  exchanges: [
    { path: '/', status: 200 },
    { path: '/style.css', status: 200 },
    { path: '/docs/block', status: 200 },
    { path: '/docs', status: 404 },
    { path: '/missing', status: 404 },
    { path: '/', status: 101, upgrade: true },
  ],
};
