import type { ServerProgram } from '../kit/server-program.ts';
import { runTool } from '../kit/run-tool.ts';
import { jsonGraphqlServer } from '../json-graphql-server/program.ts';

/** The GraphQL server in one bundled file: only what Node.js brings gives spans, and signalbox says why. */
export const bundled: ServerProgram = {
  ...jsonGraphqlServer,
  name: 'esbuild',
  preload: 'node-options',
  script: './server.js',
  prepare: (place) =>
    runTool(place, 'esbuild/bin/esbuild', [
      `${place.installation}/node_modules/json-graphql-server/bin/json-graphql-server.cjs`,
      '--bundle',
      '--platform=node',
      '--outfile=server.js',
      '--log-level=error',
    ]),
  exchanges: jsonGraphqlServer.exchanges.map((exchange) => ({ ...exchange, spans: 1 })),
  says: ['bundled'],
};
