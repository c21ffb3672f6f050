// APP_PORT=… pm2 start orders.cjs -i 4 --node-args="--require signalbox/register": counts each request, and says which process it was
const { createServer } = require('node:http');
const { metrics } = require('@opentelemetry/api');
const { health } = require('signalbox/health');

const meter = metrics.getMeter('shop');
const orders = meter.createCounter('orders');
meter.createGauge('pool.size').record(5);
let isWell = true;
health.register('database', () => isWell, { cacheMs: 0 });

createServer(({ url }, response) => {
  if (url === '/fail') isWell = false;
  else orders.add(1, { shop: 'a' });
  response.writeHead(200, { connection: 'close' }).end(String(process.pid));
}).listen(Number(process.env.APP_PORT), '127.0.0.1');
