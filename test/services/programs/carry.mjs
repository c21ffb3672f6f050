// One order by HTTP, a worker thread, a BullMQ job and HTTP again, each a process or a thread of its own.
//
// node --require signalbox/register carry.mjs web|jobs|stock   (REDIS_PORT, STOCK_URL)
import { createServer } from 'node:http';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { Queue, Worker as Jobs } from 'bullmq';
import { extract, inject, withMessageSpan, withSpan } from 'signalbox';

const connection = { host: '127.0.0.1', port: Number(process.env.REDIS_PORT) };

function serve(answer) {
  const server = createServer((request, response) => {
    void answer(request).then((body) => response.end(String(body)));
  });
  server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
  process.on('SIGTERM', () => server.close());
}

const roles = {
  web() {
    serve(() =>
      withSpan('order', () => {
        const thread = new Worker(new URL(import.meta.url));
        thread.postMessage({ order: 7, trace: inject() });
        return new Promise((resolve) => thread.once('message', resolve));
      }),
    );
  },
  jobs() {
    const worker = new Jobs(
      'orders',
      (job) =>
        withMessageSpan('pack', { from: job.data.trace, attributes: { 'messaging.destination.name': 'orders' } }, async () => {
          const response = await fetch(process.env.STOCK_URL);
          return response.text();
        }),
      { connection },
    );
    worker.on('ready', () => console.log('ready'));
    worker.on('completed', () => console.log('packed'));
    process.on('SIGTERM', () => void worker.close());
  },
  stock() {
    serve(async () => withSpan('look up', () => 'in stock'));
  },
};

if (isMainThread) roles[process.argv[2]]();
else
  parentPort.once('message', async ({ order, trace }) => {
    await withSpan('queue', { parent: extract(trace), kind: 'producer' }, async () => {
      const queue = new Queue('orders', { connection });
      await queue.add('pack', { order, trace: inject() });
      await queue.close();
    });
    parentPort.postMessage('queued');
  });
