// node --import signalbox/register served.mjs: as served.cjs, and the port is opened from code
import { createServer } from 'node:http';
import { opsHandler, startOpsServer } from 'signalbox';
import { health } from 'signalbox/health';

health.register('database', () => ({ status: 'healthy', details: { connections: 1 } }));
health.register('hanging', () => new Promise(() => {}), { critical: false, timeoutMs: 100 });
await startOpsServer({ port: 0 }).ready;
const ops = opsHandler();
const server = createServer((request, response) => ops(request, response, () => response.end('own')));
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
process.on('SIGTERM', () => {
  console.log('draining');
  process.once('message', () => server.close(() => process.disconnect()));
});
process.on('message', () => {});
