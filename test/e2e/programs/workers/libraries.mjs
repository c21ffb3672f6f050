// node --import signalbox/register test/e2e/programs/workers/libraries.mjs
// The same with ES modules.
import { isMainThread, Worker } from 'node:worker_threads';

if (isMainThread) {
  new Worker(new URL(import.meta.url));
} else {
  const { default: express } = await import('express');
  const http = await import('node:http');
  const app = express();
  app.get('/users/:id', (_request, response) => response.end('hello', () => server.close()));
  const server = app.listen(0, '127.0.0.1', () => http.get(`http://127.0.0.1:${server.address().port}/users/7`).end());
}
