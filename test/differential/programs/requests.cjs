// A server whose requests are asked at once, each with a number.
const http = require('node:http');
const { trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('program');
exports.note = (id) => tracer.startSpan(`after ${id}`).end();
exports.askTogether = async function askTogether(handle, count = Number(process.argv[2])) {
  const server = http.createServer(async (request, response) => {
    await handle(request.url.slice(1));
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const get = (id) =>
    new Promise((resolve) => {
      const { port } = server.address();
      http.get({ port, host: '127.0.0.1', path: `/${id}`, agent: false }, (response) => response.resume().on('end', resolve));
    });
  await Promise.all(Array.from({ length: count }, (_, id) => get(id)));
  server.close();
};
