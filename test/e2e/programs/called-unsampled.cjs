// node --require signalbox/register test/e2e/programs/called-unsampled.cjs COUNT [FLAGS]
// Serves COUNT requests whose caller has a trace (FLAGS: 00 not sampled, 01 sampled for the last), then waits to be told to end.
const http = require('node:http');
const net = require('node:net');

const [count, lastFlags = '00'] = process.argv.slice(2);
const server = http.createServer((request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => {
  // A plain socket: a client of Node.js would send a trace of its own.
  const socket = net.connect(server.address().port, '127.0.0.1');
  for (let index = 1; index <= Number(count); index++) {
    const isLast = index === Number(count);
    const id = index.toString(16).padStart(16, '0');
    const traceparent = `00-${id}${id}-${id}-${isLast ? lastFlags : '00'}`;
    socket.write(`GET /orders HTTP/1.1\r\nhost: shop\r\ntraceparent: ${traceparent}\r\n${isLast ? 'connection: close\r\n' : ''}\r\n`);
  }
  socket.resume().on('close', () => {
    console.log('recorded');
    server.close();
  });
});
process.on('message', () => process.disconnect());
