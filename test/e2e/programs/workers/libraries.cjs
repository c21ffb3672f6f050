// node --require signalbox/register test/e2e/programs/workers/libraries.cjs express
// A worker thread that uses an instrumented library, in the way that is named, and then ends.
const { isMainThread, Worker, workerData } = require('node:worker_threads');

const IN_WORKER = {
  express: () => serve(require('express')(), (app, answer) => app.get('/users/:id', (_request, response) => answer(response))),
  'http of process.getBuiltinModule': () => serveHttp(process.getBuiltinModule('node:http')),
  'node:http': () => serveHttp(require('node:http')),
  fetch: () => fetch(workerData.url).then((response) => response.text()),
};

function serve(app, route) {
  route(app, (response) => response.end('hello', () => server.close()));
  const server = app.listen(0, '127.0.0.1', () => require('node:http').get(`http://127.0.0.1:${server.address().port}/users/7`).end());
}

function serveHttp(http) {
  const server = http.createServer((_request, response) => response.end('hello', () => server.close()));
  server.listen(0, '127.0.0.1', () => http.get(`http://127.0.0.1:${server.address().port}/users/7`).end());
}

if (isMainThread) new Worker(__filename, { workerData: { kind: process.argv[2], url: process.env.SELF_URL } });
else IN_WORKER[workerData.kind]();
