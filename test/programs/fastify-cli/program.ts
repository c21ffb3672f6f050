import type { ServerProgram } from '../kit/server-program.ts';
import { runTool } from '../kit/run-tool.ts';

/** The application that the CLI generates, run by its `start`: Fastify 5, pino on stdout, close-with-grace. */
export const fastifyCli: ServerProgram = {
  name: 'fastify-cli',
  preload: 'require',
  script: 'fastify-cli/cli.js',
  prepare: (place) => runTool(place, 'fastify-cli/cli.js', ['generate', '.', '--integrate']),
  args: ({ port }) => ['start', '--log-level', 'info', '--address', '127.0.0.1', '--port', `${port}`, 'app.js'],
  logs: true,
  settled: /"reqId":"req-6"[^\n]*"request completed"/,
  ready: /Server listening/,
  exchanges: [
    { path: '/', status: 200, route: '/' },
    { path: '/example', status: 200, route: '/example' },
    { path: '/example/', status: 200, route: '/example' },
    { method: 'HEAD', path: '/', status: 200, route: '/' },
    { path: '/missing', status: 404 },
    { method: 'POST', path: '/', body: '{', status: 400 },
  ],
};
