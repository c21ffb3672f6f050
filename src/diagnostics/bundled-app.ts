/** Recognises an application whose libraries were bundled into it, where nothing can be instrumented. */
import fs from 'node:fs';

/** Libraries worth a message: those that nearly every service uses and whose spans would be missed. */
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
/** What a minifier leaves of their wrappers of CommonJS modules. */
const MINIFIED = /=\{exports:\{\}\}/;
/** Of those that are named: their lines stay without what signalbox adds. */
const LOGGERS = new Set(['winston', 'pino']);
const HELD = new RegExp(`node_modules/(${LIBRARIES.join('|')})/`, 'g');
/** A bundler's own helpers and the first libraries stand at the beginning. To look at more would hold up the event loop. */
const LOOKED_AT_BYTES = 1024 * 1024;

/** A whole message with its cure when `script` is a bundle that holds libraries; `undefined` when it is not one, or cannot be read. */
export async function looksBundled(script: string): Promise<string | undefined> {
  const text = await readBeginning(script).catch(() => undefined);
  if (text === undefined || !(BUNDLER_MARKS.test(text) || MINIFIED.test(text))) return undefined;
  const found = new Set(Array.from(text.matchAll(HELD), ([, name]) => name));
  const what = found.size === 0 ? 'its libraries' : [...found].join(', ');
  const lines =
    found.size === 0 || [...found].some((name) => name !== undefined && LOGGERS.has(name))
      ? ', and lines of loggers have no ids and are not sent'
      : '';
  return `Libraries must be loaded from node_modules to be instrumented, but the application is one bundled file that holds ${what}. Only what Node.js brings (http, fetch) gives spans${lines}. Leave the libraries out of the bundle: --packages=external with esbuild, "externals" with webpack or rollup.`;
}

async function readBeginning(path: string): Promise<string> {
  const file = await fs.promises.open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(LOOKED_AT_BYTES), 0, LOOKED_AT_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
