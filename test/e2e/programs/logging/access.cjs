// Asks its own server for paths of all kinds.
const { once } = require('node:events');
const { createServer, request } = require('node:http');
const { getLogger, setLogContext, withLogContext } = require('signalbox/logging');
const logger = getLogger('app');
const server = createServer((incoming, response) => {
  if (incoming.url.startsWith('/fails')) return response.writeHead(503).end();
  if (incoming.url.startsWith('/drops')) return incoming.socket.destroy();
  if (incoming.url.startsWith('/nested')) return withLogContext({ user_id: 'nested' }, () => response.end('n'));
  setLogContext({ user_id: 'ann' });
  logger.info('handling');
  response.end(JSON.stringify(response.getHeaders()));
});
const ask = (port, path, headers = {}) =>
  new Promise((resolve) => {
    request({ port, path, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk)).on('end', () => resolve({ headers: answer.headers, text }));
    })
      .on('error', resolve)
      .end();
  });
const main = async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const answers = [
    await ask(port, '/orders/17?token=hunter2secret&x=1', { 'x-request-id': 'given-1', 'x-forwarded-for': '192.0.2.7, 10.0.0.1' }),
    await ask(port, '/orders/18', { 'x-request-id': 'not valid: {"a":1}' }),
    await ask(port, '/fails'),
    await ask(port, '/drops'),
    await ask(port, '/nested'),
    await ask(port, '/static/app.js'),
    await ask(port, '/healthz'),
  ];
  process.stderr.write(`header ${answers[0].headers['x-request-id']} ${answers[0].text}\n`);
  server.close();
};
main();
