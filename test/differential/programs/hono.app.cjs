// Hono behind a server of `node:http`: what its handlers and its router give.
const http = require('node:http');
const { once } = require('node:events');
const { say, shape } = require('./show.cjs');

module.exports = async function run(Hono) {
  const app = new Hono();
  app.use('*', async (c, next) => {
    await next();
    c.header('x-after', String(c.res.status));
  });
  app.get('/orders/:id', (c) => c.json({ id: c.req.param('id'), path: c.req.routePath }));
  app.get('/optional/:a?', (c) => c.text(`optional ${c.req.param('a')}`));
  app.on(['PUT', 'PURGE'], '/cache/*', (c) => c.text('cached'));
  app.all('/all', (c) => c.text('all'));
  app.get('/throws', () => {
    throw new RangeError('it broke');
  });
  const api = new Hono().basePath('/v1');
  api.get('/users/:name{[a-z]+}', (c) => c.text(c.req.param('name')));
  app.route('/api', api);
  app.get('/inner/:id', async (c) => c.text(await (await app.request(`/orders/${c.req.param('id')}`)).text()));
  app.onError((error, c) => c.text(`${error.name} ${error.stack.split('\n').filter((line) => line.includes('signalbox/')).length}`, 500));
  say(
    'app',
    shape(app).classes,
    Object.keys(app),
    app.routes.map(({ method, path }) => `${method} ${path}`),
  );
  say('router', Object.keys(app.router), app.router.name);

  const server = http.createServer(async (request, response) => {
    const answer = await app.fetch(new Request(`http://it${request.url}`, { method: request.method }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(await answer.text());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  for (const [method, path] of [
    ['GET', '/orders/1'],
    ['GET', '/orders/2'],
    ['HEAD', '/orders/2'],
    ['GET', '/optional'],
    ['GET', '/optional/a'],
    ['PUT', '/cache/a/b'],
    ['POST', '/all'],
    ['GET', '/throws'],
    ['GET', '/api/v1/users/ada'],
    ['GET', '/api/v1/users/1'],
    ['GET', '/inner/7'],
    ['GET', '/nowhere'],
    ['DELETE', '/orders/1'],
  ]) {
    const text = await new Promise((resolve) => {
      const request = http.request({ port, host: '127.0.0.1', method, path, agent: false }, (answer) => {
        let body = '';
        answer
          .setEncoding('utf8')
          .on('data', (chunk) => (body += chunk))
          .on('end', () => resolve([answer.statusCode, answer.headers['x-after'], body]));
      });
      request.end();
    });
    say(method, path, text);
  }
  say('router', app.router.name, typeof app.router.match, app.router.match.length);
  say(
    'router',
    app.router.match('GET', '/orders/3')[0].map(([[, route]]) => route.path),
  );
  try {
    app.get('/late', (c) => c.text('late'));
  } catch (error) {
    say('too late', error.message);
  }
  server.close();
  if (process.env.END === 'throw') throw new RangeError('nobody handles this');
};
