const within = require('./within.cjs');
module.exports = async function run(Queue, Worker) {
  const { hostname: host, port } = new URL(process.env.SERVICE);
  const connection = { host, port: Number(port) };
  const name = process.argv[2];
  const queue = new Queue(name, { connection });
  const worker = new Worker(
    name,
    (job) =>
      within('unpack', async () => {
        if (job.name === 'broken') throw new RangeError('the job failed');
        return `${job.name} of ${job.data.from}`;
      }),
    { connection },
  );
  const done = [];
  const two = new Promise((resolve) => {
    worker.on('completed', (_job, result) => done.push(result) === 2 && resolve());
    worker.on('failed', (_job, error) => done.push(error.message) === 2 && resolve());
  });
  await within('order', () => queue.add('parcel', { from: 'me' }));
  await within('order', () => queue.add('broken', {}));
  await two;
  console.log(done.sort().join(', '));
  await worker.close();
  await queue.close();
};
