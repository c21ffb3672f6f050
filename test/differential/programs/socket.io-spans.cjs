// node --require signalbox/register test/differential/programs/socket.io-spans.cjs : 50 clients at once.
const { createServer } = require('node:http');
const { once } = require('node:events');
const { trace } = require('@opentelemetry/api');
const { Server } = require('socket.io');
const { io: connect } = require('socket.io-client');

const tracer = trace.getTracer('program');
const http = createServer();
const server = new Server(http, { transports: ['websocket'] });
server.on('connection', (socket) => {
  socket.on('work', async (id, acknowledge) => {
    tracer.startSpan(`begins ${id}`).end();
    await new Promise(setImmediate);
    tracer.startActiveSpan(`goes on ${id}`, (span) => {
      socket.emit('answer', id, () => tracer.startSpan(`acknowledged ${id}`).end());
      span.end();
    });
    acknowledge();
  });
  socket.on('ignored', (acknowledge) => acknowledge());
});
(async () => {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${http.address().port}`;
  await Promise.all(
    Array.from({ length: Number(process.argv[2]) }, async (_, id) => {
      const client = connect(url, { transports: ['websocket'], forceNew: true });
      const answered = new Promise((resolve) => client.on('answer', (_id, acknowledge) => (acknowledge(), resolve())));
      await client.emitWithAck('work', id);
      await answered;
      await client.emitWithAck('ignored');
      client.close();
    }),
  );
  server.emit('goodbye');
  await server.close();
})();
