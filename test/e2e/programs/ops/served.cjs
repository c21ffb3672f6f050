// node --require signalbox/register served.cjs   (SIGNALBOX_OPS_PORT=0): a server with checks, until SIGTERM ends it after a drain
const { createServer } = require('node:http');
const { health } = require('signalbox/health');

health.register('database', () => ({ status: 'healthy', details: { connections: 1 } }));
health.register('hanging', () => new Promise(() => {}), { critical: false, timeoutMs: 100 });
const server = createServer((_request, response) => response.end('own'));
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
process.on('SIGTERM', () => {
  console.log('draining');
  process.once('message', () => server.close(() => process.disconnect()));
});
process.on('message', () => {});
