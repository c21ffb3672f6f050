// node --import signalbox/register test/e2e/programs/frameworks/fastify.mjs
import { fastify } from 'fastify';
import createApp from './fastify.app.cjs';
import serve from './serve.cjs';
const app = createApp(fastify);
await app.ready();
serve(app.server);
