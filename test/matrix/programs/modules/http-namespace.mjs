// node:http, imported as a namespace.
import * as http from 'node:http';
const { createServer, get } = http;

const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1', () => {
  get({ port: server.address().port, path: '/things/1', agent: false }, (response) => {
    response.resume().on('end', () => {
      console.log(response.statusCode);
      server.close();
    });
  });
});
