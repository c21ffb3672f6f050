/** Recognises an application whose libraries were bundled into it, where nothing can be instrumented. */
import { readFileSync, statSync } from 'node:fs';

/** Libraries worth a word: those that nearly every service uses and whose spans would be missed. */
const LIBRARIES = [
  'express',
  'fastify',
  'koa',
  '@hapi/hapi',
  '@nestjs/core',
  'pg',
  'mysql2',
  'mongodb',
  'ioredis',
  '@redis/client',
  'kafkajs',
  'amqplib',
  'bullmq',
  'winston',
  'pino',
  'graphql',
  '@grpc/grpc-js',
];
const BUNDLER_MARKS =
  /__commonJS\(|__commonJSMin\(|__toESM\(|__webpack_require__|\/\/ node_modules\/|\/\/#region node_modules\/|commonjsGlobal/;
const MOST_BYTES = 32 * 1024 * 1024;

/** A whole message with its cure when `script` is a bundle that holds libraries; `undefined` when it is not one, or cannot be read. */
export function looksBundled(script: string): string | undefined {
  let text: string;
  try {
    if (statSync(script).size > MOST_BYTES) return undefined;
    text = readFileSync(script, 'utf8');
  } catch {
    return undefined;
  }
  if (!BUNDLER_MARKS.test(text)) return undefined;
  const found = LIBRARIES.filter((name) => text.includes(`node_modules/${name}/`));
  const what = found.length === 0 ? 'its libraries' : found.join(', ');
  return `Libraries must be loaded from node_modules to be instrumented, but the application is one bundled file that holds ${what}. Only what Node.js brings (http, fetch) gives spans. Leave the libraries out of the bundle: --packages=external with esbuild, "externals" with webpack or rollup.`;
}
