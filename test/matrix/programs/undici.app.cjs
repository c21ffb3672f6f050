const { createServer } = require('node:http');
const within = require('./within.cjs');
module.exports = async function run(undici) {
  const server = createServer((request, response) => response.end(request.headers.traceparent ? 'with a parent' : 'alone')).listen(
    0,
    '127.0.0.1',
  );
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  await within('ask', async () => {
    const { body } = await undici.request(`${url}/request`);
    console.log(await body.text());
    console.log(await (await undici.fetch(`${url}/fetch`)).text());
  });
  await undici.getGlobalDispatcher().close();
  server.close();
};
