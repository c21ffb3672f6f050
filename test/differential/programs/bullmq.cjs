// SERVICE=redis://… node test/differential/programs/bullmq.cjs
const { once } = require('node:events');
const { FlowProducer, Queue, QueueEvents, Worker } = require('bullmq');
const { trace } = require('@opentelemetry/api');
const { say, shape, listeners, failure, deepFreeze, outcome } = require('./show.cjs');

const { hostname, port } = new URL(process.env.SERVICE);
const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null };
const name = `differential-${process.pid}`;
const hidden = (value) =>
  JSON.parse(
    JSON.stringify(value ?? null)
      .replaceAll(name, 'QUEUE')
      .replaceAll(/"(timestamp|processedOn|finishedOn)":\d+/g, '"$1":0')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID'),
  );
const withoutTrace = ({ telemetry: _metadata, ...opts }) => ({ ...opts, tm: undefined });
const jobOf = (job) =>
  hidden({
    id: job.id,
    name: job.name,
    data: job.data,
    opts: withoutTrace(job.opts),
    attempts: job.attemptsMade,
    value: job.returnvalue,
    reason: job.failedReason,
  });

trace.getTracer('program').startActiveSpan('work', async (span) => {
  const options = { connection };
  const queue = new Queue(name, options);
  await queue.waitUntilReady();
  await queue.obliterate({ force: true });
  say('queue', shape(queue).classes, listeners(queue), Object.keys(options), queue.add.length);
  const data = deepFreeze({ a: [1, { b: 2 }] });
  const given = deepFreeze({ attempts: 2, removeOnComplete: false });
  say('added', jobOf(await queue.add('one', data, given)));
  say('afterwards', data, given, shape(given));
  say(
    'bulk',
    (
      await queue.addBulk(
        deepFreeze([
          { name: 'two', data: { n: 2 } },
          { name: 'three', data: { n: 3 }, opts: { delay: 5 } },
        ]),
      )
    ).map(jobOf),
  );
  say(
    'misused',
    await outcome(() =>
      queue.add('bad', {
        get a() {
          throw new Error('a getter throws');
        },
      }),
    ),
  );
  const flow = new FlowProducer({ connection });
  const tree = deepFreeze({
    name: 'parent',
    queueName: name,
    data: { p: 1 },
    children: [{ name: 'child', queueName: name, data: { c: 1 } }],
  });
  say('flow', jobOf((await flow.add(tree)).job).name, hidden(tree), shape(tree));
  const events = new QueueEvents(name, { connection });
  await events.waitUntilReady();
  const seen = [];
  let left = 6;
  let all;
  const done = new Promise((resolve) => (all = resolve));
  const worker = new Worker(
    name,
    async function work(job, token) {
      seen.push([job.name, arguments.length, typeof token, this?.constructor?.name]);
      if (job.name === 'one' && job.attemptsMade === 0) throw Object.freeze(new RangeError('the first attempt fails'));
      return { of: job.name };
    },
    { connection, concurrency: 1 },
  );
  worker.on('failed', (job, error) => seen.push(['failed', job.name, failure(error)]) && --left === 0 && all());
  worker.on('completed', (job, value) => seen.push(['completed', job.name, value]) && --left === 0 && all());
  say(
    'worker',
    shape(worker).classes,
    listeners(worker).map(([event]) => event),
  );
  await done;
  for (const line of seen.map((each) => JSON.stringify(each)).sort()) say('seen', line);
  say('counts', await queue.getJobCounts('completed', 'failed', 'waiting', 'delayed'));
  for (const job of (await queue.getCompleted()).sort((a, b) => (a.name < b.name ? -1 : 1)))
    say('completed', jobOf(job).name, jobOf(job).value, hidden(withoutTrace(job.opts)));
  await worker.close();
  await events.close();
  await flow.close();
  await queue.obliterate({ force: true });
  await queue.close();
  say('closed', await outcome(() => Promise.race([once(queue, 'ioredis:close'), Promise.resolve('closed')])));
  span.end();
  if (process.env.END === 'throw') void Promise.reject(new RangeError('nobody handles this'));
});
