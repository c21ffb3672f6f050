// node --require signalbox/register test/differential/programs/grpc-requests.cjs 50
const http = require('node:http');
const { trace } = require('@opentelemetry/api');
const { serve, clientOf } = require('./grpc-shop.cjs');
const tracer = trace.getTracer('program');
(async () => {
  const { server, address } = await serve(undefined, (name) => tracer.startSpan(`in ${name}`).end());
  const { client, ask } = clientOf('generated', address);
  // Else a call may be given up before it is sent.
  await new Promise((resolve) => client.waitForReady(Infinity, resolve));
  const web = http.createServer((request, response) => {
    const id = request.url.slice(1);
    let left = 6;
    const done = () => {
      tracer.startSpan(`after ${id}`).end();
      if (--left === 0) response.end();
    };
    ask('One', { n: 1 }, done);
    ask('Fail', {}, done);
    ask('Slow', {}, { deadline: Date.now() + 1000 }, done);
    const given = ask('Slow', {}, done);
    setTimeout(() => given.cancel(), 1000);
    const sum = ask('Sum', done);
    sum.write({ n: 1 });
    sum.end();
    ask('Many', { n: 2 })
      .on('data', () => tracer.startSpan(`after ${id}`).end())
      .on('end', done);
  });
  web.listen(0, '127.0.0.1', async () => {
    const get = (id) =>
      new Promise((resolve) =>
        http.get({ port: web.address().port, host: '127.0.0.1', path: `/${id}`, agent: false }, (response) =>
          response.resume().on('end', resolve),
        ),
      );
    await Promise.all(Array.from({ length: Number(process.argv[2]) }, (_, id) => get(id)));
    web.close();
    client.close();
    setTimeout(() => server.forceShutdown(), 300);
  });
})();
