'use strict';
const { createBullBoard } = require('@bull-board/api');
const { BullMQAdapter } = require('@bull-board/api/bullMQAdapter');
const { ExpressAdapter } = require('@bull-board/express');
const { Queue, Worker } = require('bullmq');
const express = require('express');

const connection = { host: '127.0.0.1', port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null };
const queue = new Queue('signals', { connection });
const worker = new Worker('signals', async (job) => ({ set: job.data.name }), { connection });
worker.on('completed', (job) => console.log(`completed ${job.id}`));
const board = new ExpressAdapter();
board.setBasePath('/board');
createBullBoard({ queues: [new BullMQAdapter(queue)], serverAdapter: board });
const app = express();
app.use('/board', board.getRouter());
app.post('/signals', express.json(), async (request, response) => {
  const job = await queue.add('set', request.body);
  response.status(202).json({ id: job.id });
});
worker.waitUntilReady().then(() => {
  const server = app.listen(process.env.PORT, '127.0.0.1', () => console.log('ready'));
  process.once('SIGTERM', async () => {
    await new Promise((resolve) => server.close(resolve));
    await worker.close();
    await queue.close();
    console.log('closed');
  });
});
