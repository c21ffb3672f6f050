// node --require signalbox/register test/e2e/programs/untouched/stack-traces.cjs express
// A server whose handlers fail or show a stack trace, asked by a client in the same process; prints what the client gets.
const http = require('node:http');
const { once } = require('node:events');

const fail = () => {
  throw new Error('failed');
};
const show = (_request, response) => response.end(new Error('shown').stack);

const servers = {
  http: () => http.createServer((request, response) => (request.url === '/' ? show(request, response) : fail())),
  body: () =>
    http.createServer((request, response) => request.resume().on('end', () => (request.url === '/' ? show(request, response) : fail()))),
  express: () => express('express'),
  express4: () => express('express4'),
  koa() {
    const Koa = require('koa');
    const Router = require('@koa/router');
    const router = new Router();
    router.get('/fails/:id', fail);
    router.get('/', (context) => (context.body = new Error('shown').stack));
    return http.createServer(
      new Koa()
        .use(async (_context, next) => await next())
        .use(router.routes())
        .callback(),
    );
  },
  async fastify() {
    const app = require('fastify')();
    app.addHook('onRequest', (request, _reply, done) => (request.url === '/hook' ? fail() : done()));
    app.get('/', async () => new Error('shown').stack);
    app.get('/fails/:id', fail);
    app.get('/hook', show);
    app.setErrorHandler((error, _request, reply) => reply.code(500).send(error.stack));
    await app.ready();
    return app.server;
  },
};

function express(name) {
  const app = require(name)();
  const router = require(name).Router();
  app.use((_request, _response, next) => next());
  app.get('/', show);
  router.get('/:id', fail);
  app.use('/fails', router);
  app.use('/middleware', fail);
  app.use((error, request, response, next) => (request.url === '/handled' ? response.end(error.stack) : next(error)));
  return http.createServer(app);
}

async function main(name) {
  const server = await servers[name]();
  await once(server.listen(0), 'listening');
  const { port } = server.address();
  let request;
  process.on('uncaughtException', ({ stack }) => {
    console.log(stack);
    request.destroy(); // a handler that failed has no answer
  });
  for (const path of ['/', '/fails/1', '/middleware', '/hook', '/nothing']) {
    request = http.get({ port, path, agent: new http.Agent() });
    const [answer] = await Promise.race([once(request, 'response'), once(request, 'close')]).catch(() => []);
    if (answer === undefined) continue;
    let text = '';
    answer.setEncoding('utf8').on('data', (piece) => (text += piece));
    await once(answer, 'end');
    console.log(path, answer.statusCode, text);
  }
  server.closeAllConnections();
  server.close();
}

main(process.argv[2]);
