// A server that knows nothing of signalbox.
const { createServer, get } = require('node:http');
const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1', () => {
  get({ port: server.address().port, path: '/x' }, (answer) => answer.resume().on('end', () => server.close()));
});
