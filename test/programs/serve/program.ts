import type { ServerProgram } from '../kit/server-program.ts';

/** A static file server, one bundled ES module. */
export const serve: ServerProgram = {
  name: 'serve',
  preload: 'import',
  script: 'serve/build/main.js',
  args: ({ port }) => ['--listen', `tcp://127.0.0.1:${port}`, '--no-clipboard', 'public'],
  env: () => ({ NO_UPDATE_CHECK: '1' }),
  settled: /GET \/missing[\s\S]*Returned 404/,
  varies: [/\d+\/\d+\/\d{4} \d+:\d\d:\d\d [AP]M/],
  ready: /Accepting connections/,
  exchanges: [
    { path: '/', status: 200 },
    { path: '/style.css', status: 200 },
    { path: '/docs', status: 200, headers: { accept: 'application/json' } },
    { path: '/docs/block', status: 200 },
    { path: '/docs/block.html', status: 301 },
    { path: '/missing', status: 404 },
  ],
  varyingHeaders: ['last-modified'],
};
