import type { Place, ServerProgram } from '../kit/server-program.ts';
import { runTool } from '../kit/run-tool.ts';

const settings = ({ installation }: Place): Record<string, string> => ({
  NEXT_TELEMETRY_DISABLED: '1',
  PROGRAMS_ROOT: installation,
  NODE_ENV: 'production',
});

/** Next.js with pages made at build time, on request, and both: it watches randomness and time, and traces by itself. */
export const next: ServerProgram = {
  name: 'next',
  preload: 'node-options',
  script: 'next/dist/bin/next',
  prepare: (place) => runTool(place, 'next/dist/bin/next', ['build'], settings(place)),
  args: ({ port }) => ['start', '--hostname', '127.0.0.1', '--port', `${port}`],
  env: settings,
  ready: /Ready in/,
  exchanges: [
    { path: '/', status: 200, route: '/', spans: 11 },
    { path: '/lines', status: 200, route: '/lines', spans: 5 },
    { path: '/lines/main', status: 200, route: '/lines/[line]', spans: 11 },
    { path: '/api/lines/main', status: 200, route: '/api/lines/[line]', spans: 8 },
    { path: '/missing', status: 404, spans: 5 },
    { path: '/lines', status: 200, route: '/lines', spans: 5 },
  ],
};
