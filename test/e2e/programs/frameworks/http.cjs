// node --require signalbox/register test/e2e/programs/frameworks/http.cjs
const { createServer } = process.getBuiltinModule('http');
require('./serve.cjs')(
  createServer((request, response) => {
    response.statusCode = request.url === '/missing' ? 404 : 200;
    response.end('ok');
  }),
);
