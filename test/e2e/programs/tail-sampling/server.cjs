// Serves one request for each path of WANTED, then ends in the way that END says.
const http = require('node:http');
const net = require('node:net');
const { trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('app');
const server = http.createServer((request, response) => {
  tracer.startActiveSpan('work', (span) => {
    if (request.url === '/failing') response.statusCode = 500;
    span.end();
    const answer = () => response.end('done');
    if (request.url === '/slow') setTimeout(answer, 250);
    else answer();
  });
});
server.listen(0, async () => {
  const { port } = server.address();
  for (const path of process.env.WANTED.split(',')) {
    // By a plain socket: a client that is watched sends a context of its own.
    const caller = path === '/sampled' ? `traceparent: 00-${'a'.repeat(32)}-${'b'.repeat(16)}-01\r\n` : '';
    const socket = net.connect(port);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n${caller}connection: close\r\n\r\n`);
    await new Promise((resolve) => socket.resume().on('close', resolve));
  }
  const open = tracer.startSpan('open for ever', { root: true });
  tracer
    .startSpan('failed in it', {}, trace.setSpan(require('@opentelemetry/api').ROOT_CONTEXT, open))
    .setStatus({ code: 2 })
    .end();
  const ends = {
    natural: () => server.close() && server.closeAllConnections(),
    exit: () => process.exit(0),
    SIGTERM: () => process.kill(process.pid, 'SIGTERM'),
    crash: () =>
      setImmediate(() => {
        throw new Error('crashed on purpose');
      }),
  };
  ends[process.env.END]();
});
