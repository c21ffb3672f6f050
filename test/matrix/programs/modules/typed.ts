// TypeScript that Node.js strips itself.
import { createServer, type RequestListener } from 'node:http';
import { fastify } from 'fastify';
import { ask } from './ask.cjs';

const app = fastify({ serverFactory: (handler) => createServer(handler as RequestListener) });
app.get('/things/:thing', async (): Promise<string> => 'ok');
await app.ready();
await ask(app.server.listen(0, '127.0.0.1'), '/things/1');
