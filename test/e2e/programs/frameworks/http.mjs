// node --import signalbox/register test/e2e/programs/frameworks/http.mjs
import http from 'http';
import serve from './serve.cjs';
serve(
  new http.Server((request, response) => {
    response.statusCode = request.url === '/missing' ? 404 : 200;
    response.end('ok');
  }),
);
