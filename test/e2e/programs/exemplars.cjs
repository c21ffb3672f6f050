/** One request to a server of its own, which counts something while it answers. */
const http = require('node:http');
const { metrics } = require('@opentelemetry/api');

const orders = metrics.getMeter('shop').createCounter('orders');
const server = http.createServer((_request, response) => {
  orders.add(1);
  response.end('ok');
});
server.listen(0, () => {
  http.get({ port: server.address().port, agent: false }, (response) => {
    response.resume();
    response.on('close', () => server.close());
  });
});
