// node:http, imported by names.
import { createServer, get } from 'node:http';

const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1', () => {
  get({ port: server.address().port, path: '/things/1', agent: false }, (response) => {
    response.resume().on('end', () => {
      console.log(response.statusCode);
      server.close();
    });
  });
});
