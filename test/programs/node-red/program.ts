import type { ServerProgram } from '../kit/server-program.ts';

/** Express 4 in several copies, an application mounted below another, and flows that answer on a later turn. */
export const nodeRed: ServerProgram = {
  name: 'node-red',
  preload: 'require',
  script: 'node-red/red.js',
  args: ({ port, folder }) => ['--userDir', folder, '--settings', 'settings.js', '--port', `${port}`, 'flows.json'],
  ready: /Started flows/,
  varies: [/\d+ \w{3} \d\d:\d\d:\d\d/],
  // It listens while its flows start.
  unordered: true,
  exchanges: [
    { path: '/signals/home', status: 200, route: '/signals/:name', spans: 2 },
    { path: '/signals/distant', status: 200, route: '/signals/:name', spans: 2 },
    { path: '/admin/settings', status: 200, route: '/admin/settings', spans: 2 },
    { path: '/admin/flows', status: 200, route: '/admin/flows', spans: 2 },
    { path: '/admin/flow/tab', status: 200, route: '/admin/flow/:id', spans: 2 },
    { path: '/nothing', status: 404 },
  ],
};
