import type { ServerProgram } from '../kit/server-program.ts';

/** An application in TypeScript by a runner: a parent that only starts the child which is the server. */
export const tsx: ServerProgram = {
  name: 'tsx',
  preload: 'node-options',
  script: 'tsx/dist/cli.mjs',
  args: () => ['server.ts'],
  env: ({ port }) => ({ PORT: `${port}` }),
  ready: /ready/,
  exchanges: [
    { path: '/lines/main/aspect', status: 200, route: '/lines/:line/aspect', spans: 2 },
    { path: '/lines/branch/aspect', status: 200, route: '/lines/:line/aspect', spans: 2 },
    { path: '/lines/main/broken', status: 500, route: '/lines/:line/broken', spans: 2 },
    { path: '/lines/main', status: 404 },
    { path: '/missing', status: 404 },
  ],
};

/** The same, with the preload as an argument of the runner's, after the hooks of its own. */
export const tsxWithArgument: ServerProgram = { ...tsx, name: 'tsx argument', preload: 'argument' };
