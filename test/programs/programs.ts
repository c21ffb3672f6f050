/** Every program, the slow ones first. */
import type { ServerProgram } from './kit/server-program.ts';
import { bullBoard } from './bull-board/program.ts';
import { bundled } from './esbuild/program.ts';
import { eleventyDevServer } from './11ty-eleventy-dev-server/program.ts';
import { fastifyCli } from './fastify-cli/program.ts';
import { graphileWorker } from './graphile-worker/program.ts';
import { hapi } from './hapi-hapi/program.ts';
import { httpServer } from './http-server/program.ts';
import { jsonGraphqlServer } from './json-graphql-server/program.ts';
import { jsonServer } from './json-server/program.ts';
import { lightship } from './lightship/program.ts';
import { localWebServer } from './local-web-server/program.ts';
import { mockoon } from './mockoon-cli/program.ts';
import { moleculer } from './moleculer-runner/program.ts';
import { nestjs } from './nestjs-cli/program.ts';
import { next } from './next/program.ts';
import { nodeRed } from './node-red/program.ts';
import { peer } from './peer/program.ts';
import { postgraphile } from './postgraphile/program.ts';
import { serve } from './serve/program.ts';
import { sirv } from './sirv-cli/program.ts';
import { terminus } from './godaddy-terminus/program.ts';
import { tiddlywiki } from './tiddlywiki/program.ts';
import { tsx, tsxWithArgument } from './tsx/program.ts';
import { verdaccio } from './verdaccio/program.ts';

export const PROGRAMS: readonly ServerProgram[] = [
  next, nestjs, bundled, nodeRed, verdaccio, mockoon, tiddlywiki, postgraphile, graphileWorker, bullBoard, fastifyCli, moleculer,
  jsonServer, jsonGraphqlServer, eleventyDevServer, localWebServer, lightship, peer, hapi, terminus, tsx, tsxWithArgument, serve, sirv, httpServer,
]; // prettier-ignore
