const within = require('./within.cjs');
/** A job that fails at first, one whose result is a secret, and a flow whose nodes have no options. */
module.exports = async function run(Queue, Worker, FlowProducer) {
  const { hostname: host, port } = new URL(process.env.SERVICE);
  const connection = { host, port: Number(port) };
  const name = process.argv[2];
  const queue = new Queue(name, { connection });
  const flows = new FlowProducer({ connection });
  const worker = new Worker(
    name,
    (job) =>
      within(`do ${job.name}`, async () => {
        if (job.name === 'retried' && job.attemptsMade === 0) throw new RangeError('the first attempt failed');
        return { answer: 'of nobody else' };
      }),
    { connection },
  );
  const completed = new Set();
  const all = new Promise((resolve) => {
    worker.on('completed', (job) => completed.add(job.name).size === 4 && resolve());
  });
  await within('order', async () => {
    await queue.add('retried', {}, { attempts: 2 });
    await flows.add({
      name: 'whole',
      queueName: name,
      children: [
        { name: 'part', queueName: name },
        { name: 'urgent part', queueName: name, opts: { priority: 1 } },
      ],
    });
  });
  await all;
  console.log([...completed].sort().join(', '));
  await worker.close();
  await flows.close();
  await queue.close();
};
