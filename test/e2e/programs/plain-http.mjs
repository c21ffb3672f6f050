// node --import signalbox/register test/e2e/programs/plain-http.mjs
// Serves one request to itself, says what came back on both streams, and ends.
import http from 'node:http';

const server = http.createServer((_request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => {
  http.get({ port: server.address().port, path: '/greeting' }, (response) => {
    response.setEncoding('utf8').on('data', (text) => {
      console.log(response.statusCode, text);
      console.error('a word on stderr');
      server.close();
    });
  });
});
